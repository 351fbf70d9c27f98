"""What a playbook may look at: the signed-in customer's own data, and what was understood of the question."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime
from functools import cached_property
from uuid import UUID

from kefu.core.actor import Actor
from kefu.language.slots import Slots
from kefu.language.understand import Understanding
from kefu.wallet import queries as wallet
from kefu.wallet.queries import OrderView

ORDERS_MAX = 60


@dataclass
class Context:
    """`actor` is the customer; every read goes through access functions with it. Read at most once, lazily."""

    actor: Actor
    text: str
    language: str
    now: datetime
    understanding: Understanding
    slots: Slots
    bank_asked: bool = False
    about: UUID | None = None
    last_intent: str = ""
    notes: dict[str, str] = field(default_factory=dict)
    _of_kind: dict[str, list[OrderView]] = field(default_factory=dict)

    @cached_property
    def orders(self) -> Sequence[OrderView]:
        return wallet.orders_for(self.actor, limit=ORDERS_MAX)

    @cached_property
    def balance(self) -> wallet.BalanceView:
        return wallet.balance_for(self.actor)

    @cached_property
    def restrictions(self) -> Sequence[wallet.RestrictionView]:
        return wallet.restrictions_for(self.actor)

    @cached_property
    def stop(self) -> wallet.StopView | None:
        """The customer's own emergency stop, while it stands."""
        return wallet.stop_for(self.actor)

    def whole(self, order: OrderView) -> OrderView:
        """The order with its timeline, postings and bank reference."""
        return wallet.order_for(self.actor, order.id)

    def whole_by_id(self, order_id: UUID) -> OrderView:
        """An order of theirs that is known by its id. Refuses `core.thing.not_found`."""
        return wallet.order_for(self.actor, order_id)

    def orders_of(self, kind: str) -> list[OrderView]:
        """The newest of one kind, however many others came since: asked for apart only when the list was cut."""
        if len(self.orders) < ORDERS_MAX:
            return [order for order in self.orders if order.kind == kind]
        if kind not in self._of_kind:
            self._of_kind[kind] = wallet.orders_for(self.actor, kind=kind, limit=ORDERS_MAX)
        return self._of_kind[kind]
