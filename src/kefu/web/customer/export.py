"""CSV files: the orders that the filters leave, the newest first, and an account's statement."""

import csv
from collections.abc import Iterator
from datetime import date, datetime
from typing import Any
from uuid import UUID

from django.http import HttpRequest, StreamingHttpResponse
from django.utils.translation import get_language, override
from django.utils.translation import gettext as _

from kefu.core import audit, clock
from kefu.core.actor import Actor
from kefu.core.brand import brand
from kefu.core.money import HOME
from kefu.wallet import queries as orders
from kefu.wallet.queries import OrderView
from kefu.wallet.queries.statement import StatementView, statement_for, statement_lines
from kefu.web import words
from kefu.web.customer.activity import wanted_orders
from kefu.web.orders import card_of, kind_words
from kefu.web.sessions import for_customers, signed_in

PAGE = 200
BOM = "\ufeff"  # spreadsheets take a file for UTF-8 by it
FORMULA = ("=", "+", "-", "@", "\t", "\r")


class _Line:
    """What a csv writer writes to: hands each line on."""

    def write(self, line: str) -> str:
        return line


@for_customers
def export(request: HttpRequest) -> StreamingHttpResponse:
    """A file of all that the filters leave, made page by page: a long history takes no memory."""
    actor, now = signed_in(request), clock.now()
    wanted = wanted_orders(request.GET)
    data = {"filters": sorted(name for name, value in wanted.items() if value)}
    audit.record(actor=actor, action="wallet.export_orders", subject=actor.ref, now=now, data=data)
    lines = list_csv(actor, wanted, get_language() or "zh-hans")
    answer = StreamingHttpResponse(lines, content_type="text/csv; charset=utf-8")
    answer["Content-Disposition"] = f'attachment; filename="orders-{now.astimezone(brand().zone):%Y%m%d-%H%M}.csv"'
    answer["Cache-Control"] = "no-store"
    return answer


def list_csv(actor: Actor, wanted: dict[str, Any], language: str) -> Iterator[str]:
    """The pages of the file, its heading first. Amounts have the digits of their currency, signed as money moved.

    `language` by hand: the request, whose language is active, is over when the file is sent.
    """
    writer = csv.writer(_Line())
    with override(language):
        first = BOM + str(writer.writerow(_heading()))
    yield first
    before: UUID | None = None
    while found := orders.orders_for(actor, limit=PAGE, before=before, **wanted):
        with override(language):
            lines = [str(writer.writerow(_cells(order))) for order in found]
        yield "".join(lines)
        before = found[-1].id


def _heading() -> tuple[str, ...]:
    return (
        _("时间"), _("订单号"), _("类型"), _("对方"), _("金额"), _("手续费"), _("币种"), _("状态"), _("附言"),
        _("换得"), _("换得币种"),
    )  # fmt: skip


def _cells(order: OrderView) -> list[str]:
    card = card_of(order, now=order.created_at)
    sign = "-" if card.sign == "-" else ""
    return [
        f"{order.created_at.astimezone(brand().zone):%Y-%m-%d %H:%M:%S}",
        order.no,
        kind_words(order.kind),
        harmless(order.counterparty_masked),
        sign + order.amount.plain(),
        order.fee.plain(),
        order.amount.currency,
        words.order_status(order.shown_status)[0],
        harmless(_words(order)),
        order.exchange.bought.plain() if order.exchange else "",
        order.exchange.bought.currency if order.exchange else "",
    ]


def _words(order: OrderView) -> str:
    """A remark, marked when it is the other side's."""
    return _("对方留言：%(words)s") % {"words": order.remark} if order.remark_by_other else order.remark


def harmless(cell: str) -> str:
    """What other people wrote must not be taken for a formula by a spreadsheet (OWASP, CSV injection)."""
    return "'" + cell if cell.startswith(FORMULA) else cell


def stream_statement(
    actor: Actor, *, first: date, last: date, currency: str, now: datetime
) -> StreamingHttpResponse:
    """A period's entries with the balances around them, page by page, of any length."""
    data = {"first": first.isoformat(), "last": last.isoformat(), "currency": currency}
    audit.record(actor=actor, action="wallet.export_statement", subject=actor.ref, now=now, data=data)
    lines = statement_csv(statement_for(actor, first=first, last=last, currency=currency), get_language() or "zh-hans")
    answer = StreamingHttpResponse(lines, content_type="text/csv; charset=utf-8")
    named = "" if currency == HOME else f"-{currency}"
    answer["Content-Disposition"] = f'attachment; filename="statement{named}-{first:%Y%m%d}-{last:%Y%m%d}.csv"'
    answer["Cache-Control"] = "no-store"
    return answer


def statement_csv(view: StatementView, language: str) -> Iterator[str]:
    """Opening balance, the entries from the oldest on, closing balance. Amounts have the currency's digits."""
    writer = csv.writer(_Line())
    with override(language):
        yield BOM + str(writer.writerow((_("时间"), _("摘要"), _("订单号"), _("金额"), _("余额"), _("币种"))))
        opening = (view.first.isoformat(), _("期初余额"), "", "", view.opening.plain(), view.currency)
        closing = (view.last.isoformat(), _("期末余额"), "", "", view.closing.plain(), view.currency)
    yield str(writer.writerow(opening))
    for line in statement_lines(view):
        with override(language):
            cells = (
                f"{line.at.astimezone(brand().zone):%Y-%m-%d %H:%M:%S}", harmless(line.title), line.order_no,
                line.amount.plain(), line.balance.plain(), view.currency,
            )  # fmt: skip
        yield str(writer.writerow(cells))
    yield str(writer.writerow(closing))
