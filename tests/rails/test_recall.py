"""Getting a payout back through the real sandbox bank: asked once (camt.056), heard of (camt.029), and the money
returned by its own road, or not at all.
"""

from datetime import timedelta
from uuid import uuid4

import pytest
from tests.rails.bank_process import PATH, SECRET, Request, wait_for
from tests.rails.papers import recall_answer

from kefu.core.actor import SYSTEM
from kefu.rails import actions, queries, rules
from kefu.rails.connectors.signing import signed_headers
from kefu.rails.messages.recall import read_answer
from kefu.rails.models import Advice, Instruction, Recall
from kefu.rails.queries.files import strange_words
from kefu.rails.queries.recalls import newest_recalls, recall_of
from kefu.rails.statements import StatementUnreadableError

pytestmark = [pytest.mark.django_db, pytest.mark.row("W-04")]


@pytest.fixture
def paid(bank, instruct, pump, climb_until, start):
    """A payout that the bank has paid."""
    bank.mood("lost_callback")
    made = instruct(direction="out")
    pump.run()
    climb_until(made.id, start=start, seconds=30)
    assert status(made) == "SUCCEEDED"
    return made


@pytest.fixture
def ask(pump, start):
    def request(made, reason: str = "CUST", *, days: float = 20):
        until = start + timedelta(days=days)
        asked = actions.request_recall(
            actor=SYSTEM, order_ref=made.order_ref, reason=reason, answer_by=until, now=start
        )
        pump.run()
        return asked

    return request


def status(made) -> str:
    return queries.instruction_of(made.order_ref).status


def stands(made) -> tuple[str, str, str]:
    found = recall_of(made.order_ref)
    return found.status, found.answer, found.code


def told(made) -> list[str]:
    rows = Advice.objects.filter(instruction_id=made.id, kind__in=("callback", "recall"), outcome__startswith="RECALL")
    return list(rows.order_by("received_at", "id").values_list("verdict", flat=True))


def carry(asked, now):
    return actions.carry_recall(recall_id=asked.id, now=now)


def test_accepted_then_paid_back_is_the_payouts_own_return(bank, paid, ask, pump, hand_over, start) -> None:
    bank.mood("sunny", recall_s=0.05, recall_return_s=None)
    asked = ask(paid, "FRAD")
    assert stands(paid) == ("REQUESTED", "", "")
    assert recall_of(paid.order_ref).sent_at is not None
    [word] = bank.mailbox.messages(paid.id)
    assert (hand_over(word).verdict, stands(paid)[0]) == ("accepted", "REQUESTED")  # a callback makes us ask, no more
    pump.run()
    assert stands(paid) == ("ACCEPTED", "ACCEPTED", "")
    assert status(paid) == "SUCCEEDED"  # accepted and never paid back: nothing has come back
    carry(asked, start + timedelta(hours=1))
    assert (status(paid), stands(paid)[0]) == ("SUCCEEDED", "ACCEPTED")
    bank.settle(paid.id, "RETURNED", callback="send")  # days later
    hand_over(bank.mailbox.of(paid.id)[-1])
    heard = pump.run()
    assert (status(paid), stands(paid)) == ("RETURNED", ("RETURNED", "ACCEPTED", ""))
    assert heard.count("rails.outcome_known") == 1
    assert recall_of(paid.order_ref).is_open is False


def test_the_bank_pays_back_what_it_accepted_and_a_lost_callback_is_made_up_for_by_asking(bank, paid, ask, start) -> None:
    bank.mood("sunny", recall_s=0.05, recall_return_s=0.05, callback="lose")
    asked = ask(paid)
    wait_for(lambda: bank.call("GET", f"/v1/payouts/{paid.id}")["status"] == "RETURNED")
    assert carry(asked, start + timedelta(seconds=5)).status == "ACCEPTED"
    assert asked.id in actions.claim_recalls(now=start + timedelta(minutes=1))
    assert carry(asked, start + timedelta(minutes=1)).status == "RETURNED"
    assert queries.settling_advice_of(paid.order_ref).reason == "recalled"
    assert Recall.objects.get().next_try_at is None


@pytest.mark.parametrize("code", ["ARDT", "AC04", "AM04", "NOAS", "NOOR", "CUST", "LEGL", "AGNT"])
def test_a_refusal_has_its_code_and_ends_it(bank, paid, ask, start, code) -> None:
    bank.mood("recall_refused", recall_s=0, recall_code=code)
    asked = ask(paid)
    assert carry(asked, start + timedelta(seconds=5)).code == code
    assert stands(paid) == ("REFUSED", "REFUSED", code)
    assert carry(asked, start + timedelta(days=1)).status == "REFUSED"
    assert Recall.objects.get().next_try_at is None
    with pytest.raises(actions.RecallExists):
        ask(paid, "FRAD")


def test_the_answer_three_times_is_one_effect(bank, paid, ask, pump, hand_over) -> None:
    bank.mood("repeats", recall="refuse", recall_s=0.05)
    ask(paid)
    for word in bank.mailbox.messages(paid.id, at_least=3):
        assert hand_over(word).http_status == 200
        pump.run()
    assert stands(paid) == ("REFUSED", "REFUSED", "CUST")
    assert sorted(told(paid)) == ["accepted", "confirmed", "repeated", "repeated"]
    assert pump.heard.count("rails.recall_changed") == 1


