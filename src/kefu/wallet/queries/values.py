"""What the wallet answers with: frozen, in money and aware instants, labels in the reader's language."""

from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal
from typing import Any
from uuid import UUID
from zoneinfo import ZoneInfo

from django.utils.translation import gettext

from kefu.core.money import Money
from kefu.rails.queries import CardCheckView
from kefu.rails.queries.names import bank_text
from kefu.rails.rules import after_statement
from kefu.wallet.models import BUY, PAID_OUT, TOPUP, WITHDRAWAL, Instrument, OutflowStop, Quote, Restriction
from kefu.wallet.queries.bill import BillTermsView
from kefu.wallet.queries.provisional import ProvisionalView
from kefu.wallet.queries.recall import RecallOfOrder
from kefu.wallet.rules.amount import takes_pin
from kefu.wallet.rules.arrival import release_at
from kefu.wallet.rules.card import reason_text as card_reason_text
from kefu.wallet.rules.exchange import at_mid, rate_words
from kefu.wallet.rules.restriction import REASONS, STOP_REASONS
from kefu.wallet.rules.shop import shown_status
from kefu.wallet.rules.voucher import share


@dataclass(frozen=True, kw_only=True)
class WalletView:
    """A customer's wallet."""

    customer_id: UUID
    opened_at: datetime


@dataclass(frozen=True, kw_only=True)
class BalanceView:
    """Available to spend, held by delayed transfers, and their sum as posted."""

    available: Money
    held: Money
    posted: Money
    currency: str
    debits_stopped: bool


@dataclass(frozen=True, kw_only=True)
class InstrumentView:
    """A linked card as its customer recognises it."""

    id: UUID
    bank: str
    last4: str
    kind: str
    linked_at: datetime

    @property
    def label(self) -> str:
        return f"{self.bank} ({self.last4})"


@dataclass(frozen=True, kw_only=True)
class CardLinkView:
    """Where the linking of a card stands: ASKED, SENT (the code is wanted), CONFIRMING, LINKED or REFUSED.

    `reason_text` says why it was refused, or that the last code was wrong.
    """

    id: UUID
    status: str
    phone_masked: str
    last4: str
    bank: str
    reason: str
    reason_text: str
    tries_left: int | None
    expires_at: datetime


