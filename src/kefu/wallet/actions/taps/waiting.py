"""Amounts that wait at a merchant's terminal for a device to be held near."""

import secrets
from dataclasses import replace
from datetime import datetime

from django.db import IntegrityError, transaction

from kefu.core import audit
from kefu.core.actor import Actor
from kefu.core.money import Money
from kefu.core.refusal import NotFound
from kefu.identity import queries as identity
from kefu.trust import actions as trust
from kefu.trust.queries import shown
from kefu.wallet.actions.shop.counter import sale_at
from kefu.wallet.actions.shop.merchant import tell_shop
from kefu.wallet.actions.shop.refusals import MerchantClosed
from kefu.wallet.actions.shop.sale import subject_of
from kefu.wallet.actions.taps.refusals import NothingWaits
from kefu.wallet.models import Merchant, Sale, TapWait
from kefu.wallet.queries.shop.merchant import merchant_of
from kefu.wallet.queries.tap import TapWaitView, see_wait
from kefu.wallet.rules import amount as amounts
from kefu.wallet.rules import tap as rules
from kefu.wallet.rules.shop import PAYMENT_MOST

_TRIES = 5


def open_tap_wait(*, actor: Actor, amount: Money, subject: str, now: datetime) -> TapWaitView:
    """Have the merchant's terminal wait for `amount`, three minutes, under an unpredictable number of its own.

    Refuses `core.amount.*`, `wallet.sale.unfit`, `wallet.merchant.closed`.
    """
    merchant = merchant_of(actor, "wallet.open_tap_wait", now=now)
    minor, words = amounts.check(amount, most=PAYMENT_MOST), subject_of(subject)
    if merchant.status != Merchant.OPEN:
        raise MerchantClosed()
    with transaction.atomic():
        sale = sale_at(merchant, minor, words, prefix="T", lasts=rules.WAITS_FOR, now=now)
        sale.save(force_insert=True)
        row = _wait(sale, now=now)
        data = {"no": sale.no, "amount": minor, "merchant": merchant.id}
        audit.record(actor=actor, action="wallet.open_tap_wait", subject=f"sale:{sale.id}", now=now, data=data)
        trust.report_words(ref=f"sale:{sale.id}", writer_id=actor.uuid, words=sale.subject, now=now)
        tell_shop(merchant.id, now=now, sale=sale.id)
    return see_wait(row, now=now)


def _wait(sale: Sale, *, now: datetime) -> TapWait:
    """Under a number that no other open wait has."""
    for left in reversed(range(_TRIES)):
        row = TapWait(
            sale=sale,
            terminal=rules.new_terminal(),
            unpredictable=secrets.token_bytes(rules.UNPREDICTABLE_BYTES),
            opened_at=now,
            expires_at=sale.expires_at,
        )
        try:
            with transaction.atomic():
                row.save(force_insert=True)
        except IntegrityError:
            if not left:
                raise
            continue
        return row
    raise AssertionError("unreachable")


def read_terminal(*, actor: Actor, terminal: str, now: datetime) -> TapWaitView:
    """What a terminal says to a customer's device held near it, the sale's subject as another's words. Nothing is
    written.

    Refuses `core.thing.not_found`, `wallet.tap.nothing_waits`.
    """
    if actor.kind != "customer":
        raise NotFound()
    identity.require(actor=actor, action="wallet.take_tap", now=now)
    rows = TapWait.objects.select_related("sale__merchant")
    row = rows.filter(terminal=terminal.strip().replace("\0", "")[:20], tapped_at=None, expires_at__gt=now).first()
    if row is None or row.sale.status != Sale.OPEN:
        raise NothingWaits()
    seen = see_wait(row, now=now)
    return replace(seen, sale=replace(seen.sale, subject=shown(seen.sale.subject).text))


def forget_waits(*, now: datetime, limit: int = 1000) -> int:
    """Forget waits that nobody tapped, so that their numbers are free; returns how many."""
    due = TapWait.objects.filter(tapped_at=None, expires_at__lte=now - rules.KEPT_FOR).values("pk")[:limit]
    return TapWait.objects.filter(pk__in=due, tapped_at=None).delete()[0]
