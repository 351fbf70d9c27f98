"""A merchant's own place: sales, payments and money; and merchants as the house sees them."""

from dataclasses import replace
from datetime import datetime, timedelta
from uuid import UUID

from django.db.models import F, Min, Q, QuerySet, Sum

from kefu.core.actor import Actor
from kefu.core.brand import brand
from kefu.core.money import Money
from kefu.core.refusal import NotFound
from kefu.identity import queries as identity
from kefu.ledger import queries as books
from kefu.trust import queries as trust
from kefu.wallet.models import Merchant, MerchantStaff, Payment, Refund, Sale
from kefu.wallet.queries.shop.values import (
    MerchantView,
    PaymentView,
    SaleView,
    ShopView,
    see_merchant,
    see_payment,
    see_sale,
)
from kefu.wallet.refusals import LoginWaits
from kefu.wallet.rules.shop import held_back

LIST_MOST = 200
TEXT_MOST = 60


def merchant_id_of(actor: Actor) -> UUID | None:
    """The merchant that a login acts for; None for everybody else."""
    if actor.kind != "merchant":
        return None
    seats = MerchantStaff.objects.filter(pk=actor.uuid, confirmed_at__isnull=False)
    return seats.values_list("merchant_id", flat=True).first()


def own_merchant(actor: Actor, *, now: datetime) -> UUID:
    """The merchant whose place the actor may see. Refuses `core.thing.not_found`."""
    return merchant_of(actor, now=now).id


def merchant_of(actor: Actor, action: str = "wallet.see_shop", *, now: datetime) -> Merchant:
    """The merchant that the actor acts for, if they may do `action`. Refuses others with `core.thing.not_found`."""
    if actor.kind != "merchant":
        raise NotFound()
    identity.require(actor=actor, action=action, now=now)
    seat = MerchantStaff.objects.select_related("merchant").filter(pk=actor.uuid).first()
    if seat is None:
        raise NotFound()
    if seat.confirmed_at is None:
        raise LoginWaits()
    return seat.merchant


def logins_waiting_for(actor: Actor, *, now: datetime) -> list[tuple[UUID, UUID, str]]:
    """Logins that wait for a second person, the oldest first: user, merchant, name of the login. For the house."""
    identity.require(actor=actor, action="wallet.judge_merchant", now=now)
    rows = list(MerchantStaff.objects.filter(confirmed_at=None).order_by("added_at")[:LIST_MOST])
    names = identity.people(row.user_id for row in rows)
    return [(row.user_id, row.merchant_id, names[row.user_id].name) for row in rows]


def sale_for_token(actor: Actor, token: str) -> SaleView:
    """The sale behind a payment link, for any customer who was sent it, its subject as another's words.

    Refuses `core.thing.not_found`.
    """
    row = Sale.objects.select_related("merchant").filter(token=_clean(token)).first()
    if row is None or actor.kind != "customer":
        raise NotFound()
    own = Payment.objects.filter(sale=row, order__customer_id=actor.uuid, failed_at=None)
    paid = own.values_list("pk", flat=True).first()
    seen = see_sale(row, order_id=paid)
    return replace(seen, subject=trust.shown(seen.subject).text)


def sales_for(actor: Actor, *, text: str = "", limit: int = 50, now: datetime) -> list[SaleView]:
    """The merchant's sales, the newest first; `text` is looked for in number and subject."""
    rows = Sale.objects.select_related("merchant").filter(merchant_id=own_merchant(actor, now=now))
    wanted = _clean(text)
    if wanted:
        rows = rows.filter(Q(no__icontains=wanted) | Q(subject__icontains=wanted))
    found = list(rows.order_by("-created_at", "-id")[: min(limit, LIST_MOST)])
    paid = paying_orders(*found)
    return [see_sale(row, order_id=paid.get(row.id)) for row in found]


def sale_for(actor: Actor, sale_id: UUID, *, now: datetime) -> SaleView:
    """One sale of the merchant's. Refuses `core.thing.not_found`."""
    row = Sale.objects.select_related("merchant").filter(pk=sale_id).first()
    if row is None or row.merchant_id != own_merchant(actor, now=now):
        raise NotFound()
    return see_sale(row, order_id=paying_orders(row).get(row.id))


