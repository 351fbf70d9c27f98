"""A payment is taken: what the merchant is owed for it, whatever it was paid from, and who is told."""

from datetime import datetime, timedelta

from kefu.core.actor import SYSTEM
from kefu.core.transition import transition
from kefu.ledger.chart import Journal
from kefu.wallet import models as m
from kefu.wallet.actions import book, telling
from kefu.wallet.actions.shop.merchant import tell_shop
from kefu.wallet.models import Order, Payment, Sale
from kefu.wallet.rules import shop as rules


def legs_beside(payment: Payment, amount: int, *, now: datetime) -> list[book.Leg]:
    """What is posted beside the payer's own money: the voucher's part of it, and the merchant's fee for `amount`."""
    return [*_voucher(payment, now=now), *_mdr(payment, rules.mdr(amount, payment.merchant.mdr_ppm), now=now)]


def _voucher(payment: Payment, *, now: datetime) -> list[book.Leg]:
    """A voucher is our debt without safeguarded money; once it is owed to the merchant, own money backs it."""
    part, order = payment.voucher_part, payment.order
    if not part:
        return []
    promised, own, safe = (book.house(code, order) for code in ("L50", "A11", "A10"))
    journal = Journal.PAY_CAPTURE
    to = payment.merchant.account
    return [
        book.Leg(name="fund", debit=safe, credit=own, amount=part, journal=Journal.FUND_LEG, happened_at=now),
        book.Leg(name="voucher", debit=promised, credit=to, amount=part, journal=journal, happened_at=now),
    ]


def _mdr(payment: Payment, cost: int, *, now: datetime) -> list[book.Leg]:
    """The merchant's fee is earned with the payment: ours, and no longer safeguarded."""
    if not cost:
        return []
    order, account = payment.order, payment.merchant.account
    earned, own, safe = (book.house(code, order) for code in ("I13", "A11", "A10"))
    return [
        book.Leg(name="mdr", debit=account, credit=earned, amount=cost, journal=Journal.FEE, happened_at=now),
        book.Leg(name="sweep", debit=own, credit=safe, amount=cost, journal=Journal.SWEEP_LEG, happened_at=now),
    ]


def note_taken(
    payment: Payment, amount: int, *, source_ref: str = "", happened_at: datetime | None = None, now: datetime
) -> None:
    """Write down that `amount` (with a voucher's part) is the merchant's, once it is posted, and tell everybody."""
    order, merchant = payment.order, payment.merchant
    payment.captured, payment.mdr, payment.captured_at = amount, rules.mdr(amount, merchant.mdr_ppm), now
    payment.settles_at = now + timedelta(days=merchant.settlement_days)
    payment.save(update_fields=["captured", "mdr", "captured_at", "settles_at"])
    transition(Sale, payment.sale_id, (Sale.OPEN, Sale.PAYING, Sale.AUTHORISED), Sale.PAID, ended_at=now)
    book.move(order, m.SUCCEEDED, settled_at=now, amount=amount - payment.voucher_part, reason="")
    data = {"authorised": payment.authorised, "captured": amount, "voucher": payment.voucher_part}
    book.write_step(order, "paid", at=happened_at or now, heard_at=now, source_ref=source_ref, data=data)
    payment_changed(payment, now=now)
    tell_payer(payment, "payment_done", now=now)


def payment_changed(payment: Payment, *, now: datetime) -> None:
    """Pages of the payer and of the merchant look again."""
    telling.order_changed(payment.order, balance=True, now=now)
    tell_shop(payment.merchant_id, now=now, order=payment.order_id)


def tell_payer(payment: Payment, kind: str, *, now: datetime, **more: object) -> None:
    """A notice to the payer about this payment."""
    order: Order = payment.order
    values = {"amount": telling.amount_of(order), "merchant": payment.merchant.name, "no": order.no, **more}
    telling.tell(order.customer_id, kind, actor=SYSTEM, ref=book.ref_of(order.id), now=now, **values)
