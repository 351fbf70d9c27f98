"""Asked about a provisional credit, the assistant says whose it is, what may become of it, and until when."""

import pytest
from tests.wallet.disputes import Dispute

from kefu.assistant import actions as assistant
from kefu.wallet import actions as wallet

ASKED = "临时款会被收回吗"


def said(who, now, text: str = ASKED, language: str = "zh-hans"):
    return assistant.answer(customer=who, text=text, language=language, now=now)


@pytest.fixture
def dispute(town) -> Dispute:
    lin, zhou = town.customer("林晓", 300_00), town.customer("周明")
    return Dispute(town, lin, town.send(lin, zhou, 200_00))


def test_no_credit_is_said_to_be_none(town, dispute: Dispute) -> None:
    answer = said(dispute.who, town.now)
    assert "没有临时款" in answer.headline
    assert any(button.argument == "/help/a/provisional-credit/" for button in answer.buttons)


def test_each_state_with_its_own_facts(town, dispute: Dispute) -> None:
    made = dispute.give(200_00)
    answer = said(dispute.who, town.now)
    assert answer.order_id == made.id
    assert "¥200.00" in answer.headline
    assert "没有最终结论" in answer.headline
    assert answer.facts["decide"].value in answer.text
    row = dispute.announce()
    answer = said(dispute.who, town.now, "先行赔付的钱要收回？")
    assert answer.facts["back"].value in answer.headline
    assert "核实后，争议不成立" in answer.headline
    town.send(dispute.who, town.customer("王芳"), 300_00)
    town.now = row.withdraw_at
    wallet.withdraw_due(now=town.now)
    answer = said(dispute.who, town.now)
    assert "已收回" in answer.headline
    assert "还欠 ¥200.00" in answer.text
    dispute.announce_recovery()
    assert "生效的法律文书" in said(dispute.who, town.now).text


def test_final_is_said_as_final_and_others_see_nothing(town, dispute: Dispute) -> None:
    dispute.give(50_00)
    dispute.finalise()
    assert "归您所有，不会再收回" in said(dispute.who, town.now).headline
    assert "没有临时款" in said(town.customer("周二"), town.now).headline
