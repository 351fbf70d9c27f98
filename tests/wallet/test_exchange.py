"""Exchanges: quoted for a minute, posted in two ledgers at once, safeguarded in each, and never worth more than before."""

from uuid import uuid4

import pytest
from tests.wallet.market import tell_rates
from tests.wallet.town import Town

from kefu.core.actor import Actor
from kefu.core.money import Money
from kefu.core.refusal import Refusal
from kefu.ledger import queries as books
from kefu.ledger.chart import Journal
from kefu.notices.models import Notice
from kefu.wallet import actions, queries
from kefu.wallet.models import Exchange, Order
from kefu.wallet.queries import QuoteView
from kefu.wallet.queries.exchange import foreign_balances_for

pytestmark = [pytest.mark.row("W-18")]


def quote(town: Town, who: Actor, amount: Money, into: str, *, purpose: str = "other") -> QuoteView:
    return actions.quote_exchange(actor=who, amount=amount, into=into, purpose=purpose, now=town.now)


def confirm(town: Town, who: Actor, quoted: QuoteView):
    town.prove(who, f"quote:{quoted.id}")
    return actions.create_exchange(actor=who, key=uuid4(), quote_id=quoted.id, now=town.now)


def exchange(town: Town, who: Actor, amount: Money, into: str):
    return confirm(town, who, quote(town, who, amount, into))


def refusal(call, *args, **kwargs) -> str:
    with pytest.raises(Refusal) as refused:
        call(*args, **kwargs)
    return refused.value.code


def has(who: Actor, currency: str) -> int:
    return next((one.available.minor for one in foreign_balances_for(who) if one.currency == currency), 0)


def safeguarded(currency: str) -> tuple[int, int]:
    found = books.safeguarding(currency)
    return found.resource, found.requirement


@pytest.fixture
def lin(town: Town) -> Actor:
    tell_rates(town.now)
    return town.customer("林晓", 10_000_00)


def test_yuan_into_dollars_is_posted_in_both_ledgers_as_quoted(town: Town, lin: Actor) -> None:
    quoted = quote(town, lin, Money(714_00), "USD", purpose="travel")
    assert quoted.exchange is not None
    assert (str(quoted.exchange.mid), str(quoted.exchange.rate)) == ("7.100000", "7.121300")
    assert quoted.exchange.rate_words == "1 USD = 7.1213 CNY"
    assert (quoted.exchange.bps, quoted.exchange.purpose) == (30, "旅游")
    # 714.00 / 7.1213 = 100.2625…
    assert (quoted.amount, quoted.fee, quoted.total) == (Money(714_00), Money(71), Money(714_71))
    assert quoted.exchange.bought == Money(100_26, "USD")
    # 714.00 - 100.26 x 7.1 = 2.154, as the customer would count it.
    assert quoted.exchange.spread_cost == Money(2_16)
    assert (town.money(lin), has(lin, "USD")) == ((10_000_00, 0), 0)
    done = confirm(town, lin, quoted)
    assert (done.status, done.direction, done.counterparty_masked) == ("SUCCEEDED", "out", "CNY → USD")
    assert done.exchange is not None
    assert done.exchange.bought == Money(100_26, "USD")
    assert [step.code for step in done.steps] == ["created", "exchanged"]
    assert (town.money(lin), has(lin, "USD")) == ((9_285_29, 0), 100_26)
    legs = {(one.journal, one.debit_code, one.credit_code, one.amount, one.currency) for one in books.transfers_of(done.id)}
    assert legs == {
        (Journal.FX, "L10", "A40", 714_00, "CNY"), (Journal.FEE, "L10", "I12", 71, "CNY"),
        (Journal.SWEEP_LEG, "A11", "A10", 714_71, "CNY"), (Journal.FUND_LEG, "A10", "A11", 100_26, "USD"),
        (Journal.FX, "A40", "L10", 100_26, "USD"),
    }  # fmt: skip
    assert safeguarded("USD") == (100_26, 100_26)
    assert safeguarded("CNY") == (9_285_29, 9_285_29)
    assert books.check_books() == []
    [told] = Notice.objects.filter(user_id=lin.uuid, kind="exchange_done")
    assert told.values["sold"] == "¥714.00"
    assert told.values["bought"] == "$100.26"


def test_and_back_again_costs_spread_and_fee_twice(town: Town, lin: Actor) -> None:
    exchange(town, lin, Money(714_00), "USD")
    town.wait(seconds=30)
    back = exchange(town, lin, Money(100_00, "USD"), "CNY")
    assert back.exchange is not None
    assert (back.exchange.side, str(back.exchange.rate)) == ("sell", "7.078700")
    assert (back.amount, back.fee, back.exchange.bought) == (Money(100_00, "USD"), Money(10, "USD"), Money(707_87))
    assert (town.money(lin)[0], has(lin, "USD")) == (9_285_29 + 707_87, 16)
    assert safeguarded("USD") == (16, 16)
    assert safeguarded("CNY") == (9_993_16, 9_993_16)
    assert books.check_books() == []


def test_yen_have_no_minor_digits(town: Town, lin: Actor) -> None:
    # 4.55 for 100 with 50 basis points: 4.57275, up to 4.5728; 100 / 4.5728 x 100 = 2186.8…
    done = exchange(town, lin, Money(100_00), "JPY")
    assert done.exchange is not None
    assert (done.exchange.rate_words, done.exchange.bought.text()) == ("100 JPY = 4.5728 CNY", "JP¥2,186")
    back = exchange(town, lin, Money(2_000, "JPY"), "CNY")
    assert back.exchange is not None
    assert (back.amount.text(), back.fee.text(), back.exchange.bought.text()) == ("JP¥2,000", "JP¥2", "¥90.54")
    assert has(lin, "JPY") == 184
    assert books.check_books() == []
