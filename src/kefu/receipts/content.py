"""What stands on a paper, from what the wallet knows: plain values, frozen when the paper is issued. Pure.

Words are kept in both languages, so that the paper reads the same whoever opens it, and whatever we call things later.
"""

from collections.abc import Callable, Iterable, Sequence
from datetime import UTC, datetime
from typing import Any

from django.utils.translation import override

from kefu.core.brand import brand
from kefu.core.money import Money
from kefu.wallet.queries import ExchangeView, OrderView
from kefu.wallet.queries.statement import StatementLine, StatementView

VERSION = 1
Both = dict[str, str]


def both(words: Callable[[], str]) -> Both:
    """The same words in Chinese and in English."""
    with override("zh-hans"):
        chinese = str(words())
    with override("en"):
        return {"zh": chinese, "en": str(words())}


def instant(at: datetime | None) -> str | None:
    """UTC to the second: `2026-11-20T06:03:00Z`."""
    return f"{at.astimezone(UTC):%Y-%m-%dT%H:%M:%SZ}" if at else None


def order_content(order: OrderView) -> dict[str, Any]:
    """One settled order as its receipt tells it. Amounts in minor units."""
    return {
        "no": order.no,
        "kind": order.kind,
        "title": both(lambda: order.title),
        "direction": order.direction,
        "amount": order.amount.minor,
        "fee": order.fee.minor,
        "currency": order.amount.currency,
        "other": order.other_side,
        "remark": order.remark,
        "created_at": instant(order.created_at),
        "settled_at": instant(order.settled_at),
        "returned_at": instant(order.returned_at),
        "card": order.card_label,
        "voucher_part": order.voucher_part.minor if order.voucher_part else 0,
        "bank_ref": order.bank_ref,
        "transfers": [str(one) for one in order.transfers],
        **_exchange_content(order.exchange),
    }


def _exchange_content(made: ExchangeView | None) -> dict[str, Any]:
    """The other side of an exchange, and the rate that it was made at; nothing of other orders."""
    if made is None:
        return {}
    return {
        "exchange": {
            "bought": made.bought.minor,
            "currency": made.bought.currency,
            "rate": made.rate_words,
            "mid": made.mid_words,
            "spread_bps": made.bps,
        }
    }


def _issued(kind: str, number: str, holder: str, verify_url: str, now: datetime) -> dict[str, Any]:
    house = brand()
    return {
        "type": f"kefu.{kind}",
        "version": VERSION,
        "number": number,
        "issuer": {"name": house.name, "company": house.company},
        "holder": holder,
        "issued_at": instant(now),
        "verify_url": verify_url,
    }


def receipt_content(
    order: OrderView, *, number: str, holder: str, verify_url: str, now: datetime
) -> dict[str, Any]:
    """`holder`: the masked name of whose receipt it is."""
    return {**_issued("receipt", number, holder, verify_url, now), "order": order_content(order)}


def statement_content(
    view: StatementView, lines: Iterable[StatementLine], *, number: str, holder: str, verify_url: str, now: datetime
) -> dict[str, Any]:
    """All entries of the period with the balances around them."""
    return {
        **_issued("statement", number, holder, verify_url, now),
        "first": view.first.isoformat(),
        "last": view.last.isoformat(),
        "currency": view.currency,
        "opening": view.opening.minor,
        "closing": view.closing.minor,
        "entries": [
            {
                "at": instant(line.at),
                "title": both(lambda line=line: line.title),  # type: ignore[misc]
                "no": line.order_no,
                "amount": line.amount.minor,
                "balance": line.balance.minor,
            }
            for line in lines
        ],
    }


def proof_content(
    orders: Sequence[OrderView],
    *,
    purpose: Both,
    number: str,
    holder: str,
    phone: str,
    verify_url: str,
    now: datetime,
) -> dict[str, Any]:
    """Chosen orders for a third party. `holder` is the full name: the second proof was given for it."""
    return {
        **_issued("proof", number, holder, verify_url, now),
        "phone": phone,
        "purpose": purpose,
        "orders": [order_content(order) for order in orders],
    }


def money(minor: int, currency: str) -> str:
    return Money(minor, currency).text()
