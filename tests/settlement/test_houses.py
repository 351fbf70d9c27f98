"""A day of bills: the bank's, the biller's and the lender's files against one set of books."""

from datetime import time

import pytest
from tests.rails.papers import Entry
from tests.settlement.conftest import changed
from tests.wallet.mall import Mall
from tests.wallet.test_disbursement import ask, with_account

from kefu.core.actor import SYSTEM
from kefu.ledger import queries as books
from kefu.settlement import actions, queries
from kefu.settlement.models import StatementMatch
from kefu.wallet import queries as wallet

pytestmark = [pytest.mark.django_db, pytest.mark.row("W-07"), pytest.mark.row("W-09")]
CARD = {"payee": "cmb_card", "number": "8812"}
DEBT = {"amount_due": 5_000_00, "minimum": 500_00, "partial": True, "days": 1, "cutoff": time(16, 0)}


def safeguarding(town, bank, *, days: int = 0):
    """The daily test of a day: verdict, what nothing explains, and what was moved."""
    found = actions.test_safeguarding(actor=SYSTEM, day=bank.at(days).date(), now=town.now)
    return found.verdict, found.difference, found.moved, found.closing


def steps(who, order) -> list[str]:
    return [step.code for step in wallet.order_for(who, order.id).steps if step.state == "done"]


def test_day_with_bills_clears_and_leaves_no_break(town, bank, lender) -> None:
    lender.bill = DEBT
    lin = town.customer("林晓", 6_000_00)
    bill, debt = town.pay_bill(lin), town.pay_bill(lin, 3_000_00, **CARD)
    town.withdraw(lin, 200_00)
    assert (debt.fee.minor, town.house("L31", "payee:river_power"), town.house("L31", "payee:cmb_card")) == (
        1_00, 128_50, 3_000_00,
    )  # fmt: skip
    safe = town.house("A10")
    bank.give_all()
    assert bank.open() == []
    assert StatementMatch.objects.values_list("connector", flat=True).count() == 4
    days = {day.connector: day for day in queries.days_for(SYSTEM, now=town.now)}
    assert {code: (day.matched, day.waiting, day.closing) for code, day in days.items()} == {
        "sandbox": (2, 0, 5_800_00), "biller": (1, 0, -128_50), "lender": (1, 0, -3_000_00),
    }  # fmt: skip
    assert [steps(lin, order)[-1] for order in (bill, debt)] == ["cleared", "cleared"]
    assert (town.house("L31", "payee:river_power"), town.house("L31", "payee:cmb_card")) == (0, 0)
    # The opening top-up came in (6,000.00 out of A20), the withdrawal, the bill and the repayment went.
    assert town.house("A10") == safe + 6_000_00 - 200_00 - 128_50 - 3_000_00
    assert safeguarding(town, bank) == ("ok", 0, 0, 5_800_00 - 128_50 - 3_000_00)
    assert books.check_books() == []


def test_debited_today_and_posted_tomorrow_is_explained_on_both_days(town, bank, lender) -> None:
    lender.bill, lender.outcome = DEBT, "ACKNOWLEDGED"
    lin = town.customer("林晓", 6_000_00)
    lender.at = town.now
    taken = town.pay_bill(lin, 3_000_00, **CARD)
    assert (taken.status, town.house("L31", "payee:cmb_card")) == ("ACKNOWLEDGED", 3_001_00)
    bank.give_all()
    assert (bank.open(), safeguarding(town, bank)) == ([], ("ok", 0, 0, 6_000_00))
    town.now, lender.outcome = bank.at(1, 9), "SUCCEEDED"
    done = town.ask_bank(lin, taken)
    assert done.status == "SUCCEEDED"
    bank.give_all(days=1)
    assert bank.open() == []
    assert steps(lin, done)[-1] == "cleared"
    assert safeguarding(town, bank, days=1) == ("ok", 0, 0, 3_000_00)
    assert (town.house("L31", "payee:cmb_card"), books.check_books()) == (0, [])


def test_refused_and_reversed_repayments_are_explained(town, bank, lender) -> None:
    lender.bill, lender.outcome = DEBT, "ACKNOWLEDGED"
    lin = town.customer("林晓", 9_000_00)
    refused = town.pay_bill(lin, 3_000_00, **CARD)
    lender.outcome, lender.reason = "FAILED", "account_closed"
    assert town.ask_bank(lin, refused).status == "FAILED"
    lender.outcome = "SUCCEEDED"
    posted = town.pay_bill(lin, 2_000_00, **CARD)
    lender.outcome, lender.reason = "RETURNED", "account_closed"
    assert town.ask_bank(lin, posted).status == "RETURNED"
    bank.give_all()
    assert bank.open() == []
    assert steps(lin, posted)[-1] == "return_cleared"
    assert town.money(lin) == (9_000_00, 0)
    assert safeguarding(town, bank) == ("ok", 0, 0, 9_000_00)
    assert books.check_books() == []


