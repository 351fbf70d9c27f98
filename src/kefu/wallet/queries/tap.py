"""Devices that pay contactless, as their customer sees them; what waits at a terminal, as its sides do."""

from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from django.db.models import Count

from kefu.core.actor import Actor
from kefu.core.refusal import NotFound
from kefu.identity import queries as identity
from kefu.wallet.models import Sale, TapDoubt, TapToken, TapWait
from kefu.wallet.queries.shop.merchant import own_merchant, paying_orders
from kefu.wallet.queries.shop.values import SaleView, see_sale
from kefu.wallet.rules import tap as rules


@dataclass(frozen=True, kw_only=True)
class TapDeviceView:
    """A device, by the last four of its token."""

    id: UUID
    label: str
    last4: str
    status: str
    added_at: datetime
    suspended_at: datetime | None

    @property
    def ref(self) -> str:
        """What the payment PIN is given for when it is used again."""
        return f"tap:{self.id}"


@dataclass(frozen=True, kw_only=True)
class NewTapDevice:
    """A device just added. `number` and `key` (hex) are known here and on the device, nowhere else."""

    device: TapDeviceView
    number: str
    key: str


@dataclass(frozen=True, kw_only=True)
class TapWaitView:
    """An amount that waits: what the terminal says to a device. `unpredictable` is hex."""

    sale: SaleView
    terminal: str
    unpredictable: str
    expires_at: datetime
    is_waiting: bool


def see_device(row: TapToken) -> TapDeviceView:
    names = TapDeviceView.__dataclass_fields__
    return TapDeviceView(**{name: getattr(row, name) for name in names})


def see_wait(row: TapWait, *, now: datetime) -> TapWaitView:
    sale = row.sale
    return TapWaitView(
        sale=see_sale(sale, order_id=paying_orders(sale).get(sale.id)),
        terminal=row.terminal,
        unpredictable=bytes(row.unpredictable).hex(),
        expires_at=row.expires_at,
        is_waiting=row.tapped_at is None and sale.status == Sale.OPEN and row.expires_at > now,
    )


def tap_devices_for(actor: Actor) -> list[TapDeviceView]:
    """The customer's devices that are not removed, the newest first. Refuses `core.thing.not_found`."""
    if actor.kind != "customer":
        raise NotFound()
    rows = TapToken.objects.filter(customer_id=actor.uuid).exclude(status=TapToken.REMOVED)
    return [see_device(row) for row in rows.order_by("-added_at", "-id")]


def tap_wait_for(actor: Actor, sale_id: UUID, *, now: datetime) -> TapWaitView:
    """What waits, or waited, at the merchant's terminal. Refuses `core.thing.not_found`."""
    merchant = own_merchant(actor, now=now)
    row = TapWait.objects.select_related("sale__merchant").filter(pk=sale_id, sale__merchant_id=merchant).first()
    if row is None:
        raise NotFound()
    return see_wait(row, now=now)


def tapped_for(actor: Actor, sale_id: UUID) -> SaleView:
    """The sale that a device of the customer's was held near for. Refuses `core.thing.not_found`."""
    rows = TapWait.objects.select_related("sale__merchant")
    row = rows.filter(pk=sale_id, token__customer_id=actor.uuid).first() if actor.kind == "customer" else None
    if row is None:
        raise NotFound()
    own = row.sale.payments.filter(failed_at=None, order__customer_id=actor.uuid)
    return see_sale(row.sale, order_id=own.values_list("pk", flat=True).first())


def doubted_taps_for(actor: Actor, *, now: datetime) -> list[tuple[UUID, int]]:
    """Merchants through whom too many wrong taps came lately, and of how many devices. For the house.

    Refuses `identity.role.insufficient`.
    """
    identity.require(actor=actor, action="wallet.judge_merchant", now=now)
    many = TapDoubt.objects.filter(wrong__gte=rules.WRONG_MOST, last_at__gt=now - rules.DOUBTED_FOR)
    return list(many.values_list("merchant_id").annotate(devices=Count("token")).order_by("-devices", "merchant_id"))
