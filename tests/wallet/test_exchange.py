"""Exchanges: quoted for a minute, posted in two ledgers at once, safeguarded in each, and never worth more than before."""

from dataclasses import replace
from datetime import timedelta
from uuid import uuid4

import pytest
from django.db import transaction
from django.db.utils import ProgrammingError
from tests.wallet.market import tell_rates
from tests.wallet.town import Town

from kefu.core.actor import SYSTEM, Actor
from kefu.core.brand import brand
from kefu.core.money import Money
from kefu.core.refusal import Refusal
from kefu.ledger import actions as ledger
from kefu.ledger import queries as books
from kefu.ledger.chart import Journal
from kefu.notices.models import Notice
from kefu.rails import actions as rails
from kefu.rails.connectors.market import RatesTold
from kefu.rails.models import MarketRate
from kefu.rails.queries import rates
from kefu.settlement import actions as settlement
from kefu.wallet import actions, queries
from kefu.wallet.models import Exchange, Limit, Order
from kefu.wallet.queries import QuoteView
from kefu.wallet.queries.exchange import foreign_balances_for
from kefu.wallet.queries.limits.limit import quota_for
from kefu.wallet.queries.spending import spent_for
from kefu.wallet.queries.statement import statement_for, statement_lines

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


def decide(town: Town, who: Actor, rate, *, accept: bool) -> bool:
    return actions.decide_rate(actor=who, rate_id=rate.id, accept=accept, words="核对过", now=town.now)


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


def test_bad_input_at_the_door_changes_nothing(town: Town, lin: Actor) -> None:
    for amount, into, code in (
        (Money(100_00), "GBP", "wallet.exchange.pair_unknown"), (Money(100_00), "CNY", "wallet.exchange.pair_unknown"),
        (Money(100, "USD"), "EUR", "wallet.exchange.pair_unknown"), (Money(0), "USD", "core.amount.not_positive"),
        (Money(-5), "USD", "core.amount.not_positive"), (Money(50_000_01), "USD", "core.amount.too_large"),
        (Money(50_000_00), "USD", "wallet.transfer.insufficient_funds"), (Money(4), "USD", "wallet.exchange.too_little"),
        (Money(1_00, "USD"), "CNY", "wallet.transfer.insufficient_funds"),
    ):  # fmt: skip
        assert refusal(quote, town, lin, amount, into) == code, amount
    assert refusal(quote, town, lin, Money(100_00), "USD", purpose="house") == "wallet.exchange.purpose_missing"
    assert refusal(quote, town, lin, Money(100_00), "USD", purpose="pay") == "wallet.exchange.purpose_missing"
    assert (town.money(lin), Exchange.objects.count(), Order.objects.filter(kind="exchange").count()) == ((10_000_00, 0), 0, 0)


def test_the_quote_holds_for_a_minute_and_takes_the_pin(town: Town, lin: Actor) -> None:
    quoted = quote(town, lin, Money(100_00), "USD")
    assert (quoted.needs_pin, (quoted.expires_at - town.now).total_seconds()) == (True, 60)
    without = refusal(actions.create_exchange, actor=lin, key=uuid4(), quote_id=quoted.id, now=town.now)
    assert without == "identity.level.insufficient"
    town.wait(seconds=60)
    assert refusal(confirm, town, lin, quoted) == "wallet.quote.expired"
    assert town.money(lin) == (10_000_00, 0)
    fresh = quote(town, lin, Money(100_00), "USD")
    town.wait(seconds=59)
    first = confirm(town, lin, fresh)
    again = actions.create_exchange(actor=lin, key=uuid4(), quote_id=fresh.id, now=town.now)
    assert again.id == first.id
    assert town.money(lin)[0] == 10_000_00 - 100_00 - 10


def test_another_persons_quote_looks_like_none(town: Town, lin: Actor) -> None:
    quoted = quote(town, lin, Money(100_00), "USD")
    zhou = town.customer("周明", 500_00)
    assert refusal(actions.create_exchange, actor=zhou, key=uuid4(), quote_id=quoted.id, now=town.now) == "core.thing.not_found"


