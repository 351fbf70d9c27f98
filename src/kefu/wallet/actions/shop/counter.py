"""A payment taken at a counter, whatever its payer held out: at once, or after their PIN where it is more than goes
without."""

import secrets
from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

from kefu.core.actor import Actor
from kefu.core.ids import new_id
from kefu.trust import queries as trust
from kefu.wallet import events as facts
from kefu.wallet import models as m
from kefu.wallet.actions import telling
from kefu.wallet.actions.quote import write_quote
from kefu.wallet.actions.shop.merchant import tell_shop
from kefu.wallet.actions.shop.payment import pay_quoted
from kefu.wallet.models import Merchant, Quote, Sale, Wallet
from kefu.wallet.refusals import AccountRestricted, InsufficientFunds, LimitReached, OutflowsStopped, PermissionOff
from kefu.wallet.rules.outlet import outlet_of

PAYERS_OWN = (InsufficientFunds, OutflowsStopped, AccountRestricted, PermissionOff, LimitReached)
"""What is the payer's business, and not told at the counter."""


def sale_at(merchant: Merchant, amount: int, subject: str, *, prefix: str, lasts: timedelta, now: datetime) -> Sale:
    """A sale under a number of the counter's own, not saved yet; open for `lasts`."""
    return Sale(
        id=new_id(),
        merchant=merchant,
        no=f"{prefix}{now:%y%m%d%H%M%S}{secrets.token_hex(4)}",
        token=secrets.token_urlsafe(24),
        subject=subject,
        amount=amount,
        currency=merchant.currency,
        created_at=now,
        expires_at=now + lasts,
    )


def pay_or_ask(
    payer: Actor, sale: Sale, wallet: Wallet, *, mode: str, without_pin: Sequence[str], now: datetime
) -> UUID | None:
    """The order that pays the sale; None where it is more than goes by `mode` without the PIN, by the series of
    `without_pin` or the payer's own caps: the sale waits for its payer, on a page of their own.

    The caller holds the payer's wallet row. Refuses what `write_quote` and `pay_quoted` do.
    """
    # As their own order says it: what somebody else wrote.
    words = trust.shown(sale.subject).text
    named: dict[str, Any] = {"sale": sale, "payee_name": sale.merchant.name, "remark": words}
    try:
        quote = write_quote(payer, kind=m.PAYMENT, mode=mode, amount=sale.amount, now=now, **named)
    except LimitReached as over:
        if over.data["series"] not in (*without_pin, f"own:{outlet_of(m.PAYMENT, mode).code}"):
            raise
        Sale.objects.filter(pk=sale.pk).update(with_pin=True)
        telling.changed(facts.CODE_CHANGED, payer.uuid, now=now, sale=sale.id)
        tell_shop(sale.merchant_id, now=now, sale=sale.id)
        return None
    return pay_quoted(payer, Quote.objects.select_related("schedule").get(pk=quote.id), wallet, now=now).id
