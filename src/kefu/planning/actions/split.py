"""Splits: made by one, paid by the others with ordinary transfers, reminded at most once a day, cancelled."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from django.db import IntegrityError, transaction
from django.db.models import Q, QuerySet

from kefu.core import audit, keyed
from kefu.core.actor import SYSTEM, Actor
from kefu.core.brand import brand
from kefu.core.money import Money
from kefu.core.refusal import NotFound
from kefu.core.transition import transition
from kefu.identity import queries as identity
from kefu.planning.actions import telling
from kefu.planning.models import Share, ShareQuote, Split
from kefu.planning.queries.split import SplitView, split_for
from kefu.planning.refusals import (
    OrderNotDivisible,
    PeopleCount,
    PersonUnknown,
    RemindedToday,
    SplitClosed,
    TooManySplits,
    WeightsUnfit,
)
from kefu.planning.rules import amount as amounts
from kefu.planning.rules.share import divide
from kefu.planning.rules.text import name
from kefu.trust import actions as trust
from kefu.trust import queries as words
from kefu.wallet import actions as wallet
from kefu.wallet import queries as orders
from kefu.wallet.queries import OrderView, QuoteView

PEOPLE_MOST, OPEN_MOST, WEIGHT_MOST = 20, 20, 1000
OWN_POCKET = ("withdrawal", "pot", "exchange")
"""Kinds of order by which nobody was paid: the money stayed its owner's."""


@dataclass(frozen=True, kw_only=True)
class Asked:
    """What is to be divided among whom: (phone, weight) of the others, and the maker's own weight (0: no share).

    `order_id` names an order whose amount is divided, less what came back of it; then `total` is left out.
    """

    title: str
    others: Sequence[tuple[str, int]]
    own_weight: int
    total: Money | None = None
    order_id: UUID | None = None


@dataclass(frozen=True, kw_only=True)
class Part:
    """One line of what a split would be."""

    customer_id: UUID
    label: str
    weight: int
    amount: Money
    own: bool


@dataclass(frozen=True, kw_only=True)
class Plan:
    """What a split would be: nothing is written yet."""

    title: str
    total: Money
    parts: tuple[Part, ...]
    order_id: UUID | None


def plan_split(*, actor: Actor, asked: Asked) -> Plan:
    """Who would pay how much. Writes nothing.

    Refuses `core.amount.*`, `planning.name.unfit`, `planning.split.people_count`, `.weights_unfit`,
    `.person_unknown`, `.order_not_divisible`.
    """
    if actor.kind != "customer":
        raise NotFound()
    # Others read the title in a notice of ours, and it becomes the remark of what they pay: as a stranger's words.
    title, total = words.shown(name(asked.title)).text, _total(actor, asked)
    people = _people(actor, asked)
    parts = divide(total.minor, [weight for _person, _label, weight in people])
    if min(parts) < 1:
        raise WeightsUnfit(most=WEIGHT_MOST)
    lines = tuple(
        Part(
            customer_id=person,
            label=label,
            weight=weight,
            amount=Money(part, total.currency),
            own=person == actor.uuid,
        )
        for (person, label, weight), part in zip(people, parts, strict=True)
    )
    return Plan(title=title, total=total, parts=lines, order_id=asked.order_id)


def _total(actor: Actor, asked: Asked) -> Money:
    if asked.order_id is None:
        return Money(amounts.check(asked.total, most=amounts.SPLIT_MOST))
    order = orders.order_for(actor, asked.order_id)
    taken = Split.objects.filter(order_id=order.id, status=Split.OPEN).exists()
    divisible = order.status == "SUCCEEDED" and order.direction == "out" and order.kind not in OWN_POCKET
    # What came back to its payer was not spent: of a payment that was refunded, what is left is divided.
    if taken or not divisible or order.left.minor <= 0:
        raise OrderNotDivisible()
    return order.left


def _people(actor: Actor, asked: Asked) -> list[tuple[UUID, str, int]]:
    weights = [weight for _phone, weight in asked.others] + ([asked.own_weight] if asked.own_weight else [])
    if any(type(weight) is not int or not 1 <= weight <= WEIGHT_MOST for weight in weights):
        raise WeightsUnfit(most=WEIGHT_MOST)
    if not asked.others or not 2 <= len(weights) + (not asked.own_weight) <= PEOPLE_MOST:
        raise PeopleCount(most=PEOPLE_MOST)
    me = identity.person(actor.uuid)
    people = [(me.id, me.masked_name, asked.own_weight)] if asked.own_weight else []
    for phone, weight in asked.others:
        found = identity.find_customer_by_phone(phone)
        if found is None or found.id == actor.uuid:
            raise PersonUnknown(given=phone.strip()[:20])
        people.append((found.id, found.masked_name, weight))
    if len({person for person, _label, _weight in people}) != len(people):
        raise PeopleCount(most=PEOPLE_MOST)
    return people


