"""Asked about a withdrawal that went wrong, the assistant offers the recall once, and never says that it is back."""

import pytest

from kefu.assistant import actions as assistant
from kefu.rails import actions as rails
from kefu.rails.models import Recall
from kefu.wallet import actions as wallet

pytestmark = pytest.mark.row("W-04")


def said(who, now):
    """What is answered once the bank has been asked."""
    turn = assistant.Turn(bank_asked=True)
    return assistant.answer(customer=who, text="提现没到账", language="zh-hans", now=now, turn=turn)


def test_it_offers_to_ask_once_and_then_says_how_it_stands(town, scripted) -> None:
    lin = town.customer("林晓", 500_00)
    scripted.outcome = "PROCESSING"
    order = town.withdraw(lin, 200_00)
    town.ask_bank(lin, order)
    answer = said(lin, town.now)
    assert [button.argument for button in answer.buttons if button.label == "申请追回"] == [f"/orders/{order.id}/recall/"]
    assert "对方可能不同意" in answer.text
    town.prove(lin, f"recall:{order.id}")
    wallet.recall_withdrawal(actor=lin, order_id=order.id, reason="FRAD", now=town.now)
    town.pump.run()
    for word, code, words in (
        ("RECALL_PENDING", "", "已请银行追回"),
        ("RECALL_REFUSED", "CUST", "追回没有成功：收款人不同意退回"),
    ):
        scripted.recall, scripted.recall_code = word, code
        rails.carry_recall(recall_id=Recall.objects.get().id, now=town.now)
        town.pump.run()
        answer = said(lin, town.now)
        assert words in answer.text
        assert "申请追回" not in [button.label for button in answer.buttons]
