"""Bills and repayments arranged early: never for a day that would make them late; asked, then paid as agreed, or told."""

from datetime import date, datetime, time, timedelta
from uuid import uuid4
from zoneinfo import ZoneInfo

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from kefu.core.money import Money
from kefu.core.refusal import NotFound, Refusal
from kefu.identity.queries.access import LevelInsufficient
from kefu.ledger import queries as books
from kefu.notices.models import Notice
from kefu.planning import actions, queries
from kefu.wallet import actions as wallet
from kefu.wallet import queries as orders
from kefu.wallet.models import Order
from kefu.wallet.queries.bill import saved_accounts_for

pytestmark = [pytest.mark.django_db, pytest.mark.row("W-28")]
ZONE = ZoneInfo("Asia/Shanghai")
CARD = {"payee": "cmb_card", "number": "8812"}
DUE = date(2027, 2, 5)
DEBT = {"amount_due": 800_00, "minimum": 80_00, "partial": True, "days": 1, "cutoff": time(16, 0), "due_on": DUE}


def at(month: int, day: int, hour: int = 9, minute: int = 0, second: int = 0) -> datetime:
    return datetime(2027, month, day, hour, minute, second, tzinfo=ZONE)


@pytest.fixture
def town(town, lender):
    """At noon on the 20th of January 2027; the card is due on the 5th of February, booked a day after 16:00."""
    town.now = at(1, 20, 12)
    lender.bill = dict(DEBT)
    return town


def refused_with(code: str):
    return pytest.raises(Refusal, match=code.replace(".", r"\."))


def met(call) -> Refusal | None:
    """The refusal that the call meets."""
    try:
        call()
    except Refusal as refusal:
        return refusal
    return None


def wish(town, who, *, choice="full", most=1_000_00, on=date(2027, 2, 4)) -> actions.BillWish:
    check = town.bill(who, **CARD)
    return actions.BillWish(check_id=check.id, choice=choice, most=Money(most), on=on)


def arrange(town, who, *, key=None, given=None, **how):
    key = key or uuid4()
    town.prove(who, actions.proof_ref(key))
    given = given or wish(town, who, **how)
    return actions.create_bill_schedule(actor=who, key=key, wish=given, now=town.now)


def tick(town, to: datetime) -> list[str]:
    """One tick of the worker at `to`, and what follows from it."""
    town.now = to
    actions.remind_due(now=to)
    done = [
        actions.execute_occurrence(occurrence_id=one, now=to) for one in actions.occurrences_due(now=to)
    ]
    town.pump.run()
    return done


def told(who) -> list[str]:
    rows = Notice.objects.filter(user_id=who.uuid, kind__startswith="schedule_bill").order_by("at", "id")
    return [row.kind.removeprefix("schedule_bill_") for row in rows]


def paid(who) -> list[Order]:
    return list(Order.objects.filter(customer_id=who.uuid, kind="repayment").order_by("created_at"))


def test_asked_by_the_first_tick_and_paid_by_the_second(town) -> None:
    lin = town.customer("林晓", 2_000_00)
    made = arrange(town, lin)
    assert (made.kind, made.amount, made.safe_at, made.next.run_at) == ("bill", Money(1_000_00), at(2, 4, 16), at(2, 4))
    assert "招商银行信用卡" in made.title
    assert town.money(lin) == (2_000_00, 0)
    assert tick(town, at(2, 4, 8, 59)) == []
    assert tick(town, at(2, 4)) == ["WAITING"]
    assert paid(lin) == []
    assert tick(town, at(2, 4, 9, 0, 20)) == ["DONE"]
    assert tick(town, at(2, 4, 9, 1)) == []
    [order] = paid(lin)
    seen = orders.order_for(lin, order.id)
    assert (seen.amount, seen.status, seen.bill.late) == (Money(800_00), "SUCCEEDED", False)
    assert seen.bill.posts_on <= DUE
    after = queries.schedule_for(lin, made.id)
    assert (after.status, after.past[0].order_id) == ("ENDED", order.id)
    assert told(lin) == ["made", "soon"]
    assert books.check_books() == []