def create_split(*, actor: Actor, key: UUID, asked: Asked, now: datetime) -> SplitView:
    """Make the split and tell everybody their share; once a key. No money moves.

    Refuses what `plan_split` does, `core.request.key_reused` and `planning.split.too_many`.
    """
    identity.require(actor=actor, action="planning.create_split", now=now)
    body = {
        "title": asked.title,
        "others": [list(other) for other in asked.others],
        "own": asked.own_weight,
        "order": asked.order_id,
        "total": asked.total.minor if asked.total else 0,
    }
    with transaction.atomic():
        known = keyed.claim(principal=actor.ref, key=key, body={"split": body})
        if known is not None:
            return split_for(actor, UUID(known["split"]))
        plan = plan_split(actor=actor, asked=asked)
        if _open_splits(actor.uuid).count() >= OPEN_MOST:
            raise TooManySplits(most=OPEN_MOST)
        try:
            with transaction.atomic():
                split = _write(actor, plan, now=now)
        except IntegrityError as clash:  # the same order was divided at the same moment
            raise OrderNotDivisible() from clash
        trust.report_words(ref=f"split:{split.id}", writer_id=actor.uuid, words=name(asked.title), now=now)
        keyed.settle(principal=actor.ref, key=key, answer={"split": str(split.id)})
    return split_for(actor, split.id)


def _open_splits(customer: UUID) -> QuerySet[Split]:
    """The splits for which money is still awaited."""
    owed = Share.objects.filter(status__in=(Share.DUE, Share.PAYING)).values("split_id")
    return Split.objects.filter(customer_id=customer, status=Split.OPEN, id__in=owed)


def _write(actor: Actor, plan: Plan, *, now: datetime) -> Split:
    maker = identity.person(actor.uuid)
    split = Split.objects.create(
        customer_id=actor.uuid,
        label=maker.masked_name,
        title=plan.title,
        total=plan.total.minor,
        currency=plan.total.currency,
        order_id=plan.order_id,
        created_at=now,
    )
    Share.objects.bulk_create(
        Share(
            split=split,
            place=place,
            customer_id=part.customer_id,
            label=part.label,
            weight=part.weight,
            amount=part.amount.minor,
            own=part.own,
            status=Share.PAID if part.own else Share.DUE,
            paid_at=now if part.own else None,
        )
        for place, part in enumerate(plan.parts)
    )
    ref = f"split:{split.id}"
    data = {"total": plan.total.minor, "people": len(plan.parts), "order": plan.order_id}
    audit.record(actor=actor, action="planning.create_split", subject=ref, now=now, data=data)
    for part in plan.parts:
        if not part.own:
            values = {"maker": maker.masked_name, "title": plan.title, "amount": part.amount.text()}
            telling.tell(part.customer_id, "split_invited", actor=actor, ref=ref, now=now, **values)
    _changed(split, now=now)
    return split


def _changed(split: Split, *, now: datetime) -> None:
    people = Share.objects.filter(split=split).values_list("customer_id", flat=True)
    telling.split_changed(split.id, [split.customer_id, *people], now=now)


def quote_share(*, actor: Actor, split_id: UUID, now: datetime, mode: str = "now") -> QuoteView:
    """The page before one's own share is paid: an ordinary transfer to the maker, its remark the split's title.

    Refuses `core.thing.not_found`, `planning.split.closed` and what `wallet.quote_transfer` does.
    """
    share = Share.objects.select_related("split").filter(split_id=split_id, customer_id=actor.uuid, own=False).first()
    if actor.kind != "customer" or share is None:
        raise NotFound()
    identity.require(actor=actor, action="planning.pay_share", now=now)
    if share.status != Share.DUE or share.split.status != Split.OPEN:
        raise SplitClosed()
    with transaction.atomic():
        quote = wallet.quote_transfer(
            actor=actor,
            payee_phone=identity.contact_of(share.split.customer_id).phone,
            amount=Money(share.amount, share.split.currency),
            mode=mode,
            remark=f"AA·{share.split.title}"[:50],
            now=now,
        )
        ShareQuote.objects.create(quote_id=quote.id, share=share, at=now)
    return quote


