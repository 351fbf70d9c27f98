"""Paying a merchant out what is settled: once a day by itself, or when they ask; never more than is theirs."""

import logging
from datetime import date, datetime
from uuid import UUID

from django.db import transaction

from kefu.core import audit, keyed
from kefu.core.actor import SYSTEM, Actor
from kefu.core.brand import brand
from kefu.core.ids import order_no
from kefu.core.money import Money
from kefu.core.refusal import Refusal
from kefu.core.when import spoken
from kefu.rails import actions as rails
from kefu.wallet import models as m
from kefu.wallet.actions import book, payout, telling
from kefu.wallet.actions.disburse.refusals import AccountMissing, AccountPaused, NothingDue, ShopHeld
from kefu.wallet.models import Disbursement, Merchant, MerchantAccount, Order
from kefu.wallet.queries.shop.disbursement import DisbursementView, see_disbursement
from kefu.wallet.queries.shop.merchant import merchant_of, shop_money
from kefu.wallet.rules.disbursement import LEAST, MOST

log = logging.getLogger(__name__)


def request_disbursement(*, actor: Actor, key: UUID, now: datetime) -> DisbursementView:
    """Pay out all that is due to the merchant now. The same key gives the pay-out made first.

    Refuses `wallet.disbursement.shop_held`, `.account_missing`, `.account_paused`, `.nothing_due`.
    """
    merchant = merchant_of(actor, "wallet.request_disbursement", now=now)
    with transaction.atomic():
        known = keyed.claim(principal=actor.ref, key=key, body={"disbursement": merchant.id})
        if known is None:
            order = _pay_out(actor, merchant.id, day=None, now=now)
            known = {"order": str(order.id)}
            keyed.settle(principal=actor.ref, key=key, answer=known)
    return see_disbursement(Disbursement.objects.select_related("order").get(pk=known["order"]))


def disburse_daily(*, now: datetime) -> int:
    """Pay every open merchant out, once a local day; returns how many were. What cannot be paid waits, and holds no
    other up."""
    day = now.astimezone(brand().zone).date()
    ready = MerchantAccount.objects.filter(
        status=MerchantAccount.ACTIVE, pays_from__lte=now, merchant__status=Merchant.OPEN
    ).exclude(merchant__disbursements__day=day)
    paid = 0
    for merchant_id in ready.values_list("merchant_id", flat=True):
        try:
            with transaction.atomic():
                _pay_out(SYSTEM, merchant_id, day=day, now=now)
            paid += 1
        except NothingDue:
            continue
        except Refusal as refused:
            log.error("merchant %s was not paid out: %s", merchant_id, refused.operator_text())
    return paid


def _pay_out(actor: Actor, merchant_id: UUID, *, day: date | None, now: datetime) -> Order:
    # All debits of a merchant queue on this row: a refund of the same moment finds less there, or leaves less.
    merchant = Merchant.objects.select_for_update().get(pk=merchant_id)
    if merchant.status != Merchant.OPEN:
        raise ShopHeld()
    account = MerchantAccount.objects.filter(merchant=merchant, status=MerchantAccount.ACTIVE).first()
    if account is None or account.pays_from is None:
        raise AccountMissing()
    if account.pays_from > now:
        raise AccountPaused(until=spoken(account.pays_from, now=now))
    amount = min(shop_money(merchant, now=now).due.minor, MOST)
    if amount < LEAST or (day is not None and Disbursement.objects.filter(merchant=merchant, day=day).exists()):
        raise NothingDue(least=Money(LEAST, merchant.currency).text())
    order = Order.objects.create(
        no=order_no("D", now),
        kind=m.DISBURSEMENT,
        customer_id=merchant.id,
        payer_label=merchant.name,
        payee_label=f"{account.bank} ({account.last4})",
        amount=amount,
        currency=merchant.currency,
        created_at=now,
    )
    Disbursement.objects.create(
        order=order, merchant=merchant, to=account, day=day, asked_by=actor.ref, created_at=now
    )
    book.write_step(order, "created", at=now, heard_at=now, source_ref=actor.ref)
    book.post(order, payout.hold(order, account=merchant.account, now=now), now=now)
    book.move(order, m.HELD)
    book.write_step(order, "held", at=now, heard_at=now)
    rails.create_instruction(
        actor=actor,
        order_ref=book.ref_of(order.id),
        direction="out",
        amount=order.amount,
        currency=order.currency,
        instrument_token=account.token,
        now=now,
        connector_code=account.connector,
    )
    data = {"no": order.no, "amount": amount, "merchant": merchant.id, "account": account.id}
    audit.record(actor=actor, action="wallet.create_disbursement", subject=book.ref_of(order.id), now=now, data=data)
    telling.order_changed(order, balance=False, now=now)
    return order
