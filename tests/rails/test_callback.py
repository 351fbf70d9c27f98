"""Callbacks: written down before anything is thought of them; none of them moves anything by itself."""

import dataclasses
from datetime import timedelta

import pytest
from django.conf import settings
from tests.rails.bank_process import PATH, SECRET, Request

from kefu.core.refusal import NotFound
from kefu.rails import actions, queries
from kefu.rails.connectors.signing import signed_headers
from kefu.rails.models import Advice, Instruction

pytestmark = pytest.mark.django_db


def verdicts(instruction) -> list[str]:
    rows = Advice.objects.filter(instruction_id=instruction, kind="callback")
    return list(rows.order_by("received_at", "id").values_list("verdict", flat=True))


def forge(body: bytes, now, *, secret: str = SECRET) -> Request:
    headers = signed_headers(secret.encode(), method="POST", path=PATH, body=body, now=now)
    return Request(PATH, headers, body)


@pytest.mark.row("W-03")
def test_callback_is_confirmed_by_our_own_question(bank, instruct, pump, hand_over) -> None:
    made = instruct()
    pump.run()
    request = bank.mailbox.of(made.id)[0]
    receipt = hand_over(request)
    assert (receipt.verdict, receipt.http_status) == ("accepted", 200)
    assert queries.instruction_of(made.order_ref).status == "SUBMITTED"
    pump.run()
    assert queries.instruction_of(made.order_ref).status == "SUCCEEDED"
    settled = queries.settling_advice_of(made.order_ref)
    assert settled is not None
    assert settled.kind == "query"
    assert bytes(Advice.objects.get(pk=receipt.advice).raw) == request.body


@pytest.mark.row("W-03")
def test_three_times_and_out_of_order_is_one_effect(bank, instruct, pump, hand_over) -> None:
    bank.mood("reorders", copies=3)
    made = instruct()
    pump.run()
    requests = bank.mailbox.of(made.id, at_least=4)
    for request in reversed(requests):
        assert hand_over(request).http_status == 200
        pump.run()
    assert sorted(verdicts(made.id)) == ["accepted", "accepted", "repeated", "repeated"]
    assert queries.instruction_of(made.order_ref).status == "SUCCEEDED"
    assert pump.heard.count("rails.outcome_known") == 1


def test_a_storm_of_forgeries_moves_nothing(bank, instruct, pump, hand_over) -> None:
    bank.mood("forges", settle_after=None, forgeries=["bad_signature", "contradiction", "wrong_amount", "stale"])
    made = instruct()
    pump.run()
    for request in bank.mailbox.of(made.id, at_least=4):
        hand_over(request)
        pump.run()
    assert sorted(verdicts(made.id)) == ["accepted", "forged", "mismatched", "stale"]
    # The one that was rightly signed and lied made us ask; the bank's answer is what counts.
    assert queries.instruction_of(made.order_ref).status == "UNKNOWN"
    assert "rails.outcome_known" not in pump.heard


def test_replayed_to_the_letter_is_refused(bank, instruct, pump, hand_over) -> None:
    made = instruct()
    pump.run()
    request = bank.mailbox.of(made.id)[0]
    hand_over(request)
    receipt = hand_over(request)
    assert (receipt.verdict, receipt.http_status) == ("replayed", 409)
    pump.run()
    assert pump.heard.count("rails.advice_written") == 1


@pytest.mark.parametrize(
    ("spoil", "verdict", "status"),
    [
        (lambda r: dataclasses.replace(r, headers={}), "forged", 401),
        (lambda r: dataclasses.replace(r, body=r.body + b" "), "forged", 401),
        (lambda r: dataclasses.replace(r, path="/rails/advice/other"), "forged", 401),
        (lambda r: dataclasses.replace(r, headers={**r.headers, "X-Bank-Time": "1"}), "forged", 401),
        (lambda r: dataclasses.replace(r, body=b"\xff" * 100_000), "forged", 401),
    ],
)
def test_spoilt_requests_are_recorded_and_refused(bank, instruct, pump, hand_over, spoil, verdict, status) -> None:
    made = instruct()
    pump.run()
    receipt = hand_over(spoil(bank.mailbox.of(made.id)[0]))
    assert (receipt.verdict, receipt.http_status) == (verdict, status)
    assert Advice.objects.filter(pk=receipt.advice, verdict=verdict).exists()
    assert pump.run() == []


def test_old_but_genuine_is_stale(bank, instruct, pump, hand_over, start) -> None:
    made = instruct()
    pump.run()
    receipt = hand_over(bank.mailbox.of(made.id)[0], now=start + timedelta(minutes=6))
    assert (receipt.verdict, receipt.http_status) == ("stale", 401)


def test_signed_with_another_secret_is_forged(bank, instruct, hand_over, start) -> None:
    body = f'{{"event":"evt_x","instruction":"{instruct().id}","status":"SUCCEEDED"}}'.encode()
    assert hand_over(forge(body, start, secret="x" * 40)).verdict == "forged"


@pytest.mark.parametrize(
    "body",
    [
        b"",
        b"[]",
        b"null",
        b'"x"',
        b'{"event":1}',
        b'{"event":"e","instruction":"i","status":"MAYBE"}',
        b"\xff\xfe",
    ],
)
def test_rightly_signed_nonsense_is_kept_as_unreadable(bank, hand_over, start, body) -> None:
    receipt = hand_over(forge(body, start))
    assert (receipt.verdict, receipt.http_status) == ("unreadable", 400)
    assert bytes(Advice.objects.get(pk=receipt.advice).raw) == body


def test_an_instruction_that_we_never_gave_is_strange(bank, hand_over, pump, start) -> None:
    body = b'{"event":"e1","instruction":"00000000-0000-7000-8000-000000000000","status":"SUCCEEDED","amount":1}'
    assert hand_over(forge(body, start)).verdict == "strange"
    assert pump.run() == []


def test_unknown_connector_looks_like_nothing(bank, start) -> None:
    with pytest.raises(NotFound):
        actions.receive_callback(connector_code="other", method="POST", path=PATH, headers={}, body=b"", now=start)


def test_without_a_secret_everything_is_forged(bank, instruct, hand_over, start, monkeypatch) -> None:
    monkeypatch.setattr(settings, "SANDBOX_BANK_SECRET", "")
    body = b'{"event":"e1","instruction":"x","status":"SUCCEEDED"}'
    assert hand_over(forge(body, start, secret="")).verdict == "forged"


def test_a_callback_after_the_ladder_ended_makes_us_ask_again(
    bank, instruct, pump, hand_over, climb_until, start
) -> None:
    bank.mood("slow")
    made = instruct()
    pump.run()
    climb_until(made.id, start=start, seconds=3 * 86_400)
    pump.run()
    bank.settle(made.id)
    hand_over(bank.mailbox.of(made.id)[-1])
    bank.mood("query_down")
    assert Instruction.objects.get(pk=made.id).next_query_at is not None
    bank.mood("sunny")
    pump.run()
    assert queries.instruction_of(made.order_ref).status == "SUCCEEDED"