@pytest.mark.parametrize(("mid", "code"), [("7.1300", "wallet.exchange.rate_moved"), ("7.0700", "wallet.exchange.rate_moved"), ("7.1200", "")])
def test_a_market_that_moved_beyond_the_spread_ends_the_quote(town: Town, lin: Actor, mid: str, code: str) -> None:
    quoted = quote(town, lin, Money(100_00), "USD")
    town.wait(seconds=20)
    tell_rates(town.now, USD=mid)
    if code:
        assert refusal(confirm, town, lin, quoted) == code
        assert (town.money(lin), has(lin, "USD")) == ((10_000_00, 0), 0)
    else:
        done = confirm(town, lin, quoted)
        assert done.exchange is not None
        assert done.exchange.rate_words == "1 USD = 7.1213 CNY"


def test_stale_and_doubted_rates_price_nothing_until_somebody_says_so(town: Town, lin: Actor) -> None:
    quoted = quote(town, lin, Money(100_00), "USD")
    town.wait(seconds=30)
    # 7.10 to 7.25 is 2.1 %.
    assert tell_rates(town.now, USD="7.2500") == 4
    assert refusal(confirm, town, lin, quoted) == "wallet.exchange.rate_stale"
    assert refusal(quote, town, lin, Money(100_00), "USD") == "wallet.exchange.rate_stale"
    # The dollar is also what the quota is counted in: without it nothing is exchanged.
    assert refusal(quote, town, lin, Money(100_00), "HKD") == "wallet.exchange.rate_stale"
    operator, agent = town.staff("甲", "operator"), town.staff("乙")
    doubted = rates.newest("USD")
    assert doubted is not None
    assert doubted.is_waiting
    assert refusal(actions.decide_rate, actor=agent, rate_id=doubted.id, accept=True, words="", now=town.now) == "identity.role.insufficient"
    decide(town, operator, doubted, accept=True)
    decide(town, town.staff("赵", "supervisor"), doubted, accept=True)
    assert refusal(decide, town, operator, doubted, accept=False) == "rails.rates.settled"
    made = quote(town, lin, Money(100_00), "USD").exchange
    assert made is not None
    assert str(made.mid) == "7.250000"
    town.wait(minutes=11)
    assert refusal(quote, town, lin, Money(100_00), "USD") == "wallet.exchange.rate_stale"


def test_a_rate_set_aside_leaves_the_one_before(town: Town, lin: Actor) -> None:
    operator = town.staff("甲", "operator")
    town.wait(seconds=30)
    tell_rates(town.now, USD="9.0000")
    doubted = rates.newest("USD")
    assert doubted is not None
    assert not decide(town, operator, doubted, accept=False)
    assert refusal(quote, town, lin, Money(100_00), "USD") == "wallet.exchange.rate_stale"
    assert decide(town, town.staff("赵", "supervisor"), doubted, accept=False)
    made = quote(town, lin, Money(100_00), "USD").exchange
    assert made is not None
    assert str(made.mid) == "7.100000"


def test_rates_come_once_and_never_from_the_future(town: Town, lin: Actor) -> None:
    assert tell_rates(town.now) == 0
    # One that comes late is history: it prices nothing.
    assert tell_rates(town.now - timedelta(minutes=3), USD="7.1100") == 4
    found = rates.rate_now("USD", now=town.now)
    assert found is not None
    assert str(found.mid) == "7.100000"
    told = RatesTold(source="x", as_of=town.now + timedelta(minutes=5), rates=())
    assert refusal(rails.note_rates, told=told, now=town.now) == "rails.rates.unfit"
    assert rates.in_force("USD") == rates.newest("USD")
    with pytest.raises(ProgrammingError), transaction.atomic():
        MarketRate.objects.update(mid=1)
    with pytest.raises(ProgrammingError), transaction.atomic():
        Exchange.objects.all().delete()


def test_the_yearly_quota_is_counted_in_dollars_for_each_way(town: Town, lin: Actor) -> None:
    exchange(town, lin, Money(2_000_00), "JPY")
    bought, sold = (quota_for(lin, side=side, now=town.now) for side in ("buy", "sell"))
    assert bought is not None
    assert sold is not None
    # 43,736 yen at 4.55 for 100 are 1,989.988 yuan, 280.28 dollars.
    assert (bought.cap.text(), bought.used.text(), sold.used.text()) == ("$50,000.00", "$280.28", "$0.00")
    Limit.objects.create(
        series="exchange_buy_year", version=2, effective_from=town.now, outlets=["exchange"], scope="year", cap=300_00, currency="USD"
    )
    with pytest.raises(Refusal) as refused:
        quote(town, lin, Money(200_00), "USD")
    assert refused.value.code == "wallet.exchange.quota"
    assert "$300.00" in refused.value.reader_text()
    assert "$19.72" in refused.value.reader_text()
    exchange(town, lin, Money(20_000, "JPY"), "CNY")
    assert quota_for(lin, side="sell", now=town.now).used.minor > 0


