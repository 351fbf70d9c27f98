"""Status reports (pacs.002): whole or not at all; a final word settles, once, and one by hand makes us ask."""

from datetime import date, timedelta
from uuid import uuid4

import pytest
from tests.rails import papers
from tests.rails.papers import Payment, group

from kefu.core.actor import SYSTEM, Actor
from kefu.core.models import OutboxEvent
from kefu.rails import actions, queries
from kefu.rails.messages.status_report import REASONS, STATUSES
from kefu.rails.models import Advice, RefusedFile, StatusReport
from kefu.rails.queries import files
from kefu.rails.rules import BANK_ZONE

pytestmark = [pytest.mark.django_db, pytest.mark.row("W-04")]
AT = "2026-11-19T03:00:00+00:00"
DAY = date(2026, 11, 19)


def take(raw: bytes, now, *, actor: Actor = SYSTEM, day: date = DAY):
    return actions.import_status_report(actor=actor, connector_code="sandbox", day=day, raw=raw, now=now)


def report(*payments: Payment, at=AT, **more) -> bytes:
    return papers.status_report(payments, at=at, **more)


def said(made) -> tuple[str, str]:
    found = queries.instruction_of(made.order_ref)
    return found.status, found.reason


@pytest.fixture
def payout(instruct, pump):
    """Payouts that no bank was told of: only what a report says is known."""
    return lambda **how: instruct(200_00, direction="out", **how)


@pytest.mark.parametrize(("word", "outcome"), STATUSES.items())
def test_every_word_of_the_standard_has_its_meaning(payout, start, word, outcome) -> None:
    made = payout()
    reason = "AC04" if word == "RJCT" else ""
    take(report(Payment(instruction=str(made.id), status=word, reason=reason, amount=200_00)), start)
    ends = {"PROCESSING": ("CREATED", ""), "SUCCEEDED": ("SUCCEEDED", ""), "FAILED": ("FAILED", "card_closed")}
    assert said(made) == ends[outcome]
    [kept] = Advice.objects.filter(instruction_id=made.id)
    assert (kept.kind, kept.verdict) == ("file", "noted" if outcome == "PROCESSING" else "confirmed")


@pytest.mark.parametrize(("code", "ours"), [*REASONS.items(), ("MS03", "MS03")])
def test_a_rejection_keeps_its_reason_in_our_words_or_as_it_is(payout, start, code, ours) -> None:
    made = payout()
    take(report(Payment(instruction=str(made.id), status="RJCT", reason=code, amount=200_00)), start)
    assert said(made) == ("FAILED", ours)


def test_a_payment_without_a_status_has_its_groups_and_so_has_one_that_is_not_listed(payout, start) -> None:
    listed, unlisted, own = payout(), payout(), payout()
    groups = group(str(listed.id), "ACSC") + group(str(unlisted.id), "RJCT", reason="AC06", total=200_00)
    groups += group(str(own.id), "PART")
    of = "<OrgnlGrpInf><OrgnlMsgId>{}</OrgnlMsgId></OrgnlGrpInf>"
    raw = report(
        Payment(instruction=str(listed.id), status="", amount=200_00, more=of.format(listed.id.hex)),
        Payment(instruction=str(own.id), status="ACSC", amount=200_00, more=of.format(own.id.hex)),
        groups=groups,
    )
    take(raw, start)
    assert [said(one) for one in (listed, unlisted, own)] == [
        ("SUCCEEDED", ""), ("FAILED", "card_blocked"), ("SUCCEEDED", ""),
    ]  # fmt: skip


def test_the_same_bytes_again_change_nothing_and_the_same_id_on_others_is_refused(payout, start) -> None:
    made = payout()
    raw = report(Payment(instruction=str(made.id), amount=200_00))
    assert take(raw, start) == take(raw, start + timedelta(hours=1))
    assert OutboxEvent.objects.filter(kind="rails.outcome_known").count() == 1
    with pytest.raises(actions.StatusReportWrong, match="status_report"):
        take(report(Payment(instruction=str(made.id), status="RJCT", reason="AC04", amount=200_00)), start)
    assert said(made) == ("SUCCEEDED", "")
    refused = RefusedFile.objects.get()
    assert (refused.kind, refused.line, refused.problem) == ("status", 0, "MsgId M1 stood on another report before")


def test_a_contradiction_moves_nothing_and_is_seen_by_people(payout, start) -> None:
    made = payout()
    take(report(Payment(instruction=str(made.id), amount=200_00)), start)
    take(report(Payment(instruction=str(made.id), status="RJCT", reason="AC04", amount=200_00), message="M2"), start)
    assert said(made) == ("SUCCEEDED", "")
    assert OutboxEvent.objects.filter(kind="rails.contradicted").count() == 1
    [word] = files.strange_words()
    assert (word.verdict, word.named, word.outcome) == ("contradicted", made.order_ref, "FAILED")


