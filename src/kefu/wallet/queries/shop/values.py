"""Merchants, sales, payments and refunds as frozen values; labels in the reader's language."""

from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from django.utils.translation import gettext

from kefu.core.money import Money
from kefu.rails.queries.names import bank_text
from kefu.sla.queries import ClockView
from kefu.wallet.models import Merchant, Payment, Refund, RefundNote, Sale
from kefu.wallet.rules.shop import ASKABLE, CATEGORIES, HOLD_REASONS, REFUND_REASONS, shown_status


@dataclass(frozen=True, kw_only=True)
class MerchantView:
    """Who sells, on which terms."""

    id: UUID
    name: str
    category: str
    status: str
    mdr_ppm: int
    answer_hours: int
    refund_days: int
    settlement_days: int
    reserve_ppm: int
    registered_at: datetime
    opened_at: datetime | None
    held_at: datetime | None
    hold_reason: str
    reopen_asked_by: str = ""

    @property
    def category_text(self) -> str:
        return category_text(self.category)

    @property
    def hold_text(self) -> str:
        return hold_text(self.hold_reason)

    @property
    def mdr_percent(self) -> str:
        return percent(self.mdr_ppm)

    @property
    def reserve_percent(self) -> str:
        return percent(self.reserve_ppm)


@dataclass(frozen=True, kw_only=True)
class SaleView:
    """What a merchant asks to be paid; `order_id` once somebody paid or authorised it."""

    id: UUID
    merchant_id: UUID
    merchant_name: str
    merchant_open: bool
    no: str
    token: str
    subject: str
    amount: Money
    status: str
    capture_later: bool
    created_at: datetime
    expires_at: datetime
    with_pin: bool = False
    order_id: UUID | None = None


@dataclass(frozen=True, kw_only=True)
class PaymentView:
    """A payment as its merchant sees it: the payer is masked. `left` can still be refunded."""

    order_id: UUID
    order_no: str
    sale_no: str
    subject: str
    payer_masked: str
    status: str
    authorised: Money
    captured: Money
    refunded: Money
    mdr: Money
    created_at: datetime
    capture_until: datetime | None
    captured_at: datetime | None
    settles_at: datetime | None

    @property
    def left(self) -> Money:
        return Money(self.captured.minor - self.refunded.minor, self.captured.currency)

    @property
    def shown_status(self) -> str:
        return shown_status(self.status, captured=self.captured.minor, refunded=self.refunded.minor)


@dataclass(frozen=True, kw_only=True)
class NoteView:
    """What one side (customer, merchant or platform) said, and its files."""

    by: str
    words: str
    file_ids: tuple[UUID, ...]
    at: datetime


@dataclass(frozen=True, kw_only=True)
class RefundView:
    """A refund as both sides and the house see it. `clock`: the merchant's, while it runs or as it ended.

    `amount` is all that is refunded, `voucher_part` of it went back to a voucher. `card`: where a bank brings the rest,
    which `order_status` tells; '' for the balance.
    """

    order_id: UUID
    order_no: str
    payment_id: UUID
    payment_no: str
    merchant_id: UUID
    merchant_name: str
    subject: str
    payer_masked: str
    amount: Money
    voucher_part: Money
    order_status: str
    card: str
    left: Money
    status: str
    asked_by: str
    reason: str
    asked_at: datetime
    answered_at: datetime | None
    escalated_at: datetime | None
    ended_at: datetime | None
    owed: Money
    case_ref: str
    notes: tuple[NoteView, ...] = ()
    clock: ClockView | None = None


@dataclass(frozen=True, kw_only=True)
class ShopView:
    """A merchant's money: `payable` is all that we owe them, of it `due` is theirs to have now; minor units in Money.

    `waiting` is not yet settled, `next_at` when the next of it is; `reserve` is kept back, and so is what customers
    have `asked` back and nobody has decided; `owed` is what they owe us; `under_way` is with the bank, on its way to
    them.
    """

    merchant: MerchantView
    payable: Money
    due: Money
    waiting: Money
    reserve: Money
    asked: Money
    owed: Money
    under_way: Money
    next_at: datetime | None
    today: Money


