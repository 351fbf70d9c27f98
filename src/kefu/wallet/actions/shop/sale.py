"""Sales: a merchant asks to be paid, under their own number; who is sent the link pays it, once."""

import re
import secrets
from dataclasses import dataclass
from datetime import datetime, timedelta
from uuid import UUID

from django.db import IntegrityError, transaction

from kefu.core import audit
from kefu.core.actor import SYSTEM, Actor
from kefu.core.batch import each_by_itself
from kefu.core.money import Money
from kefu.core.redaction import redact
from kefu.core.refusal import NotFound
from kefu.core.transition import transition
from kefu.trust import actions as trust
from kefu.wallet.actions.shop.merchant import tell_shop
from kefu.wallet.actions.shop.refusals import (
    MerchantClosed,
    SaleClosed,
    SaleNoTaken,
    SalePaid,
    SalePaying,
    SaleUnfit,
)
from kefu.wallet.models import Merchant, Sale
from kefu.wallet.queries.shop.merchant import merchant_of
from kefu.wallet.queries.shop.values import SaleView, see_sale
from kefu.wallet.rules import amount as amounts
from kefu.wallet.rules import shop as rules

NUMBER = re.compile(r"[A-Za-z0-9_-]{1,40}")
SUBJECT_MOST = 50


@dataclass(frozen=True, kw_only=True)
class NewSale:
    """`no` is the merchant's own number; `minutes` until it closes; `capture_later`: hold first, take on delivery."""

    no: str
    amount: Money
    subject: str
    minutes: int = rules.SALE_MINUTES
    capture_later: bool = False


def create_sale(*, actor: Actor, given: NewSale, now: datetime) -> SaleView:
    """Ask to be paid. The same number with the same content gives the sale made first.

    Refuses `core.amount.*`, `wallet.sale.unfit`, `wallet.sale.no_taken`, `wallet.merchant.closed`.
    """
    merchant = merchant_of(actor, "wallet.create_sale", now=now)
    minor = amounts.check(given.amount, most=rules.PAYMENT_MOST)
    subject = subject_of(given.subject)
    if not NUMBER.fullmatch(given.no) or not 1 <= given.minutes <= rules.SALE_MINUTES_MOST:
        raise SaleUnfit()
    if merchant.status != Merchant.OPEN:
        raise MerchantClosed()
    row = Sale(
        merchant=merchant,
        no=given.no,
        token=secrets.token_urlsafe(24),
        subject=subject,
        amount=minor,
        currency=merchant.currency,
        capture_later=given.capture_later,
        created_at=now,
        expires_at=now + timedelta(minutes=given.minutes),
    )
    try:
        with transaction.atomic():
            row.save(force_insert=True)
            _record(actor, "wallet.create_sale", row, now=now)
            tell_shop(merchant.id, now=now, sale=row.id)
            trust.report_words(ref=f"sale:{row.id}", writer_id=actor.uuid, words=row.subject, now=now)
    except IntegrityError as twice:
        known = Sale.objects.select_related("merchant").get(merchant=merchant, no=given.no)
        if (known.amount, known.subject, known.capture_later) != (row.amount, row.subject, row.capture_later):
            raise SaleNoTaken() from twice
        return see_sale(known)
    return see_sale(row)


def subject_of(given: str) -> str:
    """What is sold as it may be stored: trimmed, secrets masked. Refuses `wallet.sale.unfit`."""
    subject = " ".join(given.split())
    if not 1 <= len(subject) <= SUBJECT_MOST or not subject.isprintable():
        raise SaleUnfit()
    return redact(subject).text


def close_sale(*, actor: Actor, sale_id: UUID, now: datetime) -> SaleView:
    """Take an unpaid sale back. Refuses `core.thing.not_found`, `wallet.sale.paid`, `.paying`; safe to repeat."""
    merchant = merchant_of(actor, "wallet.close_sale", now=now)
    row = Sale.objects.select_related("merchant").filter(pk=sale_id, merchant=merchant).first()
    if row is None:
        raise NotFound()
    if not _close(actor, row, now=now) and row.status != Sale.CLOSED:
        raise SalePaying() if row.status == Sale.PAYING else SalePaid()
    return see_sale(row)


def close_expired(*, now: datetime, limit: int = 200) -> int:
    """Close what nobody paid in time; returns how many."""
    due = Sale.objects.filter(status=Sale.OPEN, expires_at__lte=now).order_by("expires_at")
    rows = due.select_related("merchant")[:limit]
    return each_by_itself(rows, lambda row: _close(SYSTEM, row, now=now), what="close an unpaid sale")


def _close(actor: Actor, row: Sale, *, now: datetime) -> bool:
    with transaction.atomic():
        # Against a payer at the same second: of the two moves away from OPEN one finds it so.
        done = transition(Sale, row.id, Sale.OPEN, Sale.CLOSED, ended_at=now)
        if done:
            _record(actor, "wallet.close_sale", row, now=now)
            tell_shop(row.merchant_id, now=now, sale=row.id)
    row.refresh_from_db()
    return done


def check_payable(row: Sale, *, now: datetime) -> None:
    """Refuse `wallet.sale.paid`, `.paying`, `.closed`, `wallet.merchant.closed`."""
    if row.status in (Sale.PAID, Sale.AUTHORISED):
        raise SalePaid()
    if row.status == Sale.PAYING:
        raise SalePaying()
    if row.status != Sale.OPEN or row.expires_at <= now:
        raise SaleClosed()
    if row.merchant.status != Merchant.OPEN:
        raise MerchantClosed()


def _record(actor: Actor, action: str, row: Sale, *, now: datetime) -> None:
    data = {"no": row.no, "amount": row.amount, "merchant": row.merchant_id}
    audit.record(actor=actor, action=action, subject=f"sale:{row.id}", now=now, data=data)
