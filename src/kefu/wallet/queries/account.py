"""What a customer has: balance, cards, and what stands against the account."""

from dataclasses import replace
from datetime import datetime
from uuid import UUID

from kefu.core import clock
from kefu.core.actor import Actor
from kefu.core.money import Money
from kefu.core.refusal import NotFound
from kefu.identity.values import GrantView
from kefu.ledger import queries as books
from kefu.rails import queries as outside
from kefu.wallet.access import customer_seen_by
from kefu.wallet.models import Instrument, OutflowStop, Restriction
from kefu.wallet.queries.values import (
    BalanceView,
    CardLinkView,
    InstrumentView,
    RestrictionView,
    StopView,
    see_card_link,
    see_instrument,
    see_restriction,
    see_stop,
)
from kefu.wallet.rules.amount import CURRENCY


def balance_for(
    actor: Actor,
    *,
    customer_id: UUID | None = None,
    now: datetime | None = None,
    held: GrantView | None = None,
) -> BalanceView:
    """The balance at this instant; zero for a customer whose wallet is about to be opened.

    Refuses `core.thing.not_found`.
    """
    customer = customer_seen_by(actor, customer_id, now=now, held=held)
    try:
        found = books.balance(f"customer:{customer}", currency=CURRENCY)
    except NotFound:
        found = books.Balance(available=0, held=0, posted=0, currency=CURRENCY, debits_stopped=False)
    return BalanceView(
        available=Money(found.available, found.currency),
        held=Money(found.held, found.currency),
        posted=Money(found.posted, found.currency),
        currency=found.currency,
        debits_stopped=found.debits_stopped,
    )


def instruments_for(
    actor: Actor, *, customer_id: UUID | None = None, now: datetime | None = None
) -> list[InstrumentView]:
    """The linked cards, the latest first."""
    customer = customer_seen_by(actor, customer_id, now=now)
    rows = Instrument.objects.filter(customer_id=customer, status=Instrument.ACTIVE)
    return [see_instrument(row) for row in rows.order_by("-linked_at", "-id")]


def card_check_for(actor: Actor, check_id: UUID) -> CardLinkView:
    """Where the linking of a card stands, for who began it. Refuses `core.thing.not_found`."""
    check = outside.card_check(check_id)
    if check.owner_ref != actor.ref:
        raise NotFound()
    view = see_card_link(check)
    # The wallet takes the card a moment after the bank's yes; until then nothing can be topped up from it.
    taken = Instrument.objects.filter(customer_id=actor.uuid, token=check.token).exists()
    return view if view.status != "LINKED" or taken else replace(view, status="CONFIRMING")


def stop_for(actor: Actor, *, customer_id: UUID | None = None, now: datetime | None = None) -> StopView | None:
    """The customer's own stop of outflows, when one is in force."""
    customer = customer_seen_by(actor, customer_id, now=now)
    row = OutflowStop.objects.filter(customer_id=customer, lifted_at=None).first()
    return see_stop(row) if row else None


def restrictions_for(
    actor: Actor,
    *,
    customer_id: UUID | None = None,
    ended: bool = False,
    now: datetime | None = None,
    held: GrantView | None = None,
) -> list[RestrictionView]:
    """The restrictions in force, the oldest first; with `ended` also those that are over."""
    moment = now or clock.now()
    customer = customer_seen_by(actor, customer_id, now=moment, held=held)
    rows = Restriction.objects.filter(customer_id=customer)
    if not ended:
        rows = rows.filter(lifted_at=None, since__lte=moment, until__gt=moment)
    return [see_restriction(row) for row in rows.order_by("since", "id")]
