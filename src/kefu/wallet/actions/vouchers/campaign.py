"""Campaigns: proposed by one person, opened by another, ended by anybody who may judge; each is a promise of money."""

from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from django.db import transaction

from kefu.core import audit
from kefu.core.actor import Actor
from kefu.core.money import Money
from kefu.core.refusal import NotFound
from kefu.core.transition import transition
from kefu.identity import queries as identity
from kefu.wallet.actions.shop.merchant import check_another
from kefu.wallet.actions.shop.refusals import CampaignMoved, CampaignUnfit
from kefu.wallet.models import Campaign, Merchant
from kefu.wallet.queries.shop.voucher import CampaignView, see_campaign
from kefu.wallet.rules import amount as amounts
from kefu.wallet.rules import voucher as rules


@dataclass(frozen=True, kw_only=True)
class NewCampaign:
    """`count` vouchers of `amount` for payments from `min_spend`, at one merchant or at all, in a time."""

    name: str
    amount: Money
    min_spend: Money
    count: int
    valid_from: datetime
    valid_until: datetime
    merchant_id: UUID | None = None


def propose_campaign(*, actor: Actor, given: NewCampaign, now: datetime) -> CampaignView:
    """Write a campaign down; nothing can be had of it until somebody else opens it.

    Refuses `wallet.campaign.unfit`, `core.amount.*`, `identity.role.insufficient`.
    """
    identity.require(actor=actor, action="wallet.propose_campaign", now=now)
    amount = amounts.check(given.amount, most=rules.AMOUNT_MOST)
    least = amounts.check(given.min_spend, most=amounts.TOPUP_MOST)
    name = " ".join(given.name.split())
    known = given.merchant_id is None or Merchant.objects.filter(pk=given.merchant_id).exists()
    sane = least > amount and given.valid_until > given.valid_from and given.valid_until > now
    if not (known and sane and 1 <= len(name) <= rules.NAME_MOST and name.isprintable()):
        raise CampaignUnfit()
    if not 1 <= given.count <= rules.COUNT_MOST:
        raise CampaignUnfit()
    with transaction.atomic():
        row = Campaign.objects.create(
            name=name,
            amount=amount,
            min_spend=least,
            currency=given.amount.currency,
            merchant_id=given.merchant_id,
            count=given.count,
            valid_from=given.valid_from,
            valid_until=given.valid_until,
            proposed_by=actor.ref,
            proposed_at=now,
        )
        _record(actor, "wallet.propose_campaign", row, now=now, amount=amount, count=given.count)
    return see_campaign(row)


def open_campaign(*, actor: Actor, campaign_id: UUID, now: datetime) -> CampaignView:
    """Let customers take vouchers, decided by another person than who proposed it. Safe to repeat.

    Refuses `core.thing.not_found`, `wallet.merchant.same_person`, `wallet.campaign.moved`.
    """
    identity.require(actor=actor, action="wallet.judge_campaign", now=now)
    with transaction.atomic():
        row = _locked(campaign_id)
        if row.status != Campaign.OPEN:
            check_another(actor, row.proposed_by)
            by: dict[str, Any] = {"decided_by": actor.ref, "decided_at": now}
            if not transition(Campaign, row.id, Campaign.PROPOSED, Campaign.OPEN, **by):
                raise CampaignMoved()
            _record(actor, "wallet.open_campaign", row, now=now)
    return see_campaign(_reloaded(campaign_id))


def end_campaign(*, actor: Actor, campaign_id: UUID, now: datetime) -> CampaignView:
    """No more vouchers are given out; those that customers have stay good. Safe to repeat. Refusals as for opening."""
    identity.require(actor=actor, action="wallet.judge_campaign", now=now)
    with transaction.atomic():
        row = _locked(campaign_id)
        if row.status == Campaign.PROPOSED:
            check_another(actor, row.proposed_by)
        by: dict[str, Any] = {} if row.status == Campaign.OPEN else {"decided_by": actor.ref, "decided_at": now}
        if row.status != Campaign.ENDED and transition(Campaign, row.id, row.status, Campaign.ENDED, **by):
            _record(actor, "wallet.end_campaign", row, now=now)
    return see_campaign(_reloaded(campaign_id))


def _locked(campaign_id: UUID) -> Campaign:
    row = Campaign.objects.select_for_update().filter(pk=campaign_id).first()
    if row is None:
        raise NotFound()
    return row


def _reloaded(campaign_id: UUID) -> Campaign:
    return Campaign.objects.select_related("merchant").get(pk=campaign_id)


def _record(actor: Actor, action: str, row: Campaign, *, now: datetime, **data: object) -> None:
    audit.record(actor=actor, action=action, subject=f"campaign:{row.id}", now=now, data=data)
