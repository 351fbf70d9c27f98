"""Merchants: registered by one person, approved by another, held when too much goes wrong."""

from dataclasses import dataclass, field
from datetime import datetime
from typing import Any
from uuid import UUID, uuid4

from django.db import IntegrityError, transaction
from django.db.models import Count, Q

from kefu.core import audit, events
from kefu.core.actor import SYSTEM, Actor
from kefu.core.batch import each_by_itself
from kefu.core.refusal import NotFound
from kefu.core.transition import transition
from kefu.identity import actions as people
from kefu.identity import queries as identity
from kefu.identity.values import Person
from kefu.ledger import actions as ledger
from kefu.wallet import events as facts
from kefu.wallet.actions.shop.refusals import MerchantMoved, MerchantTaken, MerchantUnfit, NotAsked, SamePerson
from kefu.wallet.models import Merchant, MerchantStaff
from kefu.wallet.queries.shop.values import MerchantView, see_merchant
from kefu.wallet.rules import shop as rules
from kefu.wallet.rules.amount import CURRENCY


@dataclass(frozen=True, kw_only=True)
class NewMerchant:
    """Who asks to sell: `category` is one of `rules.shop.CATEGORIES`."""

    name: str
    category: str
    terms: rules.Terms = field(default_factory=rules.Terms)


def owner_ref(merchant_id: UUID) -> str:
    """How the books know a merchant."""
    return f"merchant:{merchant_id}"


def register_merchant(*, actor: Actor, given: NewMerchant, now: datetime) -> MerchantView:
    """Take down a merchant with accounts in the books; nothing can be sold until somebody else approves.

    Refuses `identity.role.insufficient`, `wallet.merchant.unfit`, `wallet.merchant.taken`.
    """
    identity.require(actor=actor, action="wallet.register_merchant", now=now)
    name = " ".join(given.name.split())
    fits = 2 <= len(name) <= 40 and name.isprintable() and not set(name) & set("<>{}@")
    if not fits or given.category not in rules.CATEGORIES or not given.terms.are_sane:
        raise MerchantUnfit()
    merchant_id, terms = uuid4(), given.terms
    try:
        with transaction.atomic():
            ledger.ensure_chart(currency=CURRENCY, now=now)
            owner = owner_ref(merchant_id)
            row = Merchant.objects.create(
                id=merchant_id,
                name=name,
                category=given.category,
                account=ledger.open_account(code="L30", owner=owner, currency=CURRENCY, now=now),
                receivable=ledger.open_account(code="A30", owner=owner, currency=CURRENCY, now=now),
                currency=CURRENCY,
                registered_by=actor.ref,
                registered_at=now,
                **vars(terms),
            )
            _record(actor, "wallet.register_merchant", row, now=now, name=name)
    except IntegrityError as twice:
        raise MerchantTaken() from twice
    return see_merchant(row)


def approve_merchant(*, actor: Actor, merchant_id: UUID, now: datetime) -> MerchantView:
    """Let a registered merchant sell. Refuses who registered it, whoever leads or is led by them
    (`wallet.merchant.same_person`), and what is not PENDING.
    """
    identity.require(actor=actor, action="wallet.judge_merchant", now=now)
    row = _merchant(merchant_id)
    check_another(actor, row.registered_by)
    return _move(actor, row, (Merchant.PENDING,), Merchant.OPEN, "wallet.approve_merchant", now=now, opened_at=now)


def check_another(actor: Actor, first_ref: str) -> None:
    """Refuse `wallet.merchant.same_person` when staff would approve what they, or somebody of their line, began."""
    first = first_ref.removeprefix("staff:")
    if actor.is_staff and first != first_ref and identity.counts_as_one(actor.uuid, UUID(first)):
        raise SamePerson()


def hold_merchant(*, actor: Actor, merchant_id: UUID, reason: str, now: datetime) -> MerchantView:
    """Stop new sales and payments; refunds go on. `reason` is one of `rules.shop.HOLD_REASONS`."""
    identity.require(actor=actor, action="wallet.judge_merchant", now=now)
    if reason not in rules.HOLD_REASONS:
        raise MerchantUnfit()
    changes = {"held_at": now, "hold_reason": reason, "reopen_asked_by": ""}
    row = _merchant(merchant_id)
    return _move(actor, row, (Merchant.OPEN,), Merchant.HELD, "wallet.hold_merchant", now=now, **changes)


def reopen_merchant(*, actor: Actor, merchant_id: UUID, now: datetime) -> MerchantView:
    """Let a held merchant sell again; from now on what went wrong before does not count.

    Somebody else of the staff must have asked for it before. Refuses who asked and whoever stands in one line with them
    (`wallet.merchant.same_person`), `wallet.merchant.not_asked`, `.moved`.
    """
    identity.require(actor=actor, action="wallet.judge_merchant", now=now)
    row = _merchant(merchant_id)
    if actor.is_staff and row.status == Merchant.HELD:
        if not row.reopen_asked_by:
            raise NotAsked()
        _by_another(actor, row.reopen_asked_by)
    changes = {"hold_reason": "", "reopen_asked_by": ""}
    with transaction.atomic():
        # Of what was asked: a merchant held anew in between has to be asked for anew.
        same = Merchant.objects.select_for_update().get(pk=row.pk).reopen_asked_by == row.reopen_asked_by
        if not same:
            raise MerchantMoved()
        return _move(actor, row, (Merchant.HELD,), Merchant.OPEN, "wallet.reopen_merchant", now=now, **changes)