def test_class_1_buys_little_and_sells_what_it_has(town: Town, lin: Actor) -> None:
    exchange(town, lin, Money(1_428_00), "USD")
    small = town.customer("小一", 900_00, tier=1, proof=1)
    quota = quota_for(small, side="buy", now=town.now)
    assert (quota.cap.text(), quota.name) == ("$100.00", "Ⅰ类账户年度购汇额度")
    with pytest.raises(Refusal) as refused:
        quote(town, small, Money(714_00), "USD")
    assert refused.value.code == "wallet.exchange.quota"
    assert "$100.00" in refused.value.reader_text()
    exchange(town, small, Money(700_00), "USD")
    assert refusal(quote, town, small, Money(20_00), "EUR") == "wallet.exchange.quota"
    assert {one.series for one in queries.limits_for(small, now=town.now).limits if one.cap.currency == "USD"} == {
        "exchange_buy_year", "exchange_sell_year", "exchange_buy_class_1_year",
    }  # fmt: skip
    # Who came down into the class turns back what they hold.
    town.stand(lin, tier=1, proof=1)
    assert refusal(quote, town, lin, Money(7_14), "USD") == "wallet.exchange.quota"
    assert quota_for(lin, side="sell", now=town.now).cap == Money(50_000_00, "USD")
    exchange(town, lin, Money(150_00, "USD"), "CNY")
    assert books.check_books() == []


def test_two_quotes_within_the_quota_are_one_too_many_when_confirmed(town: Town, lin: Actor) -> None:
    Limit.objects.create(
        series="exchange_buy_year", version=2, effective_from=town.now, outlets=["exchange"], scope="year", cap=150_00, currency="USD"
    )
    one, two = (quote(town, lin, Money(714_00), "USD") for _ in range(2))
    assert confirm(town, lin, one).status == "SUCCEEDED"
    assert refusal(confirm, town, lin, two) == "wallet.exchange.quota"
    assert has(lin, "USD") == 100_26
    assert books.check_books() == []


def test_own_switch_and_caps_count_the_side_in_yuan(town: Town, lin: Actor) -> None:
    exchange(town, lin, Money(7_140_00), "USD")
    caps = actions.Caps(day_cap=8_000_00)
    actions.change_limits(actor=lin, outlet="exchange", allowed=True, caps=caps, now=town.now)
    # 1,000.00 dollars would be a thousand minor units more, were they taken for yuan; they count 7,078.70.
    assert refusal(quote, town, lin, Money(1_000_00, "USD"), "CNY") == "wallet.limit.daily"
    assert quote(town, lin, Money(100_00, "USD"), "CNY").total == Money(100_10, "USD")
    actions.change_limits(actor=lin, outlet="exchange", allowed=False, caps=caps, now=town.now)
    assert refusal(quote, town, lin, Money(100_00), "USD") == "wallet.permission.off"
    standing = queries.limits_for(lin, now=town.now)
    paid = {limit.series: limit.used.minor for limit in standing.limits if limit.cap.currency == "CNY"}
    assert set(paid.values()) <= {0}


def test_a_stop_holds_every_currency_and_is_lifted_for_every(town: Town, lin: Actor) -> None:
    exchange(town, lin, Money(714_00), "USD")
    quoted = quote(town, lin, Money(10_00, "USD"), "CNY")
    stop = actions.stop_outflows(actor=lin, reason_code="phone_lost", now=town.now)
    assert [one.debits_stopped for one in foreign_balances_for(lin)] == [True]
    assert refusal(confirm, town, lin, quoted) == "wallet.account.outflows_stopped"
    town.prove(lin, stop.ref)
    actions.lift_stop(actor=lin, stop_id=stop.id, now=town.now)
    assert [one.debits_stopped for one in foreign_balances_for(lin)] == [False]
    assert confirm(town, lin, quoted).status == "SUCCEEDED"