@dataclass(frozen=True, kw_only=True)
class Refundable:
    """Whether money of a payment can be asked back: `why_not` says why not, else ''. `until`: the window's end.

    `card`: where it goes back to, '' for the balance; `voucher_left` of `left` goes back to the voucher that paid.
    """

    left: Money
    until: datetime | None
    why_not: str
    open_refund: UUID | None
    merchant_name: str
    answer_hours: int
    card: str
    voucher_left: Money


def percent(ppm: int) -> str:
    """`0.6%` for 6,000 millionths."""
    return f"{ppm / 10_000:f}".rstrip("0").rstrip(".") + "%"


def category_text(code: str) -> str:
    return str(CATEGORIES.get(code, code))


def reason_text(code: str) -> str:
    return str(REFUND_REASONS.get(code, code))


def hold_text(code: str) -> str:
    return str(HOLD_REASONS.get(code, gettext("已暂停"))) if code else ""


def asking_choices() -> list[tuple[str, str]]:
    """The reasons that a customer can give: code and words."""
    return [(code, reason_text(code)) for code in ASKABLE]


def category_choices() -> list[tuple[str, str]]:
    return [(code, category_text(code)) for code in CATEGORIES]


def see_merchant(row: Merchant) -> MerchantView:
    names = MerchantView.__dataclass_fields__
    return MerchantView(**{name: getattr(row, name) for name in names})


def see_sale(row: Sale, *, order_id: UUID | None = None) -> SaleView:
    return SaleView(
        id=row.id,
        merchant_id=row.merchant_id,
        merchant_name=row.merchant.name,
        merchant_open=row.merchant.status == Merchant.OPEN,
        no=row.no,
        token=row.token,
        subject=row.subject,
        amount=Money(row.amount, row.currency),
        status=row.status,
        capture_later=row.capture_later,
        created_at=row.created_at,
        expires_at=row.expires_at,
        with_pin=row.with_pin,
        order_id=order_id,
    )


def see_payment(row: Payment) -> PaymentView:
    order = row.order
    return PaymentView(
        order_id=order.id,
        order_no=order.no,
        sale_no=row.sale.no,
        subject=row.sale.subject,
        payer_masked=order.payer_label,
        status=order.status,
        authorised=Money(row.authorised, order.currency),
        captured=Money(row.captured, order.currency),
        refunded=Money(row.refunded, order.currency),
        mdr=Money(row.mdr, order.currency),
        created_at=row.created_at,
        capture_until=row.capture_until,
        captured_at=row.captured_at,
        settles_at=row.settles_at,
    )


def see_note(row: RefundNote) -> NoteView:
    return NoteView(by=row.by, words=row.words, file_ids=tuple(row.file_ids), at=row.at)


def see_refund(row: Refund, *, notes: tuple[NoteView, ...] = (), clock: ClockView | None = None) -> RefundView:
    order, payment = row.order, row.refund_of
    return RefundView(
        order_id=order.id,
        order_no=order.no,
        payment_id=payment.pk,
        payment_no=payment.order.no,
        merchant_id=row.merchant_id,
        merchant_name=order.payer_label,
        subject=order.remark,
        payer_masked=order.payee_label,
        amount=Money(order.amount + row.voucher_part, order.currency),
        voucher_part=Money(row.voucher_part, order.currency),
        order_status=order.status,
        card=bank_text(f"{order.instrument.bank} ({order.instrument.last4})") if order.instrument else "",
        left=Money(payment.captured - payment.refunded, order.currency),
        status=row.status,
        asked_by=row.asked_by,
        reason=reason_text(row.reason),
        asked_at=row.asked_at,
        answered_at=row.answered_at,
        escalated_at=row.escalated_at,
        ended_at=row.ended_at,
        owed=Money(row.owed, order.currency),
        case_ref=order.case_ref,
        notes=notes,
        clock=clock,
    )