@dataclass(frozen=True, kw_only=True)
class ExchangeView:
    """An exchange as its customer reads it: `bps` is the house's share of `mid` on its way to `rate`, both of our
    currency for `units` of `currency`. `purpose` in the active language.
    """

    side: str
    currency: str
    sold: Money
    bought: Money
    units: int
    mid: Decimal
    rate: Decimal
    bps: int
    purpose: str
    purpose_code: str = ""

    @property
    def rate_words(self) -> str:
        return rate_words(self.currency, self.units, self.rate)

    @property
    def mid_words(self) -> str:
        return rate_words(self.currency, self.units, self.mid)

    @property
    def spread_percent(self) -> str:
        """`0.3` for 30 basis points."""
        return f"{Decimal(self.bps) / 100:f}"

    @property
    def spread_cost(self) -> Money:
        """What the customer pays, or gets less, than at the middle rate; in our currency, rounded up."""
        foreign, home = (self.bought, self.sold) if self.side == BUY else (self.sold, self.bought)
        worth = at_mid(foreign.minor, currency=self.currency, mid=self.mid, units=self.units)
        cost = home.minor - worth if self.side == BUY else worth - home.minor
        return Money(-int(-cost // 1), home.currency)


@dataclass(frozen=True, kw_only=True)
class QuoteView:
    """The confirmation page: `arrives_at` None means at once; `total` leaves the account; `quota_used` is the part that
    was free by the person's quota; `expected`: from when to when a bank carries out nine of ten such orders. `card`:
    the linked card that is used, '' for the balance; `voucher_part`: what a voucher pays beside `amount`, of `gross`.
    """

    id: UUID
    payee_masked_name: str
    payee_masked_phone: str
    amount: Money
    fee: Money
    quota_used: Money
    total: Money
    mode: str
    remark: str
    arrives_at: datetime | None
    expires_at: datetime
    fee_version: int
    needs_pin: bool
    expected: tuple[datetime, datetime] | None = None
    exchange: ExchangeView | None = None
    card: str = ""
    voucher_part: Money
    gross: Money


@dataclass(frozen=True, kw_only=True)
class StepView:
    """One line of a timeline. `state` is done, now or next; what is not done has no times yet."""

    code: str
    label: Any
    at: datetime | None
    heard_at: datetime | None
    state: str
    source_ref: str = ""


@dataclass(frozen=True, kw_only=True)
class OrderView:
    """An order as one side sees it: `direction` in or out, `counterparty_masked` the other side (`other_side` as it is
    kept, whatever language is read).

    `remark_by_other`: the words are the other side's, shown apart; `remark_masked`: something in them was hidden.

    `steps`, `transfers`, `bank_ref`, `expected` and `refund_of` are filled by `order_for` only. `expected`: from when
    to when a bank carries out nine of ten such orders. Of a payment to a merchant `captured` and `refunded` are known.

    `by_bank`: a bank, biller or lender carries it out; `card`: that of a payment, of a refund or of its rerouting.
    `voucher_part` of a payment was paid by a voucher, of a refund went back to one; `amount` is without it. Of a refund
    that its card could not take `rerouted_to` is the order that took the money elsewhere, whose `money_of` it is. Of a
    withdrawal `recall` is how asking it back stands, and `recallable` that it may still be asked, by `order_for` only.
    """

    id: UUID
    no: str
    kind: str
    status: str
    direction: str
    customer_id: UUID
    payee_id: UUID | None
    amount: Money
    fee: Money
    other_side: str
    mode: str
    remark: str
    remark_by_other: bool = False
    remark_masked: bool = False
    reason: str
    reason_text: str
    case_ref: str
    created_at: datetime
    release_at: datetime | None
    settled_at: datetime | None
    returned_at: datetime | None
    acknowledged_at: datetime | None
    paused: bool
    cancellable: bool
    steps: tuple[StepView, ...] = ()
    transfers: tuple[UUID, ...] = ()
    bank_ref: str = ""
    bank_status: str = ""
    instruction_id: UUID | None = None
    expected: tuple[datetime, datetime] | None = None
    asks: int = 0
    next_query_at: datetime | None = None
    bill: BillTermsView | None = None
    captured: Money | None = None
    refunded: Money | None = None
    voucher_part: Money | None = None
    refund_of: UUID | None = None
    refund_status: str = ""
    exchange: ExchangeView | None = None
    provisional: ProvisionalView | None = None
    by_bank: bool = False
    card_label: str = ""
    rerouted_to: UUID | None = None
    money_of: UUID | None = None
    recall: RecallOfOrder | None = None
    recallable: bool = False

    @property
    def counterparty_masked(self) -> str:
        return bank_text(self.other_side) if self.kind in (TOPUP, *PAID_OUT) else self.other_side

    @property
    def card(self) -> str:
        return bank_text(self.card_label)

    @property
    def shown_status(self) -> str:
        """The status; of a payment to a merchant, also that it is authorised only, or refunded, all or in part; of a
        provisional credit, how it stands between us and its customer; of a refund that its card could not take, that it
        is kept, or went elsewhere.
        """
        if self.kind == "provisional":
            known = {"HELD": "PROVISIONAL", "CANCELLED": "TAKEN_BACK"}.get(self.status, self.status)
            return "GOES_BACK" if self.provisional and self.provisional.status == "ANNOUNCED" else known
        if self.is_kept or self.rerouted_to:
            return "REROUTED" if self.rerouted_to else "KEPT"
        if self.kind != "payment":
            return self.status
        captured, refunded = (amount.minor if amount else 0 for amount in (self.captured, self.refunded))
        return shown_status(self.status, captured=captured, refunded=refunded)

    @property
    def left(self) -> Money:
        """`amount` less what of a payment went back to who paid it (a voucher's share went back to the voucher)."""
        captured, refunded, part = (
            known.minor if known else 0 for known in (self.captured, self.refunded, self.voucher_part)
        )
        if self.kind != "payment" or not refunded:
            return self.amount
        back = refunded - share(refunded, paid=captured, part=part)
        return Money(self.amount.minor - back, self.amount.currency)

    @property
    def is_kept(self) -> bool:
        """A refund that its card could not take, and that its owner has not yet sent elsewhere."""
        back = self.kind in ("refund", "reroute") and self.by_bank and self.status in ("FAILED", "RETURNED")
        return back and self.rerouted_to is None

    @property
    def order_ref(self) -> str:
        return f"order:{self.id}"

    @property
    def title(self) -> str:
        """What it is in one phrase: 充值 · 招商银行 (8812), 转给 王*, 来自 王*."""
        names = {
            "topup": gettext("充值 · %(other)s"),
            "goodwill": gettext("补偿"),
            "found": gettext("查清入账"),
            "provisional": gettext("临时款 · 订单 %(other)s"),
            "withdrawal": gettext("提现到 %(other)s"),
            "pot": gettext("存钱罐 · %(other)s"),
            "bill": gettext("缴费 · %(other)s"),
            "repayment": gettext("还款 · %(other)s"),
            "payment": gettext("付给 %(other)s"),
            "refund": gettext("退款 · %(other)s"),
            "exchange": gettext("换汇 · %(other)s"),
            "reroute": gettext("改退 · %(other)s"),
            "in": gettext("来自 %(other)s"),
            "out": gettext("转给 %(other)s"),
        }
        return names.get(self.kind, names[self.direction]) % {"other": self.counterparty_masked}

    @property
    def promise_at(self) -> datetime | None:
        """By when we answer for what a bank has in hand: after its statement of the next day."""
        return after_statement(self.created_at) if self.by_bank and self.is_open else None

    @property
    def is_open(self) -> bool:
        return self.status in ("CREATED", "HELD", "SUBMITTED", "UNKNOWN", "ACKNOWLEDGED", "MANUAL")


@dataclass(frozen=True, kw_only=True)
class StopView:
    """A customer's own stop of outflows. The second proof to lift it is bound to `ref`."""

    id: UUID
    reason_code: str
    reason: str
    since: datetime
    lifted_at: datetime | None

    @property
    def ref(self) -> str:
        return f"stop:{self.id}"


@dataclass(frozen=True, kw_only=True)
class RestrictionView:
    """A restriction with what its customer has a right to know."""

    id: UUID
    scope: str
    reason_code: str
    reason: str
    authority: str
    materials: tuple[str, ...]
    appeal_url: str
    since: datetime
    until: datetime
    lifted_at: datetime | None


def see_instrument(row: Instrument) -> InstrumentView:
    return InstrumentView(id=row.id, bank=bank_text(row.bank), last4=row.last4, kind=row.kind, linked_at=row.linked_at)


def see_card_link(check: CardCheckView) -> CardLinkView:
    return CardLinkView(
        id=check.id,
        status=check.status,
        phone_masked=check.phone_masked,
        last4=check.last4,
        bank=bank_text(check.bank),
        reason=check.reason,
        reason_text=card_reason_text(check.reason),
        tries_left=check.tries_left,
        expires_at=check.expires_at,
    )


def see_quote(
    row: Quote,
    *,
    zone: ZoneInfo,
    expected: tuple[datetime, datetime] | None = None,
    exchange: ExchangeView | None = None,
) -> QuoteView:
    return QuoteView(
        id=row.id,
        payee_masked_name=bank_text(row.payee_name) if row.kind == WITHDRAWAL else row.payee_name,
        payee_masked_phone=row.payee_phone,
        amount=Money(row.amount, row.currency),
        fee=Money(row.fee, row.currency),
        quota_used=Money(row.quota_used, row.currency),
        total=Money(row.amount + row.fee, row.currency),
        mode=row.mode,
        remark=row.remark,
        arrives_at=release_at(row.mode, now=row.created_at, zone=zone),
        expires_at=row.expires_at,
        fee_version=row.schedule.version,
        needs_pin=takes_pin(row.kind, row.amount) or (row.sale is not None and row.sale.with_pin),
        expected=expected,
        exchange=exchange,
        card=bank_text(f"{row.instrument.bank} ({row.instrument.last4})") if row.instrument else "",
        voucher_part=Money(row.voucher_part, row.currency),
        gross=Money(row.amount + row.voucher_part, row.currency),
    )


def see_stop(row: OutflowStop) -> StopView:
    return StopView(
        id=row.id,
        reason_code=row.reason_code,
        reason=str(STOP_REASONS[row.reason_code]),
        since=row.since,
        lifted_at=row.lifted_at,
    )


def see_restriction(row: Restriction) -> RestrictionView:
    reason = REASONS[row.reason_code]
    return RestrictionView(
        id=row.id,
        scope=row.scope,
        reason_code=row.reason_code,
        reason=str(reason.text),
        authority=str(reason.authority),
        materials=tuple(gettext(material) for material in row.materials),
        appeal_url=row.appeal_url,
        since=row.since,
        until=row.until,
        lifted_at=row.lifted_at,
    )