@pytest.mark.parametrize(
    ("taken", "suspense", "long", "short", "kept"),
    [(3_000_07, "short", 0, 7, 6_000_00 - 7), (2_999_90, "long", 10, 0, 6_000_10)],
)
def test_lender_that_took_another_amount_clears_what_both_agree_on(
    town, bank, lender, taken, suspense, long, short, kept
) -> None:
    lender.bill = DEBT
    lin = town.customer("林晓", 9_001_00)
    town.pay_bill(lin, 3_000_00, **CARD)
    [entry] = bank.carried(house="lender")
    bank.give(bank.carried())
    bank.give([], house="biller")
    bank.give([changed(entry, amount=-taken)], house="lender")
    assert bank.kinds() == [("amount_diff", suspense, long + short)]
    assert (town.house("L31", "payee:cmb_card"), town.house("L40"), town.house("A32")) == (0, long, short)
    closing = 9_001_00 - taken
    assert closing == kept + 1_00
    found = actions.test_safeguarding(actor=SYSTEM, day=bank.today, now=town.now)
    assert (found.difference, found.closing, books.safeguarding().excess) == (0, closing, 0)
    assert books.check_books() == []


def test_payment_that_the_lender_refused_and_took_all_the_same_is_a_shortage(town, bank, lender) -> None:
    lender.bill, lender.outcome = DEBT, "ACKNOWLEDGED"
    lin = town.customer("林晓", 9_000_00)
    refused = town.pay_bill(lin, 3_000_00, **CARD)
    lender.outcome, lender.reason = "FAILED", "account_closed"
    refused = town.ask_bank(lin, refused)
    paid = Entry(bank_ref="SP1", instruction=str(refused.instruction_id), kind="payout", amount=-3_000_00, at=town.now)
    bank.give(bank.carried())
    bank.give([paid], house="lender")
    assert bank.kinds() == [("status_diff", "short", 3_000_00)]
    assert (town.money(lin), town.house("L31", "payee:cmb_card"), town.house("A32")) == ((9_000_00, 0), 0, 3_000_00)
    assert safeguarding(town, bank)[1:3] == (0, 0)
    assert books.check_books() == []


def test_payment_that_stands_on_no_statement_is_found_the_day_after(town, bank, lender) -> None:
    lender.bill = DEBT
    lin = town.customer("林晓", 9_000_00)
    posted = town.pay_bill(lin, 3_000_00, **CARD)
    [entry] = bank.carried(house="lender")
    bank.give(bank.carried())
    bank.give([], house="lender")
    assert bank.open() == []
    town.wait(days=1)
    bank.give([], days=1)
    bank.give([], days=1, house="lender")
    assert bank.kinds() == [("ledger_only", "", 0)]
    assert town.house("L31", "payee:cmb_card") == 3_000_00
    town.wait(days=1)
    bank.give([changed(entry, at=town.now)], days=2, house="lender")
    assert steps(lin, posted)[-1] == "cleared"
    assert town.house("L31", "payee:cmb_card") == 0
    assert books.check_books() == []


def paid_out(town):
    """A merchant whose settled 944.30 the bank has paid out."""
    mall = Mall(town)
    lin, shop = town.customer("林晓", 1_100_00), mall.shop()
    with_account(town, shop)
    mall.bought(lin, shop, 1_000_00)
    town.wait(days=7)
    made = ask(town, shop)
    town.pump.run()
    return shop, made


def test_a_merchants_pay_out_is_matched_on_the_statement_and_cleared(town, bank) -> None:
    shop, made = paid_out(town)
    assert (made.amount.minor, town.house("L20"), town.house("A10") > 0) == (944_30, 944_30, False)
    bank.give(bank.carried())
    assert (bank.open(), town.house("L20"), shop.money()) == ([], 0, 49_70)
    assert StatementMatch.objects.get(kind="payout").order_ref == f"order:{made.order_id}"
    assert books.safeguarding().excess == 0
    assert books.check_books() == []


def test_a_pay_out_that_the_bank_did_not_make_is_a_break_of_no_customer(town, bank) -> None:
    _shop, made = paid_out(town)
    bank.give([entry for entry in bank.carried() if entry.kind != "payout"])
    bank.give([], days=1)
    [found] = bank.open()
    assert (found.kind, found.order_no, found.customer_id) == ("ledger_only", made.no, None)
    assert books.check_books() == []