def test_silence_until_the_day_is_unanswered_and_a_late_word_still_counts(bank, paid, ask, pump, hand_over, start) -> None:
    bank.mood("recall_silent")
    asked = ask(paid, days=15)
    assert carry(asked, start + timedelta(days=14)).status == "REQUESTED"
    assert Recall.objects.get().next_try_at == start + timedelta(days=14, hours=0, seconds=30)
    assert carry(asked, start + timedelta(days=15)).status == "UNANSWERED"
    assert Recall.objects.get().next_try_at is None
    late = recall_answer(str(paid.id), Recall.objects.get().message_id, "RJCR", code="NOAS", amount=200_00, at=start)
    receipt = hand_over(signed(late, start), now=start)
    assert receipt.verdict == "accepted"
    pump.run()
    assert stands(paid)[0] == "UNANSWERED"  # it made us ask, and the bank itself still says nothing


def signed(body: bytes, now, secret: str = SECRET) -> Request:
    return Request(PATH, signed_headers(secret.encode(), method="POST", path=PATH, body=body, now=now), body)


def test_forged_early_strange_and_unreadable_words_are_kept_and_move_nothing(
    bank, paid, ask, pump, hand_over, instruct, start
) -> None:
    body = recall_answer(str(paid.id), "RC1", amount=200_00, at=start)
    early = hand_over(signed(body, start), now=start)
    assert (early.verdict, early.http_status) == ("strange", 200)  # nobody asked for this one
    bank.mood("recall_silent")
    ask(paid)
    forged = hand_over(signed(body, start, "another secret of nobody at all, long enough"), now=start)
    assert (forged.verdict, forged.http_status) == ("forged", 401)
    stale = hand_over(signed(body, start), now=start + timedelta(hours=1))
    assert (stale.verdict, stale.http_status) == ("stale", 401)
    wrong = recall_answer(str(paid.id), "RC1", amount=2_000_00, at=start, message="CX2")
    assert hand_over(signed(wrong, start), now=start).verdict == "mismatched"
    for raw in (b"<x/>", body.replace(b"ACCR", b"ZZZZ"), body.replace(b"<Conf>CNCL", b"<Conf>RJCR"), body[:-20]):
        refused = hand_over(signed(raw, start), now=start)
        assert (refused.verdict, refused.http_status) == ("unreadable", 400)
        assert bytes(Advice.objects.get(pk=refused.advice).raw) == raw
    stranger = recall_answer(str(uuid4()), "RC1", amount=200_00, at=start, message="CX3")
    assert hand_over(signed(stranger, start), now=start).verdict == "strange"
    true = hand_over(signed(recall_answer(str(paid.id), "RC1", amount=200_00, at=start, message="CX4"), start), now=start)
    assert true.verdict == "accepted"
    pump.run()
    assert (stands(paid), status(paid)) == (("REQUESTED", "", ""), "SUCCEEDED")
    assert "strange" in {word.verdict for word in strange_words()}


def test_the_money_back_before_the_answer_needs_none(bank, paid, ask, pump, hand_over, start) -> None:
    bank.mood("recall_silent")
    asked = ask(paid)
    bank.settle(paid.id, "RETURNED", callback="send")
    hand_over(bank.mailbox.of(paid.id)[-1])
    pump.run()
    assert (status(paid), stands(paid)) == ("RETURNED", ("RETURNED", "", ""))
    late = recall_answer(str(paid.id), Recall.objects.get().message_id, amount=200_00, at=start)
    assert hand_over(signed(late, start), now=start).verdict == "accepted"
    pump.run()
    assert stands(paid) == ("RETURNED", "", "")
    assert carry(asked, start).status == "RETURNED"


def test_what_is_still_under_way_is_never_paid_once_the_bank_agrees(bank, instruct, ask, pump, start) -> None:
    bank.mood("slow", recall_s=0, callback="lose")
    made = instruct(direction="out")
    pump.run()
    assert status(made) == "SUBMITTED"
    asked = ask(made)
    carry(asked, start + timedelta(seconds=5))
    assert carry(asked, start + timedelta(seconds=10)).status == "OVER"
    assert (status(made), queries.instruction_of(made.order_ref).reason) == ("FAILED", "recalled")


def test_a_request_whose_answer_is_lost_is_sent_again_under_its_id(bank, paid, ask, pump, start) -> None:
    bank.mood("down")
    asked = ask(paid)
    assert (recall_of(paid.order_ref).sent_at, stands(paid)[0]) == (None, "REQUESTED")
    bank.mood("recall_silent")
    carry(asked, start + timedelta(seconds=5))
    carry(asked, start + timedelta(seconds=6))
    row = Recall.objects.get()
    assert (row.sent_at, row.attempts, row.status) == (start + timedelta(seconds=5), 2, "REQUESTED")
    Recall.objects.update(sent_at=None)  # a worker that died before it wrote the receipt down
    carry(asked, start + timedelta(seconds=7))
    assert (Recall.objects.get().sent_at, stands(paid)[0]) == (start + timedelta(seconds=7), "REQUESTED")
    Recall.objects.update(sent_at=None)
    Instruction.objects.filter(pk=paid.id).update(bank_ref="")  # first sent when the reference was not known
    carry(asked, start + timedelta(seconds=8))
    assert (Recall.objects.get().sent_at, stands(paid)[0]) == (start + timedelta(seconds=8), "REQUESTED")


