"""Payouts through the real sandbox bank: sent once, confirmed by a question, and heard of when they come back."""

import pytest
from tests.rails.bank_process import wait_for

from kefu.core.actor import SYSTEM
from kefu.rails import actions, queries, rules
from kefu.rails.models import Advice

pytestmark = pytest.mark.django_db


def status_of(view: queries.InstructionView) -> str:
    found = queries.instruction_of(view.order_ref)
    assert found is not None
    return found.status


@pytest.mark.row("W-04")
def test_payout_is_confirmed_by_our_own_question(bank, instruct, pump, climb_until, start) -> None:
    bank.mood("lost_callback")
    made = instruct(direction="out")
    pump.run()
    climb_until(made.id, start=start, seconds=30)
    assert status_of(made) == "SUCCEEDED"
    settled = queries.settling_advice_of(made.order_ref)
    assert settled is not None
    assert (settled.kind, settled.outcome, settled.amount) == ("query", "SUCCEEDED", 200_00)


@pytest.mark.row("W-04")
def test_return_is_heard_by_callback_and_settles_by_our_question(bank, instruct, pump, hand_over) -> None:
    bank.mood("returns", settle_s=0.05, return_s=0.2)
    made = instruct(direction="out")
    pump.run()
    paid, back = bank.mailbox.of(made.id, at_least=2)
    assert (paid.told["status"], back.told["status"]) == ("SUCCEEDED", "RETURNED")
    # The return is heard before the payment: the one question tells the whole.
    assert hand_over(back).verdict == "accepted"
    assert status_of(made) != "RETURNED"
    pump.run()
    assert status_of(made) == "RETURNED"
    assert hand_over(paid).verdict == "accepted"
    pump.run()
    assert status_of(made) == "RETURNED"
    last = queries.settling_advice_of(made.order_ref)
    assert last is not None
    assert (last.outcome, last.reason) == ("RETURNED", "card_closed")


def test_paid_first_and_returned_later_are_two_outcomes_in_order(bank, instruct, pump, hand_over) -> None:
    bank.mood("slow")
    made = instruct(direction="out")
    pump.run()
    for status in ("SUCCEEDED", "RETURNED"):
        bank.settle(made.id, status)
        hand_over(bank.mailbox.of(made.id, at_least=1 if status == "SUCCEEDED" else 2)[-1])
        assert "rails.outcome_known" in pump.run()
        assert status_of(made) == status
    kinds = Advice.objects.filter(instruction_id=made.id, verdict="confirmed").order_by("received_at", "id")
    assert list(kinds.values_list("outcome", flat=True)) == ["SUCCEEDED", "RETURNED"]


def test_statement_of_the_bank_tells_of_both(bank, instruct, pump, start) -> None:
    bank.mood("returns", settle_s=0.05, return_s=0.1, callback="lose")
    made = instruct(direction="out")
    pump.run()
    wait_for(lambda: bank.call("GET", f"/v1/payouts/{made.id}")["status"] == "RETURNED")
    day = start.astimezone(rules.BANK_ZONE).date()
    statement = actions.fetch_statement(actor=SYSTEM, connector_code="sandbox", day=day, now=start)
    lines = [line for line in queries.settled_lines(statement) if line.order_ref == made.order_ref]
    assert [(line.kind, line.amount) for line in lines] == [("payout", 200_00), ("return", 200_00)]
    assert status_of(made) == "RETURNED"
