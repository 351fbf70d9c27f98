"""Instructions: sent once under one id, asked about on the ladder, never assumed."""

from datetime import datetime, timedelta

import pytest

from kefu.core.actor import SYSTEM
from kefu.rails import actions, queries
from kefu.rails.models import Advice, Instruction

pytestmark = pytest.mark.django_db


def status_of(view: queries.InstructionView) -> str:
    found = queries.instruction_of(view.order_ref)
    assert found is not None
    return found.status


@pytest.mark.row("W-03")
def test_lost_callback_is_found_out_by_the_ladder(bank, instruct, pump, climb_until, start) -> None:
    bank.mood("lost_callback")
    made = instruct()
    pump.run()
    assert status_of(made) == "SUBMITTED"
    assert climb_until(made.id, start=start, seconds=30) == 1
    assert status_of(made) == "SUCCEEDED"
    assert "rails.outcome_known" in pump.run()
    last = queries.settling_advice_of(made.order_ref)
    assert last is not None
    assert (last.kind, last.outcome, last.verdict, last.amount) == ("query", "SUCCEEDED", "confirmed", 200_00)


def test_an_order_has_one_instruction_for_ever(bank, instruct, start) -> None:
    made = instruct()
    with pytest.raises(actions.InstructionExists):
        actions.create_instruction(
            actor=SYSTEM, order_ref=made.order_ref, amount=1, currency="CNY", instrument_token="x", now=start
        )


@pytest.mark.row("W-03")
def test_denial_is_known_at_once(bank, instruct, pump) -> None:
    bank.mood("bank_denies")
    made = instruct()
    pump.run()
    found = queries.instruction_of(made.order_ref)
    assert found is not None
    assert (found.status, found.reason) == ("FAILED", "insufficient_funds")
    assert found.next_query_at is None


def test_accept_then_fail(bank, instruct, pump, climb_until, start) -> None:
    bank.mood("accept_then_fail", settle_after=0.05)
    made = instruct()
    pump.run()
    bank.mailbox.of(made.id, at_least=2)
    climb_until(made.id, start=start, seconds=30)
    assert status_of(made) == "FAILED"


def test_timeout_leaves_unknown_and_the_question_answers(bank, instruct, pump, climb_until, start) -> None:
    bank.mood("timeout_accepts", hang_s=5, settle_after=0.1)
    made = instruct()
    pump.run()
    assert status_of(made) == "UNKNOWN"
    climb_until(made.id, start=start, seconds=60)
    assert status_of(made) == "SUCCEEDED"
    assert Instruction.objects.get(pk=made.id).attempts == 1


def test_unknown_at_the_bank_is_sent_again_under_the_same_id(bank, instruct, pump, climb_until, start) -> None:
    bank.mood("timeout_drops", drops=1, hang_s=0, settle_after=0)
    made = instruct()
    pump.run()
    assert status_of(made) == "UNKNOWN"
    climb_until(made.id, start=start, seconds=6)
    assert Instruction.objects.get(pk=made.id).attempts == 1, "not while the first may still be on its way"
    climb_until(made.id, start=start, seconds=120)
    assert status_of(made) == "SUCCEEDED"
    assert Instruction.objects.get(pk=made.id).attempts == 2
    outcomes = [advice.outcome for advice in queries.advice_of(made.order_ref)]
    assert outcomes == ["UNREACHABLE", "NOT_FOUND", "NOT_FOUND", "PROCESSING", "SUCCEEDED"]


def test_bank_down_then_up(bank, instruct, pump, climb_until, start) -> None:
    bank.mood("down")
    made = instruct()
    pump.run()
    climb_until(made.id, start=start, seconds=90)
    assert status_of(made) == "UNKNOWN"
    assert {a.outcome for a in queries.advice_of(made.order_ref)} == {"UNREACHABLE"}
    bank.mood("lost_callback")
    climb_until(made.id, start=start, seconds=4000)
    assert status_of(made) == "SUCCEEDED"


def test_ladder_ends_after_the_statement_and_people_take_over(bank, instruct, pump, climb_until, start) -> None:
    bank.mood("slow")
    made = instruct()
    pump.run()
    assert status_of(made) == "SUBMITTED"
    climb_until(made.id, start=start, seconds=25)
    assert status_of(made) == "UNKNOWN"
    climb_until(made.id, start=start, seconds=3 * 86_400)
    found = queries.instruction_of(made.order_ref)
    assert found is not None
    assert found.ladder_ended_at is not None
    assert found.next_query_at > start + timedelta(days=3)
    assert "rails.ladder_ended" in pump.run()
    # Every rung left its answer behind, with the bank's own bytes; after the last it is asked once a day.
    rows = Advice.objects.filter(instruction_id=made.id, kind="query")
    assert rows.filter(received_at__lte=found.ladder_ended_at).count() == 8
    assert rows.filter(received_at__gt=found.ladder_ended_at).count() in (1, 2)
    assert all(bytes(row.raw) for row in rows)


