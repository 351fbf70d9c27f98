"""Completing a stuck top-up: the bank's word after the case opened, and a second person. Neither alone."""

from datetime import timedelta
from uuid import uuid4

import pytest

from kefu.core.actor import SYSTEM
from kefu.core.refusal import NotFound, Refusal
from kefu.ledger import queries as books
from kefu.rails import actions as rails
from kefu.rails import queries as outside
from kefu.rails.models import Instruction
from kefu.wallet import actions, queries

CASE = "K7"


def refused_with(code: str):
    return pytest.raises(Refusal, match=code.replace(".", r"\."))


@pytest.fixture
def stuck(town, scripted):
    """林晓 and her top-up that the ladder could not settle."""
    lin = town.customer("林晓")
    scripted.outcome = "PROCESSING"
    order = town.top_up(lin, 200_00)
    while not (row := Instruction.objects.get(pk=order.instruction_id)).ladder_ended_at:
        due = row.next_query_at
        rails.climb(instruction_id=order.instruction_id, now=due)
        town.now = due
    town.pump.run()
    assert queries.order_for(lin, order.id).status == "MANUAL"
    return lin, queries.order_for(lin, order.id)


def ask(town, order):
    town.wait(minutes=1)
    advice = rails.ask_now(actor=SYSTEM, instruction_id=order.instruction_id, now=town.now)
    town.pump.run()
    return advice


def complete(town, order, advice, *, opened_at, approval=None, case=CASE):
    arguments = actions.completion_arguments(order_id=order.id, advice_id=advice.id, case_ref=case)
    return actions.complete_topup(
        actor=SYSTEM,
        order_id=order.id,
        advice_id=advice.id,
        case_ref=case,
        opened_at=opened_at,
        approval_id=approval or town.approved("wallet.complete_topup", arguments, case=case),
        now=town.now,
    )


def test_the_posting_names_case_and_evidence(town, scripted, stuck) -> None:
    lin, order = stuck
    opened = town.now
    scripted.outcome = "SUCCEEDED"
    advice = ask(town, order)
    done = complete(town, order, advice, opened_at=opened)
    assert (done.status, done.case_ref, done.steps[-1].code) == ("SUCCEEDED", CASE, "completed")
    assert town.money(lin) == (200_00, 0)
    (posted,) = books.transfers_of(order.id)
    assert (posted.case_ref, posted.evidence_ref) == (CASE, f"advice:{advice.id}")
    with refused_with("wallet.topup.already_done"):
        complete(town, order, advice, opened_at=opened)
    assert town.money(lin) == (200_00, 0)


def test_evidence_from_before_the_case_is_refused(town, scripted, stuck) -> None:
    _lin, order = stuck
    scripted.outcome = "SUCCEEDED"
    old = ask(town, order)
    for opened in (town.now, town.now + timedelta(seconds=1)):
        with refused_with("wallet.topup.evidence_too_old"):
            complete(town, order, old, opened_at=opened)
    opened = town.now
    fresh = ask(town, order)
    assert fresh.verdict == "noted"
    assert complete(town, order, fresh, opened_at=opened).status == "SUCCEEDED"


def test_no_approval_replaces_the_banks_word(town, scripted, stuck) -> None:
    lin, order = stuck
    opened = town.now
    still = ask(town, order)
    callback = next(iter(outside.advice_of(order.order_ref)))
    assert still.outcome == "PROCESSING"
    for advice in (still, callback):
        with refused_with("wallet.topup.evidence_missing"):
            complete(town, order, advice, opened_at=opened)
    scripted.outcome = "FAILED"
    denied = ask(town, order)
    with refused_with("wallet.topup.evidence_missing"):
        complete(town, order, denied, opened_at=opened)
    with pytest.raises(NotFound):
        actions.complete_topup(
            actor=SYSTEM,
            order_id=order.id,
            advice_id=uuid4(),
            case_ref=CASE,
            opened_at=opened,
            approval_id=uuid4(),
            now=town.now,
        )
    assert town.money(lin) == (0, 0)


def test_the_banks_word_alone_is_not_enough_either(town, scripted, stuck) -> None:
    lin, order = stuck
    opened = town.now
    scripted.outcome = "SUCCEEDED"
    advice = ask(town, order)
    with pytest.raises(NotFound):
        complete(town, order, advice, opened_at=opened, approval=uuid4())
    other = town.approved("wallet.complete_topup", {"order": str(uuid4()), "advice": "x", "case": CASE})
    with refused_with("identity.approval.other_arguments"):
        complete(town, order, advice, opened_at=opened, approval=other)
    assert queries.order_for(lin, order.id).status == "MANUAL"
    assert town.money(lin) == (0, 0)


def test_evidence_of_another_order_is_none(town, scripted, stuck) -> None:
    lin, order = stuck
    opened = town.now
    scripted.outcome = "SUCCEEDED"
    town.wait(minutes=1)
    other = town.top_up(lin, 200_00)
    theirs = outside.settling_advice_of(other.order_ref)
    with refused_with("wallet.topup.evidence_missing"):
        complete(town, order, theirs, opened_at=opened)
    assert town.money(lin) == (200_00, 0)


def test_customers_complete_nothing(town, stuck) -> None:
    lin, order = stuck
    with pytest.raises(NotFound):
        actions.complete_topup(
            actor=lin,
            order_id=order.id,
            advice_id=uuid4(),
            case_ref=CASE,
            opened_at=town.now,
            approval_id=uuid4(),
            now=town.now,
        )