def ask_reopen(*, actor: Actor, merchant_id: UUID, now: datetime) -> MerchantView:
    """Ask that a held merchant may sell again; another decides. Refuses `wallet.merchant.moved` (not held, or asked
    for already).
    """
    identity.require(actor=actor, action="wallet.judge_merchant", now=now)
    row = _merchant(merchant_id)
    with transaction.atomic():
        held = Merchant.objects.filter(pk=row.pk, status=Merchant.HELD, reopen_asked_by="")
        if not held.update(reopen_asked_by=actor.ref):
            raise MerchantMoved()
        _record(actor, "wallet.ask_reopen", row, now=now)
    row.refresh_from_db()
    return see_merchant(row)


def _by_another(actor: Actor, first: str) -> None:
    """Refuse who did the first half, and whoever leads or is led by them."""
    by = first.removeprefix("staff:")
    if actor.is_staff and by != first and identity.counts_as_one(actor.uuid, UUID(by)):
        raise SamePerson()


def add_merchant_staff(
    *, actor: Actor, merchant_id: UUID, login: str, name: str, password: str, now: datetime
) -> Person:
    """Make a login for this merchant; made by one of the staff it can do nothing until another has confirmed it.

    Refuses what `identity.register_merchant_login` does.
    """
    identity.require(actor=actor, action="wallet.register_merchant", now=now)
    row = _merchant(merchant_id)
    with transaction.atomic():
        person = people.register_merchant_login(actor=actor, login=login, name=name, password=password, now=now)
        confirmed = None if actor.is_staff else now
        MerchantStaff.objects.create(
            user_id=person.id, merchant=row, added_at=now, added_by=actor.ref, confirmed_at=confirmed
        )
        _record(actor, "wallet.add_merchant_staff", row, now=now, user=person.id)
    return person


def confirm_merchant_staff(*, actor: Actor, user_id: UUID, now: datetime) -> None:
    """Let a login act for its merchant, confirmed by somebody else than who made it.

    Refuses `wallet.merchant.same_person`, `wallet.merchant.moved` (confirmed already), `core.thing.not_found`.
    """
    identity.require(actor=actor, action="wallet.judge_merchant", now=now)
    seat = MerchantStaff.objects.select_related("merchant").filter(pk=user_id).first()
    if seat is None:
        raise NotFound()
    _by_another(actor, seat.added_by)
    with transaction.atomic():
        if not MerchantStaff.objects.filter(pk=user_id, confirmed_at=None).update(confirmed_at=now):
            raise MerchantMoved()
        _record(actor, "wallet.confirm_merchant_staff", seat.merchant, now=now, user=user_id)


def hold_troubled(*, now: datetime) -> int:
    """Hold every merchant whose refunds or complaints of the last days pass the rate; returns how many."""
    rows = Merchant.objects.filter(status=Merchant.OPEN)
    return each_by_itself(rows, lambda row: _hold_if_troubled(row, now=now), what="hold a troubled merchant")


def _hold_if_troubled(row: Merchant, *, now: datetime) -> bool:
    # What was judged when the merchant was let sell again does not count twice.
    window = now - rules.WATCHED_FOR
    since = max(window, row.held_at) if row.held_at else window
    recent = row.payments.filter(captured_at__gt=since)
    counted = recent.aggregate(payments=Count("pk"), refunded=Count("pk", filter=Q(refunded__gt=0)))
    escalated = row.refunds.filter(escalated_at__gt=since).count()
    reason = rules.trouble(**counted, escalated=escalated)
    if reason:
        hold_merchant(actor=SYSTEM, merchant_id=row.id, reason=reason, now=now)
    return bool(reason)


def tell_shop(merchant_id: UUID, *, now: datetime, **ids: UUID) -> None:
    """Tell the merchant's open pages that something of theirs changed."""
    payload = {"merchant": merchant_id, **ids}
    topics = [owner_ref(merchant_id)]
    events.announce(kind=facts.SHOP_CHANGED, key=str(merchant_id), topics=topics, payload=payload, now=now)


def _merchant(merchant_id: UUID) -> Merchant:
    row = Merchant.objects.filter(pk=merchant_id).first()
    if row is None:
        raise NotFound()
    return row


def _move(
    actor: Actor, row: Merchant, before: tuple[str, ...], to: str, action: str, *, now: datetime, **changes: Any
) -> MerchantView:
    with transaction.atomic():
        if not transition(Merchant, row.id, before, to, **changes):
            raise MerchantMoved()
        _record(actor, action, row, now=now, **changes)
        tell_shop(row.id, now=now)
    row.refresh_from_db()
    return see_merchant(row)


def _record(actor: Actor, action: str, row: Merchant, *, now: datetime, **data: object) -> None:
    audit.record(actor=actor, action=action, subject=owner_ref(row.id), now=now, data=dict(data))