def pay_share(*, actor: Actor, key: UUID, quote_id: UUID, now: datetime) -> OrderView:
    """Pay one's share as quoted: exactly one order a share, whatever tabs and keys ask for it.

    A share that is paid or on its way gives that order; one whose order came to nothing can be paid again. Refuses
    `core.thing.not_found`, `planning.split.closed` and what `wallet.create_transfer` does.
    """
    if actor.kind != "customer":
        raise NotFound()
    identity.require(actor=actor, action="planning.pay_share", now=now)
    asked = ShareQuote.objects.filter(quote_id=quote_id, share__customer_id=actor.uuid).first()
    if asked is None:
        raise NotFound()
    with transaction.atomic():
        # Two tabs, or a cancel at the same time: the split's row, then the share's, decide who is first.
        split = Split.objects.select_for_update().get(shares=asked.share_id)
        share = Share.objects.select_for_update().get(pk=asked.share_id)
        if share.status in (Share.PAYING, Share.PAID) and share.order_id:
            return orders.order_for(actor, share.order_id)
        if share.status != Share.DUE or split.status != Split.OPEN:
            raise SplitClosed()
        order = wallet.create_transfer(actor=actor, key=key, quote_id=quote_id, now=now)
        _take(share, split, order, now=now)
    return order


def _take(share: Share, split: Split, order: OrderView, *, now: datetime) -> None:
    """Bring the share to where its order stands. Both rows are locked."""
    if order.status == "SUCCEEDED":
        moved = transition(Share, share.id, (Share.DUE, Share.PAYING), Share.PAID, order_id=order.id, paid_at=now)
        if moved and split.status == Split.OPEN:
            values = {"payer": share.label, "title": split.title, "amount": order.amount.text()}
            ref = f"split:{split.id}"
            telling.tell(split.customer_id, "split_paid", actor=SYSTEM, ref=ref, now=now, **values)
    elif order.is_open:
        moved = transition(Share, share.id, Share.DUE, Share.PAYING, order_id=order.id)
    elif share.status == Share.PAYING:
        to = Share.DUE if split.status == Split.OPEN else Share.DROPPED
        moved = transition(Share, share.id, Share.PAYING, to, order_id=None)
    else:
        return
    if moved:
        _changed(split, now=now)


def follow_share(*, order_id: UUID, now: datetime) -> None:
    """A delayed transfer went, was taken back or failed: its share is paid, or due again. Safe to repeat."""
    found = Share.objects.filter(order_id=order_id, status=Share.PAYING).values_list("id", "split_id").first()
    if found is None:
        return
    with transaction.atomic():
        split = Split.objects.select_for_update().get(pk=found[1])
        share = Share.objects.select_for_update().get(pk=found[0])
        if share.order_id == order_id and share.status == Share.PAYING:
            order = orders.order_for(SYSTEM, order_id)
            if not order.is_open:
                _take(share, split, order, now=now)


def remind_split(*, actor: Actor, split_id: UUID, now: datetime) -> int:
    """Remind everybody who owes and was not reminded today; how many were.

    Refuses `core.thing.not_found`, `planning.split.closed`, `planning.split.reminded_today`.
    """
    identity.require(actor=actor, action="planning.remind_split", now=now)
    with transaction.atomic():
        split = _own(actor, split_id)
        if split.status != Split.OPEN:
            raise SplitClosed()
        today = now.astimezone(brand().zone).date()
        fresh = Q(reminded_on=None) | Q(reminded_on__lt=today)
        due = list(Share.objects.filter(fresh, split=split, status=Share.DUE).order_by("place"))
        if not due:
            raise RemindedToday()
        Share.objects.filter(pk__in=[share.pk for share in due]).update(reminded_on=today)
        ref = f"split:{split.id}"
        for share in due:
            values = {"maker": split.label, "title": split.title, "amount": Money(share.amount, split.currency).text()}
            telling.tell(share.customer_id, "split_reminder", actor=actor, ref=ref, now=now, **values)
        audit.record(actor=actor, action="planning.remind_split", subject=ref, now=now, data={"people": len(due)})
        _changed(split, now=now)
    return len(due)


def _own(actor: Actor, split_id: UUID) -> Split:
    """The actor's own split, locked."""
    split = Split.objects.select_for_update().filter(pk=split_id, customer_id=actor.uuid).first()
    if split is None or actor.kind != "customer":
        raise NotFound()
    return split


def cancel_split(*, actor: Actor, split_id: UUID, now: datetime) -> SplitView:
    """Ask nobody for more. What was paid stays with the maker, who gives it back by a transfer; safe to repeat.

    Refuses `core.thing.not_found`.
    """
    identity.require(actor=actor, action="planning.cancel_split", now=now)
    with transaction.atomic():
        split = _own(actor, split_id)
        if transition(Split, split.id, Split.OPEN, Split.CANCELLED, cancelled_at=now):
            owing = list(Share.objects.select_for_update().filter(split=split, status=Share.DUE).order_by("id"))
            ref = f"split:{split.id}"
            for share in owing:
                transition(Share, share.id, Share.DUE, Share.DROPPED)
                values = {"maker": split.label, "title": split.title}
                telling.tell(share.customer_id, "split_cancelled", actor=actor, ref=ref, now=now, **values)
            audit.record(actor=actor, action="planning.cancel_split", subject=ref, now=now)
            _changed(split, now=now)
    return split_for(actor, split_id)