def test_one_that_the_bank_does_not_take_is_refused_in_our_own_word(bank, paid, ask, start) -> None:
    Instruction.objects.filter(pk=paid.id).update(bank_ref="SB00000000000000")
    ask(paid)
    assert stands(paid) == ("REFUSED", "REFUSED", "XXXX")


def test_a_payout_that_came_back_unheard_is_found_by_asking(bank, paid, ask, start) -> None:
    bank.settle(paid.id, "RETURNED", callback="lose")
    ask(paid)
    assert (status(paid), stands(paid)) == ("RETURNED", ("RETURNED", "", ""))


def test_before_it_was_sent_it_is_cancelled_and_the_worker_finds_nothing_to_send(bank, instruct, pump, start) -> None:
    made = instruct(direction="out")
    ask_for = {"actor": SYSTEM, "order_ref": made.order_ref, "now": start}
    with pytest.raises(actions.RecallUnfit):
        actions.request_recall(reason="CUST", answer_by=start, **ask_for)
    assert actions.cancel_instruction(**ask_for) is True
    assert actions.cancel_instruction(**ask_for) is False
    from kefu.rails.actions.sending import send

    stale = Instruction.objects.get(pk=made.id)
    stale.status = "CREATED"  # as a worker has it that read the row a moment before
    assert send(stale, now=start) == "FAILED"
    pump.run()
    found = queries.instruction_of(made.order_ref)
    assert (found.status, found.reason, found.attempts, found.next_query_at) == ("FAILED", "cancelled", 0, None)
    with pytest.raises(AssertionError):  # the bank has never heard of it
        bank.call("GET", f"/v1/payouts/{made.id}")


def test_once_a_sending_has_begun_it_cannot_be_cancelled(bank, instruct, pump, start) -> None:
    made = instruct(direction="out")
    pump.run()
    assert actions.cancel_instruction(actor=SYSTEM, order_ref=made.order_ref, now=start) is False
    taken = instruct()
    assert actions.cancel_instruction(actor=SYSTEM, order_ref=taken.order_ref, now=start) is False


@pytest.mark.parametrize("reason", ["", "XXXX", "cust"])
def test_no_reason_of_the_standard_no_recall(paid, start, reason) -> None:
    with pytest.raises(actions.RecallUnfit):
        actions.request_recall(actor=SYSTEM, order_ref=paid.order_ref, reason=reason, answer_by=start, now=start)
    assert not Recall.objects.exists()


def test_the_waiting_ones_come_first(bank, instruct, pump, climb_until, ask, start) -> None:
    bank.mood("recall_refused", recall_s=0, settle_s=0)
    ended, waiting = instruct(direction="out"), instruct(direction="out", now=start)
    pump.run()
    carry(ask(ended), start + timedelta(seconds=5))
    bank.mood("recall_silent")
    ask(waiting)
    assert [one.status for one in newest_recalls()] == ["REQUESTED", "REFUSED"]


@pytest.mark.parametrize(
    ("more", "problem"),
    [
        ({"code": "CUST"}, "a refusal names its reason, and nothing else has one"),
        ({"word": "RJCR"}, "a refusal names its reason"),
        ({"word": "RJCR", "whole": "CNCL", "code": "CUST"}, "but the whole says ACCR"),
        ({"currency": "USD"}, "amount is not in CNY"),
        ({"doctype": "<!DOCTYPE a>"}, "brings a document type"),
        ({"message": "x" * 40}, "is no id"),
    ],
)
def test_an_answer_that_does_not_hold_is_none(start, more, problem) -> None:
    with pytest.raises(StatementUnreadableError, match=problem):
        read_answer(recall_answer(**{"instruction": str(uuid4()), "case": "RC1", "amount": 5, "at": start, **more}))


def test_rules_of_a_word() -> None:
    def verdict(status: str, outcome: str, *, fits: bool = True) -> str:
        return rules.verdict_on_recall(status=status, outcome=outcome, fits=fits)

    assert verdict("REQUESTED", rules.RECALL_PENDING) == "noted"
    assert verdict("REQUESTED", rules.RECALL_ACCEPTED, fits=False) == "mismatched"
    assert verdict("UNANSWERED", rules.RECALL_REFUSED) == "confirmed"
    assert verdict("REFUSED", rules.RECALL_ACCEPTED) == "contradicted"
    assert verdict("ACCEPTED", rules.RECALL_ACCEPTED) == "noted"
    assert verdict("RETURNED", rules.RECALL_REFUSED) == "noted"
    assert verdict("REQUESTED", rules.UNREACHABLE, fits=False) == "no_answer"
