"""Spending: every category's total is the books' own, refunds reduce it, holds do not count."""

from datetime import date, timedelta
from uuid import uuid4

import pytest
from tests.planning.test_pot import put
from tests.wallet.mall import Mall

from kefu.core.money import Money
from kefu.core.refusal import NotFound
from kefu.ledger import queries as books
from kefu.planning import actions, queries
from kefu.planning.refusals import CategoryUnknown
from kefu.planning.rules.days import month_of
from kefu.wallet import actions as wallet
from kefu.wallet import queries as money
from kefu.wallet.rules.shop import CATEGORIES

OWN_POCKETS = {"TOPUP", "WITHDRAW", "WITHDRAW_RETURN", "POT", "GOODWILL"}


def this_month(town) -> date:
    return queries.local_day(town.now).replace(day=1)


def month(town, who):
    return queries.spending_for(who, month=this_month(town), now=town.now)


def totals(view) -> dict[str, int]:
    return {one.category: one.total.minor for one in view.categories}


def ledger_total(town, who, *, fees_of_withdrawals: int = 0) -> int:
    """What left the account this month in the books, without what went between one's own pockets."""
    first, last = month_of(queries.local_day(town.now))
    entries = books.statement(f"customer:{who.uuid}", first=first, last=last).entries
    out = [entry for entry in entries if entry.journal not in OWN_POCKETS]
    return -sum(e.amount for e in out if not (e.journal == "TRANSFER" and e.amount > 0)) + fees_of_withdrawals


@pytest.mark.row("W-21")
def test_totals_by_category_equal_the_books(town) -> None:
    lin, wang, zhou = town.customer("林晓", 30_000_00), town.customer("王芳", 500_00), town.customer("周明")
    for amount in (35_00, 66_60):
        town.send(lin, wang, amount)
    large = town.quote(lin, zhou, 20_000_00, mode="two_hours")
    town.prove(lin, f"quote:{large.id}")
    wallet.create_transfer(actor=lin, key=uuid4(), quote_id=large.id, now=town.now)
    town.send(wang, lin, 42_00)
    put(town, lin, 500_00)
    fee = town.withdraw(lin, 3_000_00).fee.minor
    assert fee > 0
    seen = month(town, lin)
    assert totals(seen) == {"people": 101_60, "fees": fee}
    assert seen.total.minor == ledger_total(town, lin, fees_of_withdrawals=fee) == 101_60 + fee
    town.wait(hours=3)
    if this_month(town) == seen.month:
        wallet.release_transfer(order_id=money.orders_for(lin, kind="transfer", status="HELD")[0].id, now=town.now)
        after = month(town, lin)
        assert totals(after)["people"] == 20_101_60
        assert after.total.minor == ledger_total(town, lin, fees_of_withdrawals=fee)
    assert month(town, wang).total.minor == 42_00


@pytest.mark.row("W-21")
def test_what_comes_back_reduces_what_was_spent(town, scripted) -> None:
    lin = town.customer("林晓", 5_000_00)
    scripted.outcome = "SUCCEEDED"
    paid = town.withdraw(lin, 4_000_00)
    assert totals(month(town, lin)) == {"fees": paid.fee.minor}
    scripted.outcome = "RETURNED"
    assert town.ask_bank(lin, paid).status == "RETURNED"
    assert month(town, lin).total.minor == 0
    assert [line.line.amount.minor for line in month(town, lin).lines] == [-paid.fee.minor, paid.fee.minor]


@pytest.mark.row("W-21")
def test_what_a_merchant_gives_back_counts_where_it_was_bought(town) -> None:
    lin, mall = town.customer("林晓", 500_00), Mall(town)
    shop, other = mall.shop(category="retail"), mall.shop("书店", category="retail")
    cake, bread, book = mall.bought(lin, shop, 100_00), mall.bought(lin, shop, 40_00), mall.bought(lin, other, 60_00)
    for paid, to, amount in ((cake, shop, 30_00), (bread, shop, 40_00), (book, other, 10_00)):
        mall.give_back(to, paid, amount)
    assert totals(month(town, lin)) == {"shopping": 120_00}
    actions.recategorise(actor=lin, order_id=cake.id, category="food", always=False, now=town.now)
    assert totals(month(town, lin)) == {"shopping": 50_00, "food": 70_00}
    actions.recategorise(actor=lin, order_id=book.id, category="education", always=True, now=town.now)
    seen = month(town, lin)
    assert totals(seen) == {"food": 70_00, "education": 50_00, "shopping": 0}
    assert seen.total.minor == 120_00
    back = next(one.line for one in seen.lines if one.line.amount.minor == -30_00)
    assert (back.counterparty, back.kind, back.of_order) == ("晨光面包店", "payment", cake.id)


