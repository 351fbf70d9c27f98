"""Vouchers as their customer sees them, and campaigns as the house does."""

from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from kefu.core.actor import Actor
from kefu.core.money import Money
from kefu.core.refusal import NotFound
from kefu.identity import queries as identity
from kefu.wallet.access import customer_seen_by
from kefu.wallet.models import Campaign, Sale, Voucher

LIST_MOST = 100


@dataclass(frozen=True, kw_only=True)
class VoucherView:
    """A customer's voucher. `shown`: ISSUED, LOCKED, USED, RETURNED, EXPIRED, or EARLY before it can be used.

    `merchant_name`: where it can be used, '' everywhere. `left` can still be used, of `value` at first.
    """

    id: UUID
    name: str
    value: Money
    left: Money
    min_spend: Money
    merchant_id: UUID | None
    merchant_name: str
    status: str
    shown: str
    valid_from: datetime
    valid_until: datetime

    @property
    def usable(self) -> bool:
        return self.shown in ("ISSUED", "RETURNED", "LOCKED")


@dataclass(frozen=True, kw_only=True)
class CampaignView:
    """A campaign; `issued` of `count` vouchers have been taken."""

    id: UUID
    name: str
    amount: Money
    min_spend: Money
    merchant_name: str
    count: int
    issued: int
    valid_from: datetime
    valid_until: datetime
    status: str
    proposed_by: str

    @property
    def left(self) -> int:
        return self.count - self.issued


def vouchers_for(actor: Actor, *, customer_id: UUID | None = None, now: datetime) -> list[VoucherView]:
    """The customer's vouchers, those that can be used first, the soonest over first. Refuses `core.thing.not_found`."""
    customer = customer_seen_by(actor, customer_id, now=now)
    rows = Voucher.objects.select_related("campaign__merchant").filter(customer_id=customer)
    seen = [see_voucher(row, now=now) for row in rows.order_by("-issued_at")[:LIST_MOST]]
    return sorted(seen, key=lambda one: (not one.usable, one.valid_until))


def offers_for(actor: Actor, *, now: datetime) -> list[CampaignView]:
    """What the customer can take now and has not. Refuses `core.thing.not_found`."""
    if actor.kind != "customer":
        raise NotFound()
    rows = Campaign.objects.select_related("merchant").filter(status=Campaign.OPEN, valid_until__gt=now)
    rows = rows.exclude(vouchers__customer_id=actor.uuid)
    return [see_campaign(row) for row in rows.order_by("valid_until")[:LIST_MOST] if row.issued < row.count]


def fitting_for(actor: Actor, token: str, *, now: datetime) -> list[VoucherView]:
    """The customer's vouchers that could pay a part of the sale behind the link, the largest first."""
    sale = Sale.objects.filter(token=token.replace("\0", "")).first()
    if sale is None or actor.kind != "customer" or sale.capture_later:
        return []
    fit = [
        one
        for one in vouchers_for(actor, now=now)
        if one.usable and one.merchant_id in (None, sale.merchant_id) and one.min_spend.minor <= sale.amount
    ]
    return sorted(fit, key=lambda one: -one.left.minor)


def campaigns_for(actor: Actor, *, now: datetime) -> list[CampaignView]:
    """All campaigns, those to be judged first, for the house. Refuses `identity.role.insufficient`."""
    identity.require(actor=actor, action="wallet.judge_campaign", now=now)
    place = {Campaign.PROPOSED: 0, Campaign.OPEN: 1, Campaign.ENDED: 2}
    rows = Campaign.objects.select_related("merchant").order_by("-proposed_at")[:LIST_MOST]
    return [see_campaign(row) for row in sorted(rows, key=lambda row: place[row.status])]


def see_voucher(row: Voucher, *, now: datetime) -> VoucherView:
    campaign = row.campaign
    shown = row.status
    if row.status in (Voucher.ISSUED, Voucher.RETURNED):
        shown = "EXPIRED" if row.valid_until <= now else "EARLY" if campaign.valid_from > now else row.status
    return VoucherView(
        id=row.id,
        name=campaign.name,
        value=Money(row.value, campaign.currency),
        left=Money(row.left, campaign.currency),
        min_spend=Money(campaign.min_spend, campaign.currency),
        merchant_id=campaign.merchant_id,
        merchant_name=campaign.merchant.name if campaign.merchant else "",
        status=row.status,
        shown=shown,
        valid_from=campaign.valid_from,
        valid_until=row.valid_until,
    )


def see_campaign(row: Campaign) -> CampaignView:
    return CampaignView(
        id=row.id,
        name=row.name,
        amount=Money(row.amount, row.currency),
        min_spend=Money(row.min_spend, row.currency),
        merchant_name=row.merchant.name if row.merchant else "",
        count=row.count,
        issued=row.issued,
        valid_from=row.valid_from,
        valid_until=row.valid_until,
        status=row.status,
        proposed_by=row.proposed_by,
    )
