"""Splits as everybody in them sees them: the maker all shares, the others their own and who asks."""

from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from django.db.models import Q

from kefu.core.actor import Actor
from kefu.core.money import Money
from kefu.core.refusal import NotFound
from kefu.planning.models import Share, Split

LIST_MOST = 50


@dataclass(frozen=True, kw_only=True)
class ShareView:
    """One person's part: DUE, PAYING, PAID or DROPPED. `order_id` only for who paid with it."""

    label: str
    weight: int
    amount: Money
    status: str
    own: bool
    mine: bool
    order_id: UUID | None
    paid_at: datetime | None


@dataclass(frozen=True, kw_only=True)
class SplitView:
    """`is_maker`: the viewer asks for the money. `paid`: of the others' shares; `awaited`: what is still to come."""

    id: UUID
    title: str
    maker: str
    is_maker: bool
    total: Money
    status: str
    order_id: UUID | None
    created_at: datetime
    shares: tuple[ShareView, ...]

    @property
    def mine(self) -> ShareView | None:
        return next((share for share in self.shares if share.mine), None)

    @property
    def paid(self) -> Money:
        return _sum(self, "PAID")

    @property
    def awaited(self) -> Money:
        return Money(_sum(self, "DUE").minor + _sum(self, "PAYING").minor, self.total.currency)

    @property
    def people_paid(self) -> int:
        return sum(share.status == "PAID" for share in self.shares if not share.own)

    @property
    def people(self) -> int:
        return sum(not share.own for share in self.shares)

    @property
    def state(self) -> str:
        """CANCELLED, DONE when everybody has paid, else OPEN."""
        if self.status == Split.CANCELLED:
            return self.status
        return "DONE" if self.people_paid == self.people else "OPEN"


def _sum(split: SplitView, status: str) -> Money:
    found = sum(share.amount.minor for share in split.shares if share.status == status and not share.own)
    return Money(found, split.total.currency)


def split_for(actor: Actor, split_id: UUID) -> SplitView:
    """A split that the actor made or has a share in. Refuses `core.thing.not_found`."""
    found = _seen(actor, Q(pk=split_id))
    if not found:
        raise NotFound()
    return found[0]


def splits_for(actor: Actor) -> list[SplitView]:
    """Those that the actor made or has a share in, the newest first."""
    return _seen(actor, Q())


def _seen(actor: Actor, wanted: Q) -> list[SplitView]:
    if actor.kind != "customer":
        raise NotFound()
    mine = Share.objects.filter(customer_id=actor.uuid).values("split_id")
    rows = Split.objects.filter(wanted & (Q(customer_id=actor.uuid) | Q(id__in=mine)))
    rows = rows.prefetch_related("shares").order_by("-created_at", "-id")[:LIST_MOST]
    return [_see(row, actor.uuid) for row in rows]


def _see(split: Split, viewer: UUID) -> SplitView:
    maker = split.customer_id == viewer
    shares = sorted(split.shares.all(), key=lambda share: share.place)
    return SplitView(
        id=split.id,
        title=split.title,
        maker=split.label,
        is_maker=maker,
        total=Money(split.total, split.currency),
        status=split.status,
        order_id=split.order_id if maker else None,
        created_at=split.created_at,
        shares=tuple(_see_share(share, split, viewer) for share in shares if maker or share.customer_id == viewer),
    )


def _see_share(share: Share, split: Split, viewer: UUID) -> ShareView:
    mine = share.customer_id == viewer
    # The maker opens the order of a share once the money is theirs.
    opens = mine or (split.customer_id == viewer and share.status == Share.PAID)
    return ShareView(
        label=share.label,
        weight=share.weight,
        amount=Money(share.amount, split.currency),
        status=share.status,
        own=share.own,
        mine=mine,
        order_id=share.order_id if opens else None,
        paid_at=share.paid_at,
    )
