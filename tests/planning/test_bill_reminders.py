"""Bills paid before: reminded of three days and one day before they fall due again, once, with the cut-off."""

from datetime import date, datetime, time, timedelta
from zoneinfo import ZoneInfo

import pytest
from django.db import connection
from django.db.utils import ProgrammingError

from kefu.notices.models import Notice
from kefu.planning import actions
from kefu.planning.models import BillReminder
from kefu.wallet import actions as wallet
from kefu.wallet.queries.bill import saved_accounts_for
from kefu.wallet.queries.due import accounts_due

pytestmark = [pytest.mark.django_db, pytest.mark.row("W-28")]
ZONE = ZoneInfo("Asia/Shanghai")
CARD = {"payee": "cmb_card", "number": "8812"}
DEBT = {"amount_due": 5_000_00, "minimum": 500_00, "partial": True, "days": 1, "cutoff": time(16, 0)}


def later(day: date, months: int) -> date:
    """The same day some months on; the tests keep to days that every month has."""
    years, month = divmod(day.month - 1 + months, 12)
    return day.replace(year=day.year + years, month=month + 1)


def at(day: date, hour: int = 9, minute: int = 5) -> datetime:
    return datetime.combine(day, time(hour, minute), ZONE)


def told(who) -> list[str]:
    rows = Notice.objects.filter(user_id=who.uuid, kind__startswith="bill_soon").order_by("at", "id")
    return list(rows.values_list("kind", flat=True))


@pytest.fixture
def due(town, lender) -> date:
    """The due day of this month's bill, on a day that every month has and not yet over."""
    today = town.now.astimezone(ZONE).date()
    due = later(today.replace(day=15), 1)
    lender.bill = {**DEBT, "due_on": due}
    return due


def test_told_three_days_and_one_day_before_the_next_month_once_each(town, due) -> None:
    lin = town.customer("林晓", 6_000_00)
    town.pay_bill(lin, 3_000_00, **CARD)
    following = later(due, 1)
    assert [actions.remind_bills(now=at(day)) for day in (due - timedelta(days=3), due - timedelta(days=1))] == [0, 0]
    days = [following - timedelta(days=back) for back in (4, 3, 3, 2, 1, 1, 0)]
    assert [actions.remind_bills(now=at(day)) for day in days] == [0, 1, 0, 0, 1, 0, 0]
    assert told(lin) == ["bill_soon", "bill_soon"]
    first = Notice.objects.filter(user_id=lin.uuid, kind="bill_soon").order_by("at", "id")[0]
    assert first.values["payee"] == "招商银行信用卡"
    assert first.values["due"] == f"{following.year}年{following.month}月{following.day}日"
    # Booked a day after it is paid, and by 16:00: the day before, at four.
    assert datetime.fromisoformat(first.values["safe_at"]) == at(following - timedelta(days=1), 16, 0)
    assert BillReminder.objects.count() == 2


def test_after_the_cut_off_the_reminder_warns_that_it_may_be_late(town, due) -> None:
    lin = town.customer("林晓", 6_000_00)
    town.pay_bill(lin, 500_00, **CARD)
    day = later(due, 1) - timedelta(days=1)
    assert actions.remind_bills(now=at(day, 16, 5)) == 1
    assert told(lin) == ["bill_soon_late"]


def test_a_month_paid_early_is_not_asked_for_and_a_later_bill_decides(town, due, lender) -> None:
    lin = town.customer("林晓", 6_000_00)
    town.pay_bill(lin, 500_00, **CARD)
    lender.bill = {**DEBT, "due_on": later(due, 1)}
    town.pay_bill(lin, 600_00, **CARD)
    assert list(accounts_due(later(due, 1))) == []
    [found] = accounts_due(later(due, 2))
    assert (found.customer_id, found.due_on) == (lin.uuid, later(due, 2))


def test_what_was_taken_off_the_list_refused_or_only_looked_at_is_left_alone(town, due, lender) -> None:
    lin, wang, zhou = (town.customer(name, 6_000_00) for name in ("林晓", "王强", "周航"))
    town.pay_bill(lin, 500_00, **CARD)
    wallet.remove_account(actor=lin, account_id=saved_accounts_for(lin)[0].id, now=town.now)
    town.quote_bill(wang, 500_00, **CARD)
    lender.outcome, lender.reason = "FAILED", "account_closed"
    assert town.pay_bill(zhou, 500_00, **CARD).status == "FAILED"
    assert actions.remind_bills(now=at(later(due, 1) - timedelta(days=3))) == 0


def test_a_topped_up_phone_falls_never_due(town, biller) -> None:
    lin = town.customer("林晓", 6_000_00)
    biller.bill = {"amounts": (50_00,), "amount_due": 0, "minimum": 0}
    town.pay_bill(lin, 50_00, payee="river_mobile", number="13800000000")
    assert list(accounts_due(date(2100, 2, 28))) == []


def test_due_on_the_last_of_a_long_month_is_the_last_of_a_short_one(town, lender) -> None:
    lin = town.customer("林晓", 6_000_00)
    lender.bill = {**DEBT, "due_on": date(2099, 1, 31)}
    town.pay_bill(lin, 500_00, **CARD)
    assert [one.due_on for one in accounts_due(date(2099, 2, 28))] == [date(2099, 2, 28)]
    assert list(accounts_due(date(2099, 3, 28))) == []


def test_a_reminder_is_never_changed() -> None:
    with pytest.raises(ProgrammingError), connection.cursor() as cursor:
        cursor.execute("UPDATE planning_billreminder SET days = 1")