def test_the_cut_off_warning_prevents_the_late_fee(town) -> None:
    """A lender that charges ¥50 for what is booked after the due date: nothing arranged here ever pays it."""
    lin, fees, refused = town.customer("林晓", 9_000_00), 0, []
    for on in [DUE - timedelta(days=back) for back in range(4, -3, -1)]:
        refusal = met(lambda on=on: arrange(town, lin, on=on, choice="minimum", most=80_00))
        if refusal:
            assert refusal.code == "planning.bill.too_late"
            assert "2027年2月4日" in refusal.reader_text()  # the last safe day
            refused.append(on)
            continue
        tick(town, datetime.combine(on, time(9), ZONE))
        tick(town, datetime.combine(on, time(9, 0, 20), ZONE))
        last = orders.order_for(lin, paid(lin)[-1].id)
        fees += 50_00 * (last.bill.posts_on > DUE)
        town.now = at(1, 20, 12)
    assert refused == [DUE, DUE + timedelta(days=1), DUE + timedelta(days=2)]
    assert (len(paid(lin)), fees) == (4, 0)


@settings(max_examples=12, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(cutoff=st.times(max_value=time(23, 59)), days=st.integers(0, 3), due=st.integers(0, 12), on=st.integers(-1, 14))
def test_whatever_the_cut_off_what_is_arranged_is_never_late(town, lender, cutoff, days, due, on) -> None:
    town.now = at(1, 20, 12)
    lender.bill = {**DEBT, "cutoff": cutoff, "days": days, "due_on": date(2027, 1, 20) + timedelta(days=due)}
    who = town.customer("林晓")
    day = date(2027, 1, 20) + timedelta(days=on)
    late = day + timedelta(days=days + (time(9) >= cutoff)) > lender.bill["due_on"]
    asked = wish(town, who, on=day)
    refusal = met(lambda: actions.check_bill_schedule(actor=who, wish=asked, now=town.now))
    if refusal:
        assert refusal.code in ("planning.bill.too_late", "planning.bill.no_safe_day", "planning.bill.unfit")
        assert late or on <= 0
    else:
        assert not late
        seen = actions.check_bill_schedule(actor=who, wish=asked, now=town.now)
        assert day <= seen.last_on
        assert seen.run_at < seen.ahead.safe_at


def test_above_the_limit_it_is_not_paid_and_said_at_once_while_there_is_time(town, lender) -> None:
    lin = town.customer("林晓", 9_000_00)
    arrange(town, lin, most=900_00)
    lender.bill = {**DEBT, "amount_due": 900_01}
    assert [tick(town, at(2, 4)), tick(town, at(2, 4, 9, 0, 20))] == [["WAITING"], ["FAILED"]]
    assert paid(lin) == []
    notice = Notice.objects.get(user_id=lin.uuid, kind="schedule_bill_missed")
    assert notice.values["reason"] == "账单超过了您设的上限"
    assert datetime.fromisoformat(notice.values["safe_at"]) == at(2, 4, 16)
    # By hand it is still in time.
    town.now = at(2, 4, 15, 59)
    quote = town.quote_bill(lin, 900_01, **CARD)
    assert not wallet.pay_bill(actor=lin, key=uuid4(), quote_id=quote.id, now=town.now).bill.late


def test_without_money_it_is_tried_again_only_before_the_cut_off(town) -> None:
    lin = town.customer("林晓", 10_00)
    arrange(town, lin)
    tick(town, at(2, 4))
    assert tick(town, at(2, 4, 9, 0, 20)) == ["WAITING"]
    retry = Notice.objects.get(user_id=lin.uuid, kind="schedule_bill_retry")
    assert (retry.values["reason"], datetime.fromisoformat(retry.values["next_at"])) == ("余额不足", at(2, 4, 12))
    tick(town, at(2, 4, 12))
    assert tick(town, at(2, 4, 12, 0, 20)) == ["FAILED"]  # six in the evening would be after the cut-off
    assert told(lin)[-1] == "missed"
    assert tick(town, at(2, 4, 18)) == []
    assert paid(lin) == []


def test_money_that_comes_in_the_morning_pays_at_noon(town) -> None:
    lin = town.customer("林晓", 10_00)
    arrange(town, lin)
    tick(town, at(2, 4))
    tick(town, at(2, 4, 9, 0, 20))
    town.top_up(lin, 1_500_00)
    assert tick(town, at(2, 4, 12)) == ["WAITING"]
    assert tick(town, at(2, 4, 12, 0, 20)) == ["DONE"]
    assert [order.amount for order in paid(lin)] == [800_00]


def test_a_lender_that_does_not_answer_is_said_to_be_so(town, lender) -> None:
    lin = town.customer("林晓", 2_000_00)
    arrange(town, lin)
    lender.down = True
    tick(town, at(2, 4))
    assert tick(town, at(2, 4, 9, 0, 20)) == ["WAITING"]
    assert told(lin) == ["made"]
    tick(town, at(2, 4, 9, 3))
    assert Notice.objects.get(user_id=lin.uuid, kind="schedule_bill_retry").values["reason"] == "当时查不到账单"
    lender.down = False
    tick(town, at(2, 4, 12))
    assert tick(town, at(2, 4, 12, 0, 20)) == ["DONE"]


def test_paid_by_hand_meanwhile_it_is_left_out(town, lender) -> None:
    lin = town.customer("林晓", 2_000_00)
    arrange(town, lin)
    town.pay_bill(lin, 800_00, **CARD)
    lender.bill = {**DEBT, "amount_due": 0, "minimum": 0}
    tick(town, at(2, 4))
    assert tick(town, at(2, 4, 9, 0, 20)) == ["SKIPPED"]
    assert (told(lin)[-1], len(paid(lin))) == ("clear", 1)


def test_a_due_date_that_moved_forward_is_not_paid_late(town, lender) -> None:
    lin = town.customer("林晓", 2_000_00)
    arrange(town, lin)
    lender.bill = {**DEBT, "due_on": date(2027, 2, 3)}
    tick(town, at(2, 4))
    assert tick(town, at(2, 4, 9, 0, 20)) == ["FAILED"]
    assert "到期日提前" in Notice.objects.get(user_id=lin.uuid, kind="schedule_bill_missed").values["reason"]
    assert paid(lin) == []


def test_large_ones_stand_on_the_pin_and_two_workers_pay_once(town, lender) -> None:
    lin = town.customer("林晓", 9_000_00)
    lender.bill = {**DEBT, "amount_due": 6_000_00}
    given = wish(town, lin, most=6_000_00)
    with pytest.raises(LevelInsufficient):
        actions.create_bill_schedule(actor=lin, key=uuid4(), wish=given, now=town.now)
    key = uuid4()
    made = arrange(town, lin, key=key, given=given)
    assert arrange(town, lin, key=key, given=given).id == made.id
    tick(town, at(2, 4))
    town.now = at(2, 4, 9, 0, 20)
    [one] = actions.occurrences_due(now=town.now)
    assert [actions.execute_occurrence(occurrence_id=one, now=town.now) for _ in range(2)] == ["DONE", "DONE"]
    assert [order.amount for order in paid(lin)] == [6_000_00]


def test_bad_wishes_are_refused(town, lender) -> None:
    lin, zhou = town.customer("林晓", 2_000_00), town.customer("周明")
    for how, code in (
        ({"choice": "half"}, "planning.bill.unfit"),
        ({"most": 799_99}, "planning.bill.unfit"),
        ({"choice": "minimum", "most": 79_99}, "planning.bill.unfit"),
        ({"most": 0}, "core.amount.not_positive"),
        ({"on": date(2027, 1, 20)}, "planning.bill.unfit"),
        ({"on": date(2027, 2, 5)}, "planning.bill.too_late"),
    ):
        with refused_with(code):
            arrange(town, lin, **how)
    given = wish(town, lin)
    with pytest.raises(NotFound):
        actions.check_bill_schedule(actor=zhou, wish=given, now=town.now)
    with refused_with("wallet.bill.check_over"):
        actions.check_bill_schedule(actor=lin, wish=given, now=town.now + timedelta(minutes=11))
    lender.bill = {**DEBT, "due_on": date(2027, 1, 21), "cutoff": time(8, 0)}
    with refused_with("planning.bill.no_safe_day"):
        arrange(town, lin, on=date(2027, 1, 21))
    lender.bill = {**DEBT, "amount_due": 0}
    with refused_with("wallet.bill.nothing_due"):
        arrange(town, lin)
    assert queries.schedules_for(lin) == []


def test_cancelled_or_off_the_list_it_is_not_paid(town) -> None:
    lin = town.customer("林晓", 3_000_00)
    first = arrange(town, lin)
    actions.cancel_schedule(actor=lin, schedule_id=first.id, now=town.now)
    arrange(town, lin)
    town.pay_bill(lin, 300_00, **CARD)
    wallet.remove_account(actor=lin, account_id=saved_accounts_for(lin)[0].id, now=town.now)
    assert tick(town, at(2, 4)) == ["FAILED"]
    assert (told(lin)[-1], len(paid(lin))) == ("missed", 1)
