"""Why an order cost a fee, or that it cost none: of the order that is meant, never of another."""

import pytest
from tests.assistant.test_answers import ask, assert_grounded, codes
from tests.wallet.scripted import ScriptedBank
from tests.wallet.town import Town

from kefu.assistant.actions import Turn
from kefu.assistant.playbooks.fees import asks_why_a_fee
from kefu.core.actor import Actor
from kefu.wallet.queries import OrderView

pytestmark = [pytest.mark.django_db, pytest.mark.row("F-26")]


@pytest.mark.parametrize(
    ("text", "language", "headline"),
    [
        ("为什么今天的提现收了手续费", "zh-hans", "）没有收手续费。"),
        ("why was I charged a fee for my withdrawal", "en", "cost no fee"),
    ],
)
def test_a_withdrawal_that_cost_nothing_is_said_to_have_cost_nothing(
    town: Town, text: str, language: str, headline: str
) -> None:
    """Though a transfer that is newer did cost one."""
    lin, zhou = town.customer("林晓雨", 5_000_00), town.customer("周子涵")
    order = town.withdraw(lin, 300_00)
    town.wait(minutes=5)
    assert town.send(lin, zhou, 2_000_00).fee.minor == 1_00
    said = ask(town, lin, text, language=language)
    assert (said.order_id, said.facts["fee"].value) == (order.id, "¥0.00")
    assert headline in said.headline
    assert (said.facts["quota_before"].value, said.facts["quota_after"].value) == ("¥1,000.00", "¥700.00")
    assert {"order", "fee"} <= {source.kind for source in said.sources}
    assert "¥1.00" not in said.text
    assert [name for name in said.facts if name.startswith("fee_")] == ["fee_withdrawal_now"]
    assert_grounded(said)


def dear_and_free(town: Town) -> tuple[Actor, Actor, OrderView, OrderView]:
    """Who sent twice, the first time above the free part, to whom, and both orders."""
    lin, zhou = town.customer("林晓雨", 9_000_00), town.customer("周子涵")
    dear = town.send(lin, zhou, 2_000_00)
    town.wait(hours=1)
    free = town.send(lin, zhou, 10_00)
    return lin, zhou, dear, free


def test_the_last_that_did_cost_one_is_named_beside_it(town: Town) -> None:
    lin, _, dear, free = dear_and_free(town)
    said = ask(town, lin, "为什么转账收了手续费")
    assert said.order_id == free.id
    assert "没有收手续费" in said.headline
    assert "¥2,000.00，手续费是 ¥1.00" in said.text
    assert str(dear.id) in {button.argument for button in said.buttons}
    assert_grounded(said)


def test_without_a_kind_it_is_the_newest_that_cost_one_and_an_amount_may_be_the_fee(town: Town) -> None:
    lin, zhou, dear, free = dear_and_free(town)
    for text in ("手续费怎么收这么多", "为什么收了我1块钱手续费"):
        said = ask(town, lin, text)
        assert (said.order_id, said.facts["fee"].value) == (dear.id, "¥1.00")
    assert ask(town, lin, "手续费怎么收这么多", turn=Turn(about=free.id)).order_id == free.id
    assert ask(town, zhou, "手续费怎么收这么多").order_id is None, "who receives was charged nothing"


def test_a_kind_without_a_schedule_and_one_that_was_never_used(town: Town, scripted: type[ScriptedBank]) -> None:
    lin = town.customer("林晓雨")
    said = ask(town, lin, "为什么提现收我钱")
    assert said.order_id is None
    assert "没有找到这类订单，也就没有收过它的手续费" in said.text
    order = town.top_up(lin, 100_00)
    said = ask(town, lin, "为什么今天充值收了手续费")
    assert (said.intent, said.order_id) == ("fees_general", order.id)
    assert "没有收手续费" in said.headline
    assert_grounded(said)


@pytest.mark.parametrize(
    ("text", "why"),
    [("缴电费为什么收手续费", True), ("why did my top-up cost a fee", True), ("手续费多少", False), ("为什么没到账", False)],
)
def test_asking_why_is_told_from_asking_how_much(text: str, why: bool) -> None:
    assert asks_why_a_fee(text) is why


def test_of_a_withdrawal_that_failed_no_fee_was_kept(town: Town, scripted: type[ScriptedBank]) -> None:
    lin = town.customer("林晓雨", 5_000_00)
    scripted.outcome, scripted.reason = "FAILED", "card_closed"
    order = town.withdraw(lin, 2_000_00)
    town.ask_bank(lin, order)
    said = ask(town, lin, "为什么提现扣了手续费")
    assert said.order_id == order.id
    assert "没有办成，手续费 ¥1.00 没有收，或已退回余额" in said.headline
    assert "order" in codes(said)
    assert_grounded(said)
