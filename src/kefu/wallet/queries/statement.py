"""A period of a customer's account: the balances around it, and its entries in order, each with its order."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, datetime
from uuid import UUID

from django.utils.translation import gettext

from kefu.core.actor import Actor
from kefu.core.money import CURRENCIES, CurrencyForeign, Money
from kefu.core.refusal import NotFound
from kefu.ledger import queries as books
from kefu.ledger.chart import Journal
from kefu.wallet.access import customer_seen_by
from kefu.wallet.models import EXCHANGE, Order, Wallet
from kefu.wallet.queries.order import seen_by
from kefu.wallet.queries.values import OrderView
from kefu.wallet.rules.amount import CURRENCY

PAGE = 500


@dataclass(frozen=True, kw_only=True)
class StatementView:
    """The posted balance before `first` and after `last`, both days included, local to the wallet's zone."""

    customer_id: UUID
    first: date
    last: date
    opening: Money
    closing: Money
    period: books.Period | None

    @property
    def currency(self) -> str:
        return self.opening.currency


@dataclass(frozen=True, kw_only=True)
class StatementLine:
    """One entry: `amount` signed, + raises the balance; `balance` after it."""

    at: datetime
    journal: str
    order: OrderView | None
    amount: Money
    balance: Money

    @property
    def order_no(self) -> str:
        return self.order.no if self.order else ""

    @property
    def title(self) -> str:
        """What it was, in the active language."""
        if self.journal == Journal.FEE:
            return gettext("手续费退还") if self.amount.minor > 0 else gettext("手续费")
        name = self.order.title if self.order else gettext("其他")
        if self.order is not None and self.order.kind == EXCHANGE:
            return name
        if self.journal == Journal.CUST_RECOVERED:
            return gettext("%(what)s（收回欠款）") % {"what": name}
        if self.journal == Journal.PROVISIONAL and self.amount.minor < 0:
            return gettext("%(what)s（收回）") % {"what": name}
        returned = self.order is not None and self.order.direction == "out" and self.amount.minor > 0
        return gettext("%(what)s（退回）") % {"what": name} if returned else name


def opened_on(actor: Actor) -> datetime:
    """When the customer's wallet was opened. Refuses `core.thing.not_found`."""
    row = Wallet.objects.filter(customer_id=customer_seen_by(actor)).first()
    if row is None:
        raise NotFound()
    return row.opened_at


def statement_for(
    actor: Actor,
    *,
    first: date,
    last: date,
    currency: str = CURRENCY,
    customer_id: UUID | None = None,
    now: datetime | None = None,
) -> StatementView:
    """The period's balances in one currency; zero in one that the customer never had. Refuses `core.thing.not_found`,
    `core.amount.currency_foreign`.
    """
    if currency not in CURRENCIES:
        raise CurrencyForeign(currency=currency[:8])
    customer = customer_seen_by(actor, customer_id, now=now)
    try:
        period = books.period(f"customer:{customer}", first=first, last=last, currency=currency)
    except NotFound:
        period = None
    return StatementView(
        customer_id=customer,
        first=first,
        last=last,
        opening=Money(period.opening if period else 0, currency),
        closing=Money(period.closing if period else 0, currency),
        period=period,
    )


def statement_lines(view: StatementView, *, page: int = PAGE) -> Iterator[StatementLine]:
    """The entries of a period that `statement_for` gave out, the oldest first, read page by page."""
    last: books.EntryView | None = None
    while view.period is not None and (found := books.period_entries(view.period, after=last, limit=page)):
        orders = _orders(view.customer_id, {entry.order_ref for entry in found})
        for entry in found:
            yield StatementLine(
                at=entry.posted_at,
                journal=entry.journal,
                order=orders.get(entry.order_ref),
                amount=Money(entry.amount, view.currency),
                balance=Money(entry.balance_after, view.currency),
            )
        last = found[-1]


def _orders(customer: UUID, refs: set[str]) -> dict[str, OrderView]:
    ids = [UUID(ref.removeprefix("order:")) for ref in refs if ref.startswith("order:")]
    return {f"order:{row.id}": seen_by(row, customer) for row in Order.objects.filter(pk__in=ids)}
