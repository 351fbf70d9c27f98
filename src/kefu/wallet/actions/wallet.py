"""Opening a wallet: one a customer, with its account in the books at zero."""

from datetime import datetime
from uuid import UUID

from django.db import transaction

from kefu.core import audit
from kefu.core.actor import Actor
from kefu.core.refusal import NotFound
from kefu.ledger import actions as ledger
from kefu.wallet import events as facts
from kefu.wallet.actions import telling
from kefu.wallet.models import Wallet
from kefu.wallet.queries.values import WalletView
from kefu.wallet.rules.amount import CURRENCY


def owner_ref(customer_id: UUID) -> str:
    """How the books know a customer."""
    return f"customer:{customer_id}"


def open_wallet(*, actor: Actor, customer_id: UUID, now: datetime) -> WalletView:
    """The customer's wallet; opened at zero when it is the first time. Safe to repeat."""
    if actor.kind == "customer" and actor.uuid != customer_id:
        raise NotFound()
    return WalletView(customer_id=customer_id, opened_at=ensure(actor, customer_id, now=now).opened_at)


def ensure(actor: Actor, customer_id: UUID, *, now: datetime) -> Wallet:
    """The row, opened if need be: a customer may act before the listener of their sign-up does."""
    found = Wallet.objects.filter(pk=customer_id).first()
    if found:
        return found
    with transaction.atomic():
        ledger.ensure_chart(currency=CURRENCY, now=now)
        account = ledger.open_account(code="L10", owner=owner_ref(customer_id), currency=CURRENCY, now=now)
        row, new = Wallet.objects.get_or_create(
            pk=customer_id, defaults={"account": account, "currency": CURRENCY, "opened_at": now}
        )
        if new:
            audit.record(actor=actor, action="wallet.open_wallet", subject=f"customer:{customer_id}", now=now)
            telling.changed(facts.OPENED, customer_id, now=now)
    return row


def both(actor: Actor, payer: UUID, payee: UUID, *, now: datetime) -> tuple[Wallet, Wallet]:
    """The wallets of the two sides of a transfer."""
    found = Wallet.objects.in_bulk([payer, payee])
    return found.get(payer) or ensure(actor, payer, now=now), found.get(payee) or ensure(actor, payee, now=now)


def lock(customer_id: UUID) -> Wallet:
    """The row, locked: whoever changes what the account may do goes one after another."""
    return Wallet.objects.select_for_update().get(pk=customer_id)