@pytest.mark.row("W-21")
def test_a_payment_counts_under_its_merchants_category_and_its_refund_too(town, django_assert_max_num_queries) -> None:
    lin, mall = town.customer("林晓", 900_00), Mall(town)
    shops = {trade: mall.shop(f"商户{trade}", category=trade) for trade in CATEGORIES}
    bought = {trade: mall.bought(lin, shop, 50_00) for trade, shop in shops.items()}
    assert totals(month(town, lin)) == dict.fromkeys(("food", "shopping", "transport", "fun", "services"), 50_00)
    mall.give_back(shops["travel"], bought["travel"], 20_00)
    mall.give_back(shops["food"], bought["food"], 50_00)
    with django_assert_max_num_queries(7):
        seen = month(town, lin)
    assert totals(seen) == {"shopping": 50_00, "fun": 50_00, "services": 50_00, "transport": 30_00, "food": 0}
    assert seen.total.minor == ledger_total(town, lin) == 180_00
    actions.set_budget(actor=lin, category="services", most=Money(60_00), now=town.now)
    [budget] = queries.budgets_for(lin, now=town.now)
    assert (budget.category, budget.spent.minor) == ("services", 50_00)


@pytest.mark.row("W-21")
def test_customer_puts_one_or_all_under_another_category(town) -> None:
    lin, wang, zhou = town.customer("林晓", 500_00), town.customer("王芳"), town.customer("周明")
    first, _second, other = town.send(lin, wang, 10_00), town.send(lin, wang, 20_00), town.send(lin, zhou, 40_00)
    actions.recategorise(actor=lin, order_id=first.id, category="food", always=False, now=town.now)
    assert totals(month(town, lin)) == {"people": 60_00, "food": 10_00}
    actions.recategorise(actor=lin, order_id=first.id, category="housing", always=True, now=town.now)
    assert totals(month(town, lin)) == {"people": 40_00, "housing": 30_00}
    town.send(lin, wang, 5_00)
    assert totals(month(town, lin))["housing"] == 35_00
    actions.recategorise(actor=lin, order_id=first.id, category="fun", always=False, now=town.now)
    actions.recategorise(actor=lin, order_id=first.id, category="fun", always=False, now=town.now)
    seen = month(town, lin)
    assert totals(seen) == {"people": 40_00, "housing": 25_00, "fun": 10_00}
    assert seen.total.minor == ledger_total(town, lin) == 75_00
    with pytest.raises(CategoryUnknown):
        actions.recategorise(actor=lin, order_id=other.id, category="yacht", always=True, now=town.now)
    for who, order in ((wang, first), (lin, town.top_up(lin, 1_00))):
        with pytest.raises(NotFound):
            actions.recategorise(actor=who, order_id=order.id, category="food", always=False, now=town.now)


def test_a_year_of_months_is_kept_apart(town) -> None:
    lin, wang = town.customer("林晓", 5_000_00), town.customer("王芳")
    now = town.now
    for back in (0, 40, 100, 300):
        town.now = now - timedelta(days=back)
        town.send(lin, wang, (back + 1) * 100)
    town.now = now
    seen = month(town, lin)
    assert len(seen.months) == 12
    assert seen.months[-1].month == this_month(town)
    expected = {}
    for back in (0, 40, 100, 300):
        start = queries.local_day(now - timedelta(days=back)).replace(day=1)
        expected[start] = expected.get(start, 0) + (back + 1) * 100
    assert {one.month: one.total.minor for one in seen.months if one.total.minor} == expected
    assert seen.total.minor == 1_00


def test_a_wallet_at_zero_has_spent_nothing(town) -> None:
    seen = month(town, town.customer("林晓"))
    assert (seen.total.minor, seen.lines, seen.categories, len(seen.months)) == (0, (), (), 12)
