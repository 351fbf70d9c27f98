"""An exchange: one's own money from one currency into another, at a rate that was quoted and holds for a minute."""

from datetime import datetime
from uuid import UUID

from django.db import transaction

from kefu.core import audit
from kefu.core.actor import Actor
from kefu.core.ids import order_no
from kefu.core.money import MINOR_MAX, AmountTooLarge, Money
from kefu.core.refusal import NotFound
from kefu.identity import queries as identity
from kefu.ledger import actions as ledger
from kefu.ledger.chart import Journal
from kefu.wallet import models as m
from kefu.wallet.actions import book, forbidden, limits, telling
from kefu.wallet.actions.quote import carry_out, lacking, write_quote
from kefu.wallet.actions.wallet import ensure, owner_ref
from kefu.wallet.models import Exchange, Order, Quote, Wallet
from kefu.wallet.queries.exchange import Price, Sums, price_of, work_out
from kefu.wallet.queries.quote import quote_for
from kefu.wallet.queries.values import OrderView, QuoteView
from kefu.wallet.refusals import BooksRefused, OutflowsStopped, PairUnknown, PurposeMissing, RateMoved
from kefu.wallet.rules import amount as amounts
from kefu.wallet.rules.exchange import PURPOSES, Pair, moved_too_far, pair_of

HOUSE = ("A10", "A11", "A40", "I12")
"""The house accounts that an exchange touches; a currency has them from its first exchange on."""


def quote_exchange(*, actor: Actor, amount: Money, into: str, purpose: str, now: datetime) -> QuoteView:
    """What `amount` of one currency would bring in the currency `into`; held for a minute, nothing is moved.

    One of the two is ours. `purpose` is a code of `PURPOSES` of its side. Refuses `core.amount.*`, what `write_quote`
    does, `wallet.exchange.pair_unknown`, `.purpose_missing`, `.rate_stale`, `.too_little`, `.quota`.
    """
    if actor.kind != "customer":
        raise NotFound()
    identity.require(actor=actor, action="wallet.quote_exchange", now=now)
    pair = pair_of(amount.currency, into)
    if pair is None:
        raise PairUnknown()
    minor = amounts.check(amount, most=MINOR_MAX, currency=pair.sold)
    if purpose not in PURPOSES[pair.side]:
        raise PurposeMissing()
    with transaction.atomic():
        wallet = ensure(actor, actor.uuid, now=now)
        forbidden.check(actor.uuid, "in", now=now)
        price = price_of(pair, now=now)
        sums = work_out(price, minor, now=now)
        if sums.home > amounts.EXCHANGE_MOST:
            raise AmountTooLarge(most=Money(amounts.EXCHANGE_MOST).text())
        limits.check_quota(wallet, side=pair.side, usd=sums.usd, now=now)
        quote = write_quote(
            actor, kind=m.EXCHANGE, mode=pair.currency, amount=minor, now=now,
            currency=pair.sold, counted=sums.home, payee_name=_label(pair),
        )  # fmt: skip
        _write(quote.id, price, sums, purpose)
    return quote_for(actor, quote.id, now=now)


def _label(pair: Pair) -> str:
    """What an exchange is called on every list: `CNY → USD`."""
    return f"{pair.sold} → {pair.bought}"


def _write(quote_id: UUID, price: Price, sums: Sums, purpose: str) -> None:
    Exchange.objects.create(
        quote_id=quote_id,
        side=price.pair.side,
        currency=price.pair.currency,
        bought=sums.bought,
        bought_currency=price.pair.bought,
        units=price.units,
        mid=price.market.mid,
        rate=price.rate,
        rate_id=price.market.id,
        spread=price.spread,
        purpose=purpose,
        usd=sums.usd,
    )


def create_exchange(*, actor: Actor, key: UUID, quote_id: UUID, now: datetime) -> OrderView:
    """Exchange as the quote said, once, at once, with the payment PIN given for `quote:<id>`.

    Refuses what `carry_out` does, `wallet.exchange.rate_stale`, `.rate_moved` (the market moved further than the
    spread, or the spread changed, since the quote), `.quota`, `wallet.transfer.insufficient_funds`.
    """

    def make(quote: Quote, wallet: Wallet) -> Order:
        return _make(actor, quote, wallet, now=now)

    return carry_out(actor=actor, kind=m.EXCHANGE, key=key, quote_id=quote_id, make=make, now=now)


