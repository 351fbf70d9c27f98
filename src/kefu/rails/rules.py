"""Pure rules of money outside: the ladder of questions, and what an answer makes of an instruction."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, time, timedelta
from zoneinfo import ZoneInfo

PROCESSING, SUCCEEDED, FAILED, RETURNED = "PROCESSING", "SUCCEEDED", "FAILED", "RETURNED"
ACKNOWLEDGED = "ACKNOWLEDGED"  # a biller has taken the payment on, and not booked it yet
NOT_FOUND, UNREACHABLE = "NOT_FOUND", "UNREACHABLE"
FINAL = (SUCCEEDED, FAILED, RETURNED)
NEWS = (*FINAL, ACKNOWLEDGED)
"""Words that change how an instruction stands, once a question has confirmed them."""
RECALL_ACCEPTED, RECALL_REFUSED, RECALL_PENDING = "RECALL_ACCEPTED", "RECALL_REFUSED", "RECALL_PENDING"
RECALL_WORDS = (RECALL_ACCEPTED, RECALL_REFUSED, RECALL_PENDING)
"""What a bank says to a request to call a payout back. None of them moves money: only its coming back does."""

IN, OUT = "in", "out"

# What was made of a piece of advice when it was written down.
ACCEPTED = "accepted"  # a genuine callback, to be confirmed by a question of ours
FORGED = "forged"  # signature wrong or missing: kept as evidence, refused
STALE = "stale"  # signed for another time: refused
REPLAYED = "replayed"  # the very request that we had before: refused
REPEATED = "repeated"  # an event that we had before, told again: no effect
UNREADABLE = "unreadable"  # rightly signed, but not in the bank's own form
STRANGE = "strange"  # about an instruction that we never gave
MISMATCHED = "mismatched"  # amount, currency or reference differ from what we asked for
CONFIRMED = "confirmed"  # the answer that settled the instruction
NOTED = "noted"  # nothing new
CONTRADICTED = "contradicted"  # says No after a Yes: a person must look
NO_ANSWER = "no_answer"  # the bank could not be reached
VERDICTS = (
    *(ACCEPTED, FORGED, STALE, REPLAYED, REPEATED, UNREADABLE, STRANGE, MISMATCHED),
    *(CONFIRMED, NOTED, CONTRADICTED, NO_ANSWER),
)
REFUSED_CALLBACKS = (FORGED, STALE, REPLAYED)

CLAIM_SECONDS = 15
FIRST_TRY_SECONDS = 5
HISTORY_GRACE_SECONDS = 20
HISTORY_AFTER_SECONDS = 120
RESEND_AFTER_SECONDS = 20
UNKNOWN_AFTER_ASKS = 2
AFTERWARDS_SECONDS = 86_400
"""How often a bank is asked once the ladder has ended, and how long after the last sending a number that it does not
have can be taken for one that never arrived.
"""
NEVER_ARRIVED = "never_arrived"
CALLBACK_WINDOW_SECONDS = 300
CALLBACK_BYTES_MAX = 16_384
RECALL_WAITS = (5, 30, 120, 600, 3600, 14_400)
"""Seconds after which a bank is asked again what it says to a recall; the last wait repeats."""
RECALL_REASONS = ("DUPL", "TECH", "FRAD", "CUST", "AM09", "AC03")
"""Why a payment is called back (ExternalCancellationReason): paid twice, by a fault, by fraud, the customer's wish, a
wrong amount, a wrong account.
"""
STATEMENT_AT = time(10, 0)
BANK_ZONE = ZoneInfo("Asia/Shanghai")


@dataclass(frozen=True)
class Rung:
    """Where an instruction stands on the ladder: the next rung and when it is due; None: it has ended."""

    number: int
    due: datetime | None


def next_rung(*, rung: int, ladder: Sequence[int], created_at: datetime, now: datetime) -> Rung:
    """The rung after `rung`: the waits of the ladder (seconds), then once after the statement of T+1."""
    if rung < len(ladder):
        return Rung(rung + 1, now + timedelta(seconds=ladder[rung]))
    if rung == len(ladder):
        return Rung(rung + 1, max(after_statement(created_at), now + timedelta(seconds=ladder[-1])))
    return Rung(rung, None)


def never_arrived(*, outcome: str, ended_at: datetime | None, sent_at: datetime | None, now: datetime) -> bool:
    """Whether the bank's not knowing the number settles it: nothing is sent any more since the ladder ended, and what
    was sent is a day old. Should it carry it out after all, that is a Yes after a No (`verdict_on`).
    """
    if outcome != NOT_FOUND or ended_at is None:
        return False
    return sent_at is None or now - sent_at >= timedelta(seconds=AFTERWARDS_SECONDS)


def after_statement(created_at: datetime) -> datetime:
    """When the statement of the bank day of `created_at` can be had: the morning after."""
    day = created_at.astimezone(BANK_ZONE).date() + timedelta(days=1)
    return datetime.combine(day, STATEMENT_AT, BANK_ZONE)


def is_history(happened_at: datetime, *, written_at: datetime) -> bool:
    """Whether something was written down long after it happened: a history entered afterwards."""
    return written_at - happened_at > timedelta(seconds=HISTORY_AFTER_SECONDS)


def may_send_again(*, sent_at: datetime | None, now: datetime) -> bool:
    """Whether a bank that does not know an instruction is to be sent it again, under the same id.

    Not while an earlier sending may still be on its way.
    """
    return sent_at is None or now - sent_at >= timedelta(seconds=RESEND_AFTER_SECONDS)


def verdict_on(*, direction: str, status: str, outcome: str, fits: bool) -> str:
    """What an answer of the bank makes of an instruction in `status`. Only a final word that fits settles it.

    A Yes after a No is believed when money came in (it arrived late). When it went out, the customer has long had it
    back: that, like a No after a Yes, is for a person. A payout that was paid may come back; a debit cannot.
    """
    if outcome == UNREACHABLE:
        return NO_ANSWER
    if outcome not in NEWS:
        return NOTED
    if not fits:
        return MISMATCHED
    if outcome in (status, ACKNOWLEDGED):
        return NOTED
    if outcome == RETURNED:
        return CONFIRMED if direction == OUT and status != FAILED else CONTRADICTED
    if status == RETURNED:
        return NOTED if outcome == SUCCEEDED else CONTRADICTED
    if status == SUCCEEDED or (status == FAILED and direction == OUT):
        return CONTRADICTED
    return CONFIRMED


def verdict_on_recall(*, status: str, outcome: str, fits: bool) -> str:
    """What a bank's answer makes of a recall in `status`: the first word counts, also one that comes late.

    Another word after it is for a person, unless the payment has ended since: then it changes nothing any more.
    """
    if outcome == UNREACHABLE:
        return NO_ANSWER
    if outcome not in (RECALL_ACCEPTED, RECALL_REFUSED):
        return NOTED
    if not fits:
        return MISMATCHED
    if status in ("REQUESTED", "UNANSWERED"):
        return CONFIRMED
    if status in ("RETURNED", "OVER") or outcome == f"RECALL_{status}":
        return NOTED
    return CONTRADICTED


def next_recall_wait(rung: int) -> timedelta:
    """How long until the bank is asked again about a recall."""
    return timedelta(seconds=RECALL_WAITS[min(rung, len(RECALL_WAITS) - 1)])
