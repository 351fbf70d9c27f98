"""Clearing a break: proposed by one, agreed to by another, posted once."""

from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from django.db import transaction

from kefu.core import audit
from kefu.core.actor import Actor
from kefu.core.money import Money
from kefu.core.redaction import redact
from kefu.core.refusal import NotFound
from kefu.core.transition import transition
from kefu.identity import actions as identity
from kefu.identity import queries as people
from kefu.settlement.actions import book, telling
from kefu.settlement.actions.breaks import changed, end, lock, ref_of
from kefu.settlement.models import CARRIED_OUT, LONG, OPEN, PROPOSED, REJECTED, Break, Clearance
from kefu.settlement.refusals import (
    BreakCleared,
    ClearanceSettled,
    ClearanceWaiting,
    DeedWrong,
    OwnerWrong,
    PartnerWrong,
    ReasonMissing,
)
from kefu.settlement.rules import plan as rules
from kefu.wallet import actions as wallet

ACTION = "settlement.clear_break"
REASON_MAX = 2000


@dataclass(frozen=True)
class Wish:
    """How a break shall be cleared. `customer_id` for CREDIT; `other`: the number of the surplus for OFFSET."""

    deed: str
    reason: str
    customer_id: UUID | None = None
    other: str = ""


@transaction.atomic
def propose_clearance(*, actor: Actor, break_id: UUID, wish: Wish, now: datetime) -> UUID:
    """Ask another person to agree; the clearance's id.

    Refuses `settlement.break.cleared`, `.deed_wrong`, `.owner_wrong`, `.partner_wrong`,
    `settlement.clearance.reason_missing`, `.waiting`, `identity.role.insufficient`.
    """
    people.require(actor=actor, action="settlement.propose_clearance", now=now)
    row = lock(break_id)
    other = _check(row, wish)
    reason = redact(_typed(wish.reason)).text
    if not reason:
        raise ReasonMissing()
    if row.clearances.filter(status=PROPOSED).exists():
        raise ClearanceWaiting()
    arguments = _arguments(row, wish.deed, wish.customer_id, other)
    approval = identity.propose_approval(
        actor=actor, action=ACTION, arguments=arguments, needed=people.checkers_needed(ACTION, arguments),
        case_ref=row.no, reason=reason, now=now,
    )  # fmt: skip
    made = Clearance.objects.create(
        found=row, deed=wish.deed, customer_id=wish.customer_id, other=other, reason=reason, approval_id=approval.id,
        maker_id=actor.uuid, proposed_at=now,
    )  # fmt: skip
    telling.write_step(row, "proposed", actor=actor, now=now, data={"deed": wish.deed, "clearance": str(made.id)})
    data = {"deed": wish.deed, "approval": approval.id}
    audit.record(actor=actor, action="settlement.propose_clearance", subject=ref_of(row), now=now, data=data)
    changed(row, now=now)
    return made.id


def _typed(words: str) -> str:
    """As it may be stored: the database takes no NUL."""
    return words.replace("\0", "").strip()[:REASON_MAX]


def _check(row: Break, wish: Wish) -> Break | None:
    if row.status != OPEN:
        raise BreakCleared(no=row.no)
    if wish.deed not in rules.DEEDS[row.suspense]:
        raise DeedWrong(deed=wish.deed[:20], no=row.no)
    if wish.deed == rules.CREDIT:
        try:
            owner = people.person(wish.customer_id) if wish.customer_id else None
        except NotFound:
            owner = None
        if owner is None or owner.kind != "customer":
            raise OwnerWrong()
    if wish.deed != rules.OFFSET:
        return None
    other = Break.objects.filter(no=_typed(wish.other), status=OPEN, suspense=LONG, suspended=row.suspended).first()
    if other is None:
        raise PartnerWrong(other=wish.other[:20])
    return other


def _arguments(row: Break, deed: str, customer: UUID | None, other: Break | None) -> dict[str, Any]:
    return {
        "break": str(row.id), "deed": deed, "amount": row.suspended, "customer": telling.text_of(customer),
        "other": str(other.id) if other else "",
    }  # fmt: skip


@transaction.atomic
def decide_clearance(*, actor: Actor, clearance_id: UUID, approve: bool, words: str, now: datetime) -> str:
    """Another person's word; the last yes that is needed posts in this same transaction. The clearance's status.

    Refuses `settlement.clearance.settled`, `settlement.break.cleared`, `.partner_wrong`, `identity.approval.*`.
    """
    made = Clearance.objects.filter(pk=clearance_id).first()
    if made is None or not actor.is_staff:
        raise NotFound()
    # Both breaks of an offset, in one order, so that two decisions cannot meet head on.
    ids = sorted(one for one in (made.found_id, made.other_id) if one)
    rows = {one: lock(one) for one in ids}
    made.refresh_from_db()
    if made.status != PROPOSED:
        raise ClearanceSettled()
    said = redact(_typed(words)).text
    approval = identity.decide_approval(
        actor=actor, approval_id=made.approval_id, approve=approve, words=said, now=now
    )
    row = rows[made.found_id]
    telling.write_step(row, "agreed" if approve else "rejected", actor=actor, now=now, data={"words": said[:200]})
    if approval.status == "REJECTED":
        transition(Clearance, made.id, PROPOSED, REJECTED, settled_at=now)
        changed(row, now=now)
    elif approval.status == "APPROVED":
        _carry_out(made, row, rows.get(made.other_id) if made.other_id else None, actor=actor, now=now)
    return str(Clearance.objects.values_list("status", flat=True).get(pk=made.id))


def _carry_out(made: Clearance, row: Break, other: Break | None, *, actor: Actor, now: datetime) -> None:
    if row.status != OPEN:
        raise BreakCleared(no=row.no)
    if made.other_id and (other is None or other.status != OPEN):
        raise PartnerWrong(other=other.no if other else "")
    evidence, arguments = f"approval:{made.approval_id}", _arguments(row, made.deed, made.customer_id, other)
    if made.deed == rules.CREDIT:
        assert made.customer_id is not None
        paid = wallet.credit_found(
            actor=actor, customer_id=made.customer_id, amount=Money(row.suspended, book.CURRENCY), ref=row.no,
            approval=(made.approval_id, ACTION, arguments), now=now,
        )  # fmt: skip
        transfer: UUID | None = paid.transfers[0]
        if row.customer_id is None:
            Break.objects.filter(pk=row.pk).update(customer_id=made.customer_id)
    else:
        identity.consume_approval(
            approval_id=made.approval_id, action=ACTION, arguments=arguments, now=now, actor=actor
        )
        legs = rules.clearing(made.deed, row.suspended)
        posted = book.post(made.id, legs, ref=ref_of(row), evidence=evidence, now=now)
        transfer = posted[0] if posted else None
    transition(Clearance, made.id, PROPOSED, CARRIED_OUT, settled_at=now)
    end(row, how=made.deed, actor=actor, transfer=transfer, now=now, evidence=evidence)
    if other is not None:
        end(other, how=made.deed, actor=actor, transfer=transfer, now=now, evidence=evidence)


@transaction.atomic
def lapse_clearance(*, actor: Actor, approval_id: UUID, now: datetime) -> None:
    """Its approval ran out: the clearance ends like a rejected one, so that it can be proposed again."""
    made = Clearance.objects.filter(approval_id=approval_id, status=PROPOSED).first()
    if made is not None:
        row = lock(made.found_id)
        if transition(Clearance, made.id, PROPOSED, REJECTED, settled_at=now):
            telling.write_step(row, "lapsed", actor=actor, now=now)
            changed(row, now=now)