def _make(actor: Actor, quote: Quote, wallet: Wallet, *, now: datetime) -> Order:
    terms = quote.exchange
    forbidden.check(actor.uuid, "in", now=now)
    _check_price(terms, now=now)
    limits.check_quota(wallet, side=terms.side, usd=terms.usd, now=now)
    order = Order.objects.create(
        no=order_no("X", now),
        kind=m.EXCHANGE,
        customer_id=actor.uuid,
        payer_label=quote.payee_name,
        payee_label=quote.payee_name,
        amount=quote.amount,
        fee=quote.fee,
        counted=quote.counted,
        currency=quote.currency,
        mode=quote.mode,
        quote=quote,
        created_at=now,
    )
    book.write_step(order, "created", at=now, heard_at=now, source_ref=actor.ref)
    _post(order, wallet, terms, now=now)
    book.move(order, m.SUCCEEDED, settled_at=now)
    bought = Money(terms.bought, terms.bought_currency)
    source = f"rate:{terms.rate_id}"
    data = {"rate": str(terms.rate), "mid": str(terms.mid), "bought": bought.plain()}
    book.write_step(order, "exchanged", at=now, heard_at=now, source_ref=source, data=data)
    audit.record(
        actor=actor, action="wallet.create_exchange", subject=book.ref_of(order.id), now=now,
        data={"no": order.no, "amount": order.amount, "currency": order.currency, "fee": order.fee, **data,
              "purpose": terms.purpose, "usd": terms.usd},
    )  # fmt: skip
    telling.order_changed(order, balance=True, now=now)
    values = {"sold": telling.amount_of(order), "bought": bought.text(), "no": order.no}
    telling.tell(actor.uuid, "exchange_done", actor=actor, ref=book.ref_of(order.id), now=now, **values)
    return order


def _check_price(terms: Exchange, *, now: datetime) -> None:
    price = price_of(Pair(side=terms.side, currency=terms.currency), now=now)
    moved = moved_too_far(terms.mid, price.market.mid, bps=price.spread.bps)
    if moved or (price.units, price.spread.pk) != (terms.units, terms.spread_id):
        raise RateMoved()


def _post(order: Order, wallet: Wallet, terms: Exchange, *, now: datetime) -> None:
    """Both ledgers in one batch. What is safeguarded moves with the debt, out of the currency that is sold and into the
    one that is bought, so that at no instant either is short.
    """
    sold, bought = order.currency, terms.bought_currency
    for currency in (sold, bought):
        for code in HOUSE:
            ledger.open_account(code=code, owner="", currency=currency, now=now)
    owner = owner_ref(wallet.customer_id)
    mine, theirs = (
        ledger.open_account(code="L10", owner=owner, currency=currency, now=now) for currency in (sold, bought)
    )
    refused = book.try_post(order, _legs(order, terms, mine, theirs, now=now), now=now)
    if refused == "insufficient_funds":
        raise lacking(wallet, needed=order.amount + order.fee, currency=sold)
    if refused == "debits_stopped":
        raise OutflowsStopped()
    if refused:
        raise BooksRefused(ledger_code=refused)


def _legs(order: Order, terms: Exchange, mine: int, theirs: int, *, now: datetime) -> list[book.Leg]:
    sold, bought = order.currency, terms.bought_currency

    def leg(name: str, journal: Journal, debit: int, credit: int, amount: int) -> book.Leg:
        return book.Leg(name=name, journal=journal, debit=debit, credit=credit, amount=amount, happened_at=now)

    def house(code: str, currency: str) -> int:
        return book.house_in(code, currency)

    legs = [leg("sell", Journal.FX, mine, house("A40", sold), order.amount)]
    if order.fee:
        legs.append(leg("fee", Journal.FEE, mine, house("I12", sold), order.fee))
    swept = order.amount + order.fee
    return [
        *legs,
        leg("sweep", Journal.SWEEP_LEG, house("A11", sold), house("A10", sold), swept),
        leg("fund", Journal.FUND_LEG, house("A10", bought), house("A11", bought), terms.bought),
        leg("buy", Journal.FX, house("A40", bought), theirs, terms.bought),
    ]
