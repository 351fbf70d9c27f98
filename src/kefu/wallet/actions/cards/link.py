"""Cards: linked by the bank's code, kept as token and four digits."""

from datetime import datetime
from uuid import UUID

from django.db import transaction
from django.db.models import Q

from kefu.core import audit
from kefu.core.actor import SYSTEM, Actor
from kefu.core.refusal import NotFound
from kefu.core.transition import transition
from kefu.identity import queries as identity
from kefu.rails import actions as rails
from kefu.rails import queries as outside
from kefu.wallet import events as facts
from kefu.wallet.actions import telling
from kefu.wallet.actions.disburse.account import take_merchant_account
from kefu.wallet.actions.wallet import ensure, owner_ref
from kefu.wallet.models import Instrument
from kefu.wallet.queries.values import CardLinkView, InstrumentView, see_card_link, see_instrument
from kefu.wallet.refusals import CardsTooMany

CARDS_MOST = 10


def link_card(*, actor: Actor, pan: str, holder: str, phone: str, now: datetime) -> CardLinkView:
    """Begin to link a card: the bank sends a code to the holder's phone. The number is not kept.

    The answer says ASKED; `queries.card_check_for` says SENT once the bank has sent the code, or REFUSED with
    its reason (the streams hear `rails.card_check_changed`). Refuses `rails.card.*`, `wallet.card.too_many`.
    """
    if actor.kind != "customer":
        raise NotFound()
    identity.require(actor=actor, action="wallet.link_card", now=now)
    active = Instrument.objects.filter(customer_id=actor.uuid, status=Instrument.ACTIVE).count()
    if active >= CARDS_MOST:
        raise CardsTooMany(most=CARDS_MOST)
    with transaction.atomic():
        ensure(actor, actor.uuid, now=now)
        check = rails.open_card_check(
            actor=actor, owner_ref=owner_ref(actor.uuid), pan=pan, holder=holder, phone=phone, now=now
        )
    return see_card_link(check)


def confirm_card(*, actor: Actor, check_id: UUID, code: str, now: datetime) -> CardLinkView:
    """Hand in the code that the bank sent. LINKED or a wrong code follows on the same check.

    Refuses `rails.card.code_wrong`, `rails.card.check_over`, `core.thing.not_found`.
    """
    if actor.kind != "customer":
        raise NotFound()
    identity.require(actor=actor, action="wallet.confirm_card", now=now)
    return see_card_link(
        rails.give_card_code(actor=actor, owner_ref=owner_ref(actor.uuid), check_id=check_id, code=code, now=now)
    )


def take_card(*, check_id: UUID, now: datetime) -> InstrumentView | None:
    """Take a card that the bank has linked into the wallet; None while it has not, and when its owner has unlinked it
    since. Safe to repeat.
    """
    check = outside.card_check(check_id)
    if check.status != "LINKED":
        return None
    if check.owner_ref.startswith("merchant:"):
        take_merchant_account(check, now=now)
        return None
    customer = UUID(check.owner_ref.removeprefix("customer:"))
    mine = Instrument.objects.filter(customer_id=customer, token=check.token)
    since = Q(linked_at__gte=check.created_at) | Q(removed_at__gte=check.created_at)
    if mine.filter(since, status=Instrument.REMOVED).exists():
        return None
    with transaction.atomic():
        row, new = Instrument.objects.get_or_create(
            customer_id=customer,
            token=check.token,
            status=Instrument.ACTIVE,
            defaults={
                "connector": check.connector,
                "last4": check.last4,
                "bank": check.bank,
                "kind": check.kind,
                "linked_at": now,
            },
        )
        if new:
            subject, data = f"customer:{customer}", {"instrument": row.id, "last4": row.last4}
            audit.record(actor=SYSTEM, action="wallet.link_card", subject=subject, now=now, data=data)
            telling.changed(facts.CARD_CHANGED, customer, now=now, instrument=row.id)
            ref = f"instrument:{row.id}"
            telling.tell(customer, "card_linked", actor=SYSTEM, ref=ref, now=now, bank=row.bank, last4=row.last4)
    return see_instrument(row)


def unlink_card(*, actor: Actor, instrument_id: UUID, now: datetime) -> None:
    """Take a card off the wallet; orders under way are not touched. Refuses `core.thing.not_found`."""
    if actor.kind != "customer":
        raise NotFound()
    identity.require(actor=actor, action="wallet.unlink_card", now=now)
    with transaction.atomic():
        row = Instrument.objects.filter(pk=instrument_id, customer_id=actor.uuid).first()
        if row is None:
            raise NotFound()
        if transition(Instrument, row.id, Instrument.ACTIVE, Instrument.REMOVED, removed_at=now):
            subject, data = actor.ref, {"instrument": row.id}
            audit.record(actor=actor, action="wallet.unlink_card", subject=subject, now=now, data=data)
            telling.changed(facts.CARD_CHANGED, actor.uuid, now=now, instrument=row.id)
            words = {"bank": row.bank, "last4": row.last4}
            telling.tell(actor.uuid, "card_unlinked", actor=actor, ref=f"instrument:{row.id}", now=now, **words)
