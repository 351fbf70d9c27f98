"""Vouchers given out and ended: each is a debt of ours from when a customer takes it until it is used or over."""

from datetime import datetime
from uuid import UUID

from django.db import transaction
from django.db.models import F

from kefu.core import audit
from kefu.core.actor import SYSTEM, Actor
from kefu.core.batch import each_by_itself
from kefu.core.ids import new_id
from kefu.core.money import Money
from kefu.core.refusal import NotFound
from kefu.core.transition import transition
from kefu.identity import queries as identity
from kefu.ledger import actions as ledger
from kefu.ledger import queries as books
from kefu.ledger.chart import Journal
from kefu.wallet.actions import telling
from kefu.wallet.actions.shop.refusals import VoucherGone
from kefu.wallet.actions.wallet import ensure
from kefu.wallet.models import Campaign, Voucher
from kefu.wallet.queries.shop.voucher import VoucherView, see_voucher
from kefu.wallet.refusals import BooksRefused


def take_voucher(*, actor: Actor, campaign_id: UUID, now: datetime) -> VoucherView:
    """Take one voucher of an open campaign; again gives the same one. Refuses `core.thing.not_found`, `.gone`."""
    if actor.kind != "customer":
        raise NotFound()
    identity.require(actor=actor, action="wallet.take_voucher", now=now)
    with transaction.atomic():
        ensure(actor, actor.uuid, now=now)
        # The campaign's row makes its takers queue: the last voucher goes to one of two.
        campaign = Campaign.objects.select_for_update().filter(pk=campaign_id).first()
        if campaign is None or campaign.status == Campaign.PROPOSED:
            raise NotFound()
        row = Voucher.objects.select_related("campaign__merchant").filter(
            campaign=campaign, customer_id=actor.uuid
        ).first()
        if row is None:
            row = _issue(actor, campaign, now=now)
    return see_voucher(row, now=now)


def _issue(actor: Actor, campaign: Campaign, *, now: datetime) -> Voucher:
    open_now = campaign.status == Campaign.OPEN and campaign.valid_until > now
    left = Campaign.objects.filter(pk=campaign.pk, issued__lt=F("count"))
    if not open_now or not left.update(issued=F("issued") + 1):
        raise VoucherGone()
    row = Voucher.objects.create(
        campaign=campaign,
        customer_id=actor.uuid,
        value=campaign.amount,
        left=campaign.amount,
        issued_at=now,
        valid_until=campaign.valid_until,
    )
    _post(row, "E11", "L50", row.value, now=now)
    data = {"campaign": campaign.id, "value": row.value}
    audit.record(actor=actor, action="wallet.take_voucher", subject=f"voucher:{row.id}", now=now, data=data)
    return row


def expire_vouchers(*, now: datetime, limit: int = 200) -> int:
    """End what was not used in time: our debt for it is over, and so is its cost; returns how many."""
    due = Voucher.objects.filter(status__in=(Voucher.ISSUED, Voucher.RETURNED), valid_until__lte=now)
    ids = due.order_by("valid_until").values_list("pk", flat=True)[:limit]
    return each_by_itself(ids, lambda pk: _expire(pk, now=now), what="end a voucher")


def _expire(pk: UUID, *, now: datetime) -> bool:
    row = Voucher.objects.select_for_update(of=("self",)).select_related("campaign").get(pk=pk)
    # Against a quote or a refund of the same second: who locks first decides.
    waits = row.status in (Voucher.ISSUED, Voucher.RETURNED) and row.valid_until <= now
    if not waits or not transition(Voucher, pk, row.status, Voucher.EXPIRED, left=0):
        return False
    _post(row, "L50", "E11", row.left, now=now)
    data = {"left": row.left}
    audit.record(actor=SYSTEM, action="wallet.expire_voucher", subject=f"voucher:{pk}", now=now, data=data)
    values = {"amount": Money(row.left, row.campaign.currency).text(), "name": row.campaign.name}
    telling.tell(row.customer_id, "voucher_expired", actor=SYSTEM, ref=f"voucher:{pk}", now=now, **values)
    return True


def _post(row: Voucher, debit: str, credit: str, amount: int, *, now: datetime) -> None:
    currency = row.campaign.currency
    transfer = ledger.NewTransfer(
        id=new_id(),
        debit=books.account(debit, "", currency),
        credit=books.account(credit, "", currency),
        amount=amount,
        journal=Journal.VOUCHER,
        order_ref=f"voucher:{row.id}",
        happened_at=now,
    )
    answer = ledger.post(transfers=[transfer], now=now)
    if isinstance(answer, ledger.Refused):
        raise BooksRefused(ledger_code=answer.code)