def paying_orders(*sales: Sale) -> dict[UUID, UUID]:
    """Of the sales that are paid, authorised or being paid by card, the order that does it."""
    return dict(Payment.objects.filter(sale__in=sales, failed_at=None).values_list("sale_id", "pk"))


def payments_for(actor: Actor, *, text: str = "", limit: int = 50, now: datetime) -> list[PaymentView]:
    """The merchant's payments, the newest first; `text` is looked for in both numbers and the subject."""
    rows = _payments().filter(merchant_id=own_merchant(actor, now=now))
    wanted = _clean(text)
    if wanted:
        fits = Q(sale__no__icontains=wanted) | Q(order__no__icontains=wanted) | Q(sale__subject__icontains=wanted)
        rows = rows.filter(fits)
    return [see_payment(row) for row in rows.order_by("-created_at", "-order_id")[: min(limit, LIST_MOST)]]


def payment_for(actor: Actor, order_id: UUID, *, now: datetime) -> PaymentView:
    """One payment to the merchant. Refuses `core.thing.not_found`."""
    row = _payments().filter(pk=order_id, merchant_id=own_merchant(actor, now=now)).first()
    if row is None:
        raise NotFound()
    return see_payment(row)


def _payments() -> QuerySet[Payment]:
    return Payment.objects.select_related("order", "sale").filter(failed_at=None)


def _clean(text: str) -> str:
    return text.strip().replace("\0", "")[:TEXT_MOST]


def shop_for(actor: Actor, *, now: datetime) -> ShopView:
    """The merchant's money at this instant, from the books and the payments' dates."""
    return shop_money(merchant_of(actor, now=now), now=now)


def shop_money(row: Merchant, *, now: datetime) -> ShopView:
    """The same of any merchant. Binding only while the caller holds the merchant's row: all their debits queue there.

    The reserve is `reserve_ppm` of what is settled and can still be asked back: it does not shrink as it is paid out.
    What is asked back already is held back whole, beside it.
    """
    owner, currency = f"merchant:{row.id}", row.currency
    payable = books.balance(owner, code="L30", currency=currency)
    owed = books.balance(owner, code="A30", currency=currency).posted
    taken = Payment.objects.filter(merchant=row, captured__gt=0)
    local = now.astimezone(brand().zone).replace(hour=0, minute=0, second=0, microsecond=0)
    later, recent = Q(settles_at__gt=now), Q(captured_at__gte=now - timedelta(days=row.refund_days))
    net = F("captured") - F("refunded") - F("mdr")
    sums = taken.filter(later | recent | Q(captured_at__gte=local)).aggregate(
        later=Sum(net, filter=later, default=0),
        settled=Sum(net, filter=recent & ~later, default=0),
        next_at=Min("settles_at", filter=later),
        today=Sum("captured", filter=Q(captured_at__gte=local), default=0),
    )
    there = max(0, payable.available)
    waiting = max(0, min(int(sums["later"]), there))
    reserve = min(held_back(max(0, int(sums["settled"])), row.reserve_ppm), there - waiting)
    # Of a payment that is not settled, what is asked back waits with it.
    asked = row.refunds.filter(status__in=Refund.OPEN, refund_of__settles_at__lte=now).aggregate(
        sum=Sum(F("order__amount") + F("voucher_part"), default=0)
    )["sum"]
    return ShopView(
        merchant=see_merchant(row),
        payable=Money(payable.posted, currency),
        due=Money(max(0, there - waiting - reserve - asked - owed), currency),
        waiting=Money(waiting, currency),
        reserve=Money(reserve, currency),
        asked=Money(asked, currency),
        owed=Money(owed, currency),
        under_way=Money(payable.held, currency),
        next_at=sums["next_at"],
        today=Money(int(sums["today"]), currency),
    )


def merchants_for(actor: Actor, *, now: datetime) -> list[MerchantView]:
    """All merchants, those to be judged first, for the house. Refuses `identity.role.insufficient`."""
    identity.require(actor=actor, action="wallet.judge_merchant", now=now)
    place = {Merchant.PENDING: 0, Merchant.HELD: 1, Merchant.OPEN: 2}
    rows = Merchant.objects.order_by("-registered_at")[:LIST_MOST]
    return [see_merchant(row) for row in sorted(rows, key=lambda row: place[row.status])]