def test_a_worker_that_dies_loses_no_rung(bank, instruct, start) -> None:
    made = instruct()
    due = start + timedelta(seconds=6)
    assert list(actions.claim_due(now=due)) == [made.id]
    # Nobody works the claim off; it lapses, and the next climber takes it.
    assert list(actions.claim_due(now=due)) == []
    later = due + timedelta(seconds=31)
    assert list(actions.claim_due(now=later)) == [made.id]
    actions.climb(instruction_id=made.id, now=later)
    assert status_of(made) == "SUBMITTED"


def test_ask_now_does_not_move_the_ladder(bank, instruct, pump, start) -> None:
    bank.mood("slow")
    made = instruct()
    pump.run()
    before = Instruction.objects.get(pk=made.id)
    told = actions.ask_now(actor=SYSTEM, instruction_id=made.id, now=start + timedelta(seconds=2))
    after = Instruction.objects.get(pk=made.id)
    assert told.outcome == "PROCESSING"
    assert (after.rung, after.next_query_at) == (before.rung, before.next_query_at)
    assert after.asks == before.asks + 1


def test_ask_soon_is_done_by_the_worker(bank, instruct, pump, start) -> None:
    bank.mood("lost_callback")
    made = instruct()
    pump.run()
    actions.ask_soon(actor=SYSTEM, instruction_id=made.id, now=start)
    assert status_of(made) == "SUBMITTED"
    pump.run()
    assert status_of(made) == "SUCCEEDED"


def test_late_yes_after_a_no_is_believed(bank, instruct, pump, start) -> None:
    bank.mood("slow")
    made = instruct()
    pump.run()
    Instruction.objects.filter(pk=made.id).update(status="FAILED", outcome_at=start)
    bank.settle(made.id, callback="lose")
    told = actions.ask_now(actor=SYSTEM, instruction_id=made.id, now=start)
    assert told.verdict == "confirmed"
    assert status_of(made) == "SUCCEEDED"


def test_no_after_a_yes_is_for_a_person(bank, instruct, pump, start) -> None:
    bank.mood("bank_denies")
    made = instruct()
    pump.run()
    Instruction.objects.filter(pk=made.id).update(status="SUCCEEDED")
    told = actions.ask_now(actor=SYSTEM, instruction_id=made.id, now=start)
    assert told.verdict == "contradicted"
    assert status_of(made) == "SUCCEEDED"
    assert "rails.contradicted" in pump.run()


def test_an_answer_about_another_amount_settles_nothing(bank, instruct, pump, start) -> None:
    bank.mood("lost_callback")
    made = instruct()
    pump.run()
    Instruction.objects.filter(pk=made.id).update(amount=300_00)
    told = actions.ask_now(actor=SYSTEM, instruction_id=made.id, now=start)
    assert told.verdict == "mismatched"
    assert status_of(made) == "SUBMITTED"


def test_refused_at_submission_is_final(bank, pump, start) -> None:
    made = actions.create_instruction(
        actor=SYSTEM, order_ref="order:x", amount=1, currency="CNY", instrument_token="crd_unknown", now=start
    )
    pump.run()
    found = queries.instruction_of("order:x")
    assert found is not None
    assert (found.status, found.reason) == ("FAILED", "card_unknown")
    assert made.id == found.id


def test_history_is_sent_as_of_its_own_time(bank, instruct, pump, start) -> None:
    bank.mood("lost_callback")
    then = start - timedelta(days=3)
    made = instruct(now=then)
    pump.run()
    assert status_of(made) == "CREATED", "the worker leaves history to who enters it"
    actions.submit_instruction(instruction_id=made.id, now=then + timedelta(seconds=1))
    told = actions.ask_now(actor=SYSTEM, instruction_id=made.id, now=then + timedelta(seconds=6))
    assert told.outcome == "SUCCEEDED"
    assert told.received_at == then + timedelta(seconds=6)
    assert told.happened_at is not None
    assert abs(told.happened_at - then) < timedelta(seconds=2)


def test_what_a_bank_said_cannot_be_changed(bank, instruct, pump) -> None:
    from django.db import ProgrammingError, transaction

    made = instruct()
    pump.run()
    with pytest.raises(ProgrammingError, match="permission denied"), transaction.atomic():
        Advice.objects.filter(instruction_id=made.id).update(outcome="FAILED")
    with pytest.raises(ProgrammingError, match="permission denied"), transaction.atomic():
        Advice.objects.filter(instruction_id=made.id).delete()


def test_times_are_aware(bank, instruct, start: datetime) -> None:
    assert instruct().next_query_at.utcoffset() is not None
