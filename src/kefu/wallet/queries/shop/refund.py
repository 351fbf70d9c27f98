"""Refunds: as their customer, their merchant and the house see them; and whether one can be asked for."""

from dataclasses import replace
from datetime import datetime, timedelta
from uuid import UUID

from django.db.models import Q, QuerySet, Sum

from kefu.core.actor import Actor
from kefu.core.models import StoredFile
from kefu.core.money import Money
from kefu.core.refusal import NotFound, Refusal
from kefu.identity import queries as identity
from kefu.rails.queries.names import bank_text
from kefu.sla import queries as clocks
from kefu.trust import queries as trust
from kefu.wallet.access import customer_seen_by
from kefu.wallet.models import Payment, Provisional, Refund, RefundNote
from kefu.wallet.queries.shop.merchant import own_merchant
from kefu.wallet.queries.shop.values import NoteView, Refundable, RefundView, see_note, see_refund
from kefu.wallet.rules.provisional import refundable
from kefu.wallet.rules.shop import WHY_NOT, why_not_refundable
from kefu.wallet.rules.voucher import share

LIST_MOST = 100


def window_end(payment: Payment) -> datetime | None:
    """Until when money of a payment can be asked back, by the merchant's terms; None before it is captured."""
    if payment.captured_at is None:
        return None
    return payment.captured_at + timedelta(days=payment.merchant.refund_days)


def left_of(row: Payment, made_good: int) -> Money:
    """What can still go back of a payment with its order: not what did, nor what we made good to its payer."""
    order = row.order
    left = refundable(order.amount, captured=row.captured, refunded=row.refunded, made_good=made_good)
    return Money(left, order.currency)


def refundable_for(actor: Actor, order_id: UUID, *, now: datetime) -> Refundable:
    """What can be asked back of the customer's payment. Refuses `core.thing.not_found`."""
    final = Q(order__provisionals__status=Provisional.FINAL)
    rows = Payment.objects.annotate(made_good=Sum("order__provisionals__order__amount", filter=final, default=0))
    row = rows.select_related("order__instrument", "merchant").filter(pk=order_id).first()
    if row is None:
        raise NotFound()
    customer_seen_by(actor, row.order.customer_id, now=now)
    until = window_end(row)
    why = why_not_refundable(captured=row.captured, refunded=row.refunded, until=until, now=now)
    left = left_of(row, int(row.made_good))
    why = why or ("" if left.minor else "made_good")
    opened = row.refunds.filter(status__in=Refund.OPEN).values_list("pk", flat=True).first()
    return Refundable(
        left=left,
        until=until,
        why_not=str(WHY_NOT[why]) if why else "",
        open_refund=opened,
        merchant_name=row.merchant.name,
        answer_hours=row.merchant.answer_hours,
        card=_card(row),
        voucher_left=Money(row.voucher_part - voucher_given(row), row.order.currency),
    )


def _card(row: Payment) -> str:
    card = row.order.instrument
    return bank_text(f"{card.bank} ({card.last4})") if card else ""


def voucher_given(row: Payment) -> int:
    """What refunds have given back to the payment's voucher so far, minor units."""
    return share(row.refunded, paid=row.captured, part=row.voucher_part) if row.captured else 0


def refund_for(actor: Actor, order_id: UUID, *, now: datetime) -> RefundView:
    """One refund with what was said and its clock: for its customer, its merchant, and staff with a Grant (who judge
    refunds see those put before the platform). Refuses `core.thing.not_found`.
    """
    row = _rows().filter(pk=order_id).first()
    if row is None:
        raise NotFound()
    _check_seen(actor, row, now=now)
    clock = next(iter(clocks.clocks_of(f"order:{row.pk}", now=now)), None)
    notes = tuple(_seen_note(actor, note) for note in row.notes.order_by("id"))
    return see_refund(row, notes=notes, clock=clock)


def _seen_note(actor: Actor, note: RefundNote) -> NoteView:
    """What the other side wrote is a stranger's words; who decides reads them as they stand."""
    seen = see_note(note)
    if actor.kind not in ("customer", "merchant") or note.by in (actor.kind, RefundNote.PLATFORM):
        return seen
    return replace(seen, words=trust.shown(seen.words).text)


def _check_seen(actor: Actor, row: Refund, *, now: datetime) -> None:
    if actor.kind == "merchant":
        if row.merchant_id != own_merchant(actor, now=now):
            raise NotFound()
    elif not (actor.is_staff and actor.role == "supervisor" and row.escalated_at):
        customer_seen_by(actor, row.order.customer_id, now=now)


def refunds_of(actor: Actor, payment_id: UUID, *, now: datetime) -> list[RefundView]:
    """What was asked back of a payment, the newest first; for who may see the payment."""
    payment = Payment.objects.select_related("order").filter(pk=payment_id).first()
    if payment is None:
        raise NotFound()
    if actor.kind == "merchant":
        if payment.merchant_id != own_merchant(actor, now=now):
            raise NotFound()
    else:
        customer_seen_by(actor, payment.order.customer_id, now=now)
    return [see_refund(row) for row in _rows().filter(refund_of=payment).order_by("-asked_at")]


def refunds_for(actor: Actor, *, only_open: bool = False, now: datetime) -> list[RefundView]:
    """The merchant's refunds, those that wait for an answer first, with their clocks."""
    rows = _rows().filter(merchant_id=own_merchant(actor, now=now))
    if only_open:
        rows = rows.filter(status=Refund.ASKED)
    return _with_clocks(rows, now=now)


def escalated_for(actor: Actor, *, now: datetime) -> list[RefundView]:
    """Refunds that the platform has to decide, the longest first, for staff. Refuses `identity.role.insufficient`."""
    identity.require(actor=actor, action="cases.propose_refund", now=now)
    rows = _rows().filter(status=Refund.ESCALATED).order_by("escalated_at")
    return [see_refund(row) for row in rows[:LIST_MOST]]


def _with_clocks(rows: QuerySet[Refund], *, now: datetime) -> list[RefundView]:
    found = list(rows.order_by("-asked_at")[:LIST_MOST])
    due = clocks.due_soonest([f"order:{row.pk}" for row in found], now=now)
    seen = [see_refund(row, clock=due.get(f"order:{row.pk}")) for row in found]
    return sorted(seen, key=lambda one: (one.status != Refund.ASKED, one.clock.due_at if one.clock else one.asked_at))


def _rows() -> QuerySet[Refund]:
    return Refund.objects.select_related("order__instrument", "refund_of__order__instrument")


def notes_with(file_id: UUID) -> QuerySet[RefundNote]:
    """The notes that a file belongs to, by the index over notes that have files."""
    return RefundNote.objects.filter(file_ids__contains=[file_id]).exclude(file_ids=[])


def refund_file_for(actor: Actor, file_id: UUID, *, now: datetime) -> StoredFile:
    """A file that shows something on a refund that the actor may see. Refuses `core.thing.not_found`."""
    note = notes_with(file_id).first()
    if note is None:
        raise NotFound()
    row = _rows().get(pk=note.refund_id)
    try:
        _check_seen(actor, row, now=now)
    except Refusal as hidden:  # a role that may not see customers must not learn that the file is there
        raise NotFound() from hidden
    return StoredFile.objects.get(pk=file_id)