def test_no_list_adds_up_different_currencies(town: Town, lin: Actor) -> None:
    exchange(town, lin, Money(7_140_00), "USD")
    exchange(town, lin, Money(500_00, "USD"), "CNY")
    today = town.now.astimezone(brand().zone).date()
    spent = spent_for(lin, first=today, last=today)
    # The fee of the one in yuan was spent; what was exchanged was not, and dollars are not yuan.
    assert [(one.part, one.amount) for one in spent] == [("fee", Money(7_14))]
    assert [order.amount.currency for order in queries.orders_for(lin, amount_min=400_00, amount_max=600_00)] == []
    dollars = statement_for(lin, first=today, last=today, currency="USD")
    lines = list(statement_lines(dollars))
    assert (dollars.opening, dollars.closing) == (Money(0, "USD"), Money(1_002_62 - 500_50, "USD"))
    assert [(line.title, line.amount.text()) for line in lines] == [
        ("换汇 · CNY → USD", "$1,002.62"), ("换汇 · USD → CNY", "-$500.00"), ("手续费", "-$0.50"),
    ]  # fmt: skip
    yuan = statement_for(lin, first=today, last=today)
    assert yuan.closing == queries.balance_for(lin).posted
    assert sum(line.amount.minor for line in statement_lines(yuan)) == yuan.closing.minor - yuan.opening.minor
    assert refusal(statement_for, lin, first=today, last=today, currency="GBP") == "core.amount.currency_foreign"


def test_every_currency_is_tested_for_safeguarding_by_itself(town: Town, lin: Actor) -> None:
    exchange(town, lin, Money(714_00), "USD")
    exchange(town, lin, Money(714_00), "JPY")
    day = settlement.yesterday(town.now)
    found = {one.currency: one for one in settlement.test_currencies(actor=SYSTEM, day=day, now=town.now)}
    assert set(found) == {"CNY", "USD", "JPY"}
    assert [(one.requirement, one.resource, one.verdict) for one in (found["USD"], found["JPY"])] == [
        (100_26, 100_26, "ok"), (15_614, 15_614, "ok"),
    ]  # fmt: skip
    leg = ledger.NewTransfer(
        id=uuid4(), debit=books.account("A11", "", "USD"), credit=books.account("A10", "", "USD"), amount=1_00,
        journal=Journal.SWEEP_LEG, order_ref="test:1", happened_at=town.now,
    )  # fmt: skip
    assert isinstance(ledger.post(transfers=[leg], now=town.now), ledger.Posted)
    assert [line for line in books.check_books() if line.startswith("safeguarded")] != []
    short = settlement.test_safeguarding(actor=SYSTEM, day=day, currency="USD", now=town.now)
    assert (short.verdict, short.moved) == ("shortfall", 1_00)
    assert safeguarded("USD") == (100_26, 100_26)
    assert books.check_books() == []


def test_a_new_fee_and_spread_by_two_people_end_older_quotes(town: Town, lin: Actor) -> None:
    operator, boss = town.staff("甲", "operator"), town.staff("乙", "supervisor")
    begin = town.now + timedelta(seconds=20)
    terms = actions.FeeTerms(kind="exchange", mode="USD", rate_ppm=500)
    for odd in ({"least": 10, "most": 100}, {"free_up_to": 5}, {"charged_to": "payee"}):
        fee = replace(terms, **odd)
        code = refusal(actions.propose_fee, actor=operator, fee=fee, effective_from=begin, reason="x", now=town.now)
        assert code == "wallet.terms.unfit", odd
    cheaper = actions.propose_fee(actor=operator, fee=terms, effective_from=begin, reason="让利", now=town.now)
    narrower = actions.propose_spread(
        actor=operator, currency="HKD", bps=10, effective_from=begin, reason="让利", now=town.now
    )
    for change in (cheaper, narrower):
        assert actions.decide_terms(actor=boss, change_id=change.id, approve=True, words="", now=town.now).status == "PUBLISHED"
    dollars, hongkong = quote(town, lin, Money(1_000_00), "USD"), quote(town, lin, Money(1_000_00), "HKD")
    assert (dollars.fee.minor, hongkong.exchange.bps) == (1_00, 30)
    town.wait(seconds=30)
    # The fee that was quoted is the fee that is charged; a spread is part of the rate, which is no longer true.
    assert confirm(town, lin, dollars).fee.minor == 1_00
    assert refusal(confirm, town, lin, hongkong) == "wallet.exchange.rate_moved"
    assert quote(town, lin, Money(1_000_00), "USD").fee.minor == 50
    assert quote(town, lin, Money(1_000_00), "HKD").exchange.bps == 10
    assert town.money(lin) == (8_999_00, 0)
