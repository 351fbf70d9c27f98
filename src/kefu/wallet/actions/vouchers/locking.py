"""What a voucher does in a payment: waits for a quote, pays a part, is freed, gets back its share of a refund."""

from datetime import datetime
from typing import Any
from uuid import UUID

from django.db.models import F

from kefu.core.actor import Actor
from kefu.core.batch import each_by_itself
from kefu.core.refusal import NotFound
from kefu.core.transition import transition
from kefu.wallet.actions.shop.refusals import VoucherUnfit
from kefu.wallet.models import OPEN, Order, Quote, Sale, Voucher
from kefu.wallet.rules import voucher as rules


def fit(actor: Actor, voucher_id: UUID, sale: Sale, *, now: datetime) -> Voucher:
    """The customer's own voucher, its row locked, if it may pay a part of the sale.

    One that waits for an older quote without an order is taken over. Refuses `core.thing.not_found`,
    `wallet.voucher.unfit`.
    """
    rows = Voucher.objects.select_for_update(of=("self",)).select_related("campaign")
    row = rows.filter(pk=voucher_id, customer_id=actor.uuid).first()
    if row is None:
        raise NotFound()
    waits_for = row.quote_id if row.status == Voucher.LOCKED else None
    if waits_for is not None and not Order.objects.filter(quote_id=waits_for).exists():
        free(row)
    why = why_not(row, sale, now=now)
    if why:
        raise VoucherUnfit(code=why, why=str(rules.WHY_NOT[why]))
    return row


def why_not(row: Voucher, sale: Sale, *, now: datetime) -> str:
    """Why the voucher cannot pay a part of the sale: a code of `WHY_NOT`, '' when it can."""
    campaign = row.campaign
    reasons = {
        "used": row.status == Voucher.USED,
        "expired": row.status == Voucher.EXPIRED or row.valid_until <= now,
        "locked": row.status == Voucher.LOCKED,
        "early": campaign.valid_from > now,
        "merchant": campaign.merchant_id not in (None, sale.merchant_id),
        "min_spend": sale.amount < campaign.min_spend,
        "later": sale.capture_later,
    }
    return next((code for code, holds in reasons.items() if holds), "")


def lock(row: Voucher, quote_id: UUID) -> None:
    """Have it wait for the quote, within the caller's transaction."""
    if not transition(Voucher, row.id, (Voucher.ISSUED, Voucher.RETURNED), Voucher.LOCKED, quote_id=quote_id):
        raise VoucherUnfit(code="locked", why=str(rules.WHY_NOT["locked"]))


def check_locked(row: Voucher, quote_id: UUID, part: int) -> None:
    """Refuse `wallet.voucher.unfit` unless the voucher still waits for this very quote, with what it said."""
    held = Voucher.objects.select_for_update().get(pk=row.pk)
    if held.status != Voucher.LOCKED or held.quote_id != quote_id or held.left < part:
        raise VoucherUnfit(code="locked", why=str(rules.WHY_NOT["locked"]))


def use(row: Voucher, part: int) -> None:
    """`part` of it was paid; what a refund brought back meanwhile stays."""
    held = Voucher.objects.select_for_update().get(pk=row.pk)
    after = Voucher.RETURNED if held.left > part else Voucher.USED
    if not transition(Voucher, row.pk, Voucher.LOCKED, after, left=F("left") - part, quote_id=None):
        raise VoucherUnfit(code="locked", why=str(rules.WHY_NOT["locked"]))


def free(row: Voucher) -> None:
    """It waits no more: it can be used again. Safe to repeat."""
    after = Voucher.RETURNED if row.returned_at else Voucher.ISSUED
    transition(Voucher, row.pk, Voucher.LOCKED, after, quote_id=None)
    row.refresh_from_db(fields=["status", "quote_id", "left"])


def give_back(row: Voucher, part: int, *, now: datetime) -> None:
    """A refund returns `part` to it; it can be used for a while at least, also when it had expired."""
    held = Voucher.objects.select_for_update(of=("self",)).select_related("campaign").get(pk=row.pk)
    until = rules.valid_until(held.valid_until, now=now)
    changes: dict[str, Any] = {"left": held.left + part, "valid_until": until, "returned_at": now}
    if held.status in (Voucher.USED, Voucher.EXPIRED):
        transition(Voucher, held.pk, held.status, Voucher.RETURNED, **changes)
    else:
        Voucher.objects.filter(pk=held.pk).update(**changes)


def free_expired(*, now: datetime, limit: int = 200) -> int:
    """Free what waits for quotes that expired without an order, or whose order came to nothing; returns how many."""
    waiting = Voucher.objects.filter(status=Voucher.LOCKED).values_list("pk", "quote_id")[:limit]
    stale = Quote.objects.filter(pk__in=[quote for _, quote in waiting], expires_at__lte=now)
    used = Order.objects.filter(quote__in=stale, status__in=OPEN).values_list("quote_id", flat=True)
    over = set(stale.values_list("pk", flat=True)) - set(used)
    rows = [(pk, quote_id) for pk, quote_id in waiting if quote_id is not None and quote_id in over]
    return each_by_itself(rows, lambda one: _free_expired(*one), what="free a voucher")


def _free_expired(pk: UUID, quote_id: UUID) -> bool:
    # Against a confirmation of the last second: it holds the row until its order can be seen.
    row = Voucher.objects.select_for_update().get(pk=pk)
    if row.quote_id != quote_id or Order.objects.filter(quote_id=quote_id, status__in=OPEN).exists():
        return False
    free(row)
    return True