def test_another_amount_settles_nothing_and_none_at_all_makes_us_ask(payout, start) -> None:
    wrong, bare = payout(), payout()
    raw = report(Payment(instruction=str(wrong.id), amount=20_00), Payment(instruction=str(bare.id), amount=None))
    take(raw, start)
    assert (said(wrong)[0], said(bare)[0]) == ("CREATED", "CREATED")
    assert Advice.objects.get(instruction_id=wrong.id).verdict == "mismatched"
    asked = OutboxEvent.objects.filter(kind="rails.ask_wanted").values_list("payload__instruction", flat=True)
    assert list(asked) == [str(bare.id)]


def test_what_is_about_no_payment_of_ours_is_kept_and_shown(start) -> None:
    stranger = uuid4()
    take(report(Payment(instruction=str(stranger), amount=5), Payment(instruction="LOST", amount=6)), start)
    assert {(word.verdict, word.named, word.amount) for word in files.strange_words()} == {
        ("strange", str(stranger), 5), ("strange", "LOST", 6),
    }  # fmt: skip


def test_one_that_a_person_gives_settles_nothing_and_the_bank_is_asked(payout, start) -> None:
    made, clerk = payout(), Actor(kind="staff", id=str(uuid4()), role="operator")
    take(report(Payment(instruction=str(made.id), amount=200_00)), start, actor=clerk)
    assert said(made) == ("CREATED", "")
    assert OutboxEvent.objects.get(kind="rails.ask_wanted").payload["instruction"] == str(made.id)


@pytest.mark.row("W-04")
def test_the_banks_own_report_of_the_day_tells_what_callback_and_ladder_missed(bank, instruct, start) -> None:
    """Fetched over the signed line: refusals with their reasons, and yeses; another day knows of none."""
    bank.mood("lost_callback")
    paid = instruct(direction="out")
    actions.submit_instruction(instruction_id=paid.id, now=start)
    bank.mood("bank_denies", reason="card_closed", answer="processing", callback="lose")
    refused = instruct(direction="out")
    actions.submit_instruction(instruction_id=refused.id, now=start)
    assert (said(paid)[0], said(refused)[0]) == ("SUBMITTED", "SUBMITTED")
    today = start.astimezone(BANK_ZONE).date()
    for day in (today, today - timedelta(days=1)):
        actions.fetch_status_report(actor=SYSTEM, connector_code="sandbox", day=day, now=start)
    assert (said(paid), said(refused)) == (("SUCCEEDED", ""), ("FAILED", "card_closed"))


GOOD = Payment(instruction=str(uuid4()), amount=5)
BAD = {
    "no XML": (b"<Document", 0),
    "brings a document type": (report(GOOD, doctype='<!DOCTYPE x [<!ENTITY a "b">]>'), 0),
    "not one pacs.002.001.10 message": (report(GOOD, namespace="urn:iso:std:iso:20022:tech:xsd:pacs.002.001.03"), 0),
    "day is 2026-11-20": (report(GOOD, at="2026-11-20T03:00:00+00:00"), 0),
    "no zone": (report(GOOD, at="2026-11-19T03:00:00"), 0),
    "is no id": (report(GOOD, message="M" * 36), 0),
    "'ZZZZ' is not known": (report(GOOD, Payment(instruction="B", status="ZZZZ", amount=5)), 2),
    "is missing, and its group has none": (report(Payment(instruction="B", status="", amount=5)), 1),
    "names no reason": (report(GOOD, Payment(instruction="B", status="RJCT", amount=5)), 2),
    "stands twice": (report(GOOD, GOOD), 2),
    "TxSts stands twice": (report(Payment(instruction="B", amount=5, more="<TxSts>RJCT</TxSts>")), 1),
    "Odd is not expected": (report(Payment(instruction="B", amount=5, more="<Odd>1</Odd>")), 1),
    "is no amount": (report(Payment(instruction="B", amount="1.234")), 1),
    "more than any transfer": (report(Payment(instruction="B", amount="99999999999999.00")), 1),
    "lists no payment": (report(groups=group("GRP1", "")), 1),
    "the group GRP1 stands twice": (report(groups=group("GRP1", "ACSC") * 2), 0),
    "another namespace": (report(Payment(instruction="B", amount=5, more='<x xmlns="urn:x">1</x>')), 1),
    "more than 4194304 bytes": (b"<" + b" " * (4 * 1024 * 1024), 0),
}


@pytest.mark.parametrize("problem", BAD)
def test_a_bad_report_is_refused_whole_with_its_line_and_kept(start, problem) -> None:
    raw, line = BAD[problem]
    with pytest.raises(actions.StatusReportWrong) as refused:
        take(raw, start)
    kept = RefusedFile.objects.get()
    assert problem in kept.problem
    assert (kept.line, refused.value.data["line"], bytes(kept.raw)) == (line, line, raw)
    assert not StatusReport.objects.exists()
    assert not Advice.objects.exists()
