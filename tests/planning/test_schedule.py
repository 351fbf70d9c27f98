"""Standing instructions: on their day, once, or told plainly why not."""

from dataclasses import replace
from datetime import date, datetime, timedelta
from unittest import mock
from uuid import uuid4
from zoneinfo import ZoneInfo

import pytest
from tests.wallet.test_race import at_once, unexpected

from kefu.core.keyed import KeyReused
from kefu.core.money import AmountNotPositive, Money
from kefu.core.refusal import NotFound
from kefu.identity.queries.access import LevelInsufficient
from kefu.notices.models import Notice
from kefu.planning import actions, queries
from kefu.planning.actions import execution
from kefu.planning.refusals import ScheduleNotOpen, ScheduleUnfit
from kefu.planning.rules.days import in_month, months_back, next_monthly, run_at
from kefu.wallet import actions as wallet
from kefu.wallet.models import Order
from kefu.wallet.refusals import PayeeUnknown, ToOneself

ZONE = ZoneInfo("Asia/Shanghai")


@pytest.fixture
def town(town):
    """At noon on the 20th of January 2027, a Wednesday."""
    town.now = datetime(2027, 1, 20, 12, 0, tzinfo=ZONE)
    return town


def wish(town, payee, *, amount=100_00, rhythm="monthly", first=None, **more):
    first = first or queries.local_day(town.now) + timedelta(days=5)
    return actions.Wish(payee_phone=town.phone(payee), amount=Money(amount), rhythm=rhythm, first_on=first, **more)


def make(town, who, payee, *, key=None, **how):
    key = key or uuid4()
    town.prove(who, actions.proof_ref(key))
    return actions.create_schedule(actor=who, key=key, wish=wish(town, payee, **how), now=town.now)


def work(town, to: datetime | None = None) -> list[str]:
    """What the worker does at `to`."""
    town.now = to or town.now
    actions.remind_due(now=town.now)
    due = actions.occurrences_due(now=town.now)
    return [actions.execute_occurrence(occurrence_id=one, now=town.now) for one in due]


def at(month: int, day: int, hour: int = 9, minute: int = 0) -> datetime:
    return datetime(2027, month, day, hour, minute, tzinfo=ZONE)


def told(who, kind) -> int:
    return Notice.objects.filter(user_id=who.uuid, kind=kind).count()


def sent(who) -> list[Order]:
    return list(Order.objects.filter(customer_id=who.uuid, kind="transfer").order_by("created_at"))


def test_days_of_months() -> None:
    assert in_month(2027, 2, 31) == date(2027, 2, 28)
    assert in_month(2028, 2, 30) == date(2028, 2, 29)
    assert next_monthly(31, after=date(2027, 1, 31)) == date(2027, 2, 28)
    assert next_monthly(31, after=date(2027, 2, 28)) == date(2027, 3, 31)
    assert next_monthly(5, after=date(2027, 12, 5)) == date(2028, 1, 5)
    assert months_back(date(2027, 2, 3), 3) == [date(2026, 12, 1), date(2027, 1, 1), date(2027, 2, 1)]
    assert run_at(date(2027, 1, 2), zone=ZONE, shift=None) == at(1, 2)


@pytest.mark.row("W-28")
def test_monthly_goes_on_its_day_once_and_again_next_month(town) -> None:
    lin, wang = town.customer("林晓", 500_00), town.customer("王芳")
    made = make(town, lin, wang, first=date(2027, 1, 31), remark="房租")
    assert (made.next.run_at, made.label, made.status) == (at(1, 31), "王*", "ACTIVE")
    assert work(town, at(1, 31, 8, 59)) == []
    assert work(town, at(1, 31)) == ["DONE"]
    assert work(town, at(1, 31, 9, 1)) == []
    assert [(o.amount, o.remark, o.status) for o in sent(lin)] == [(100_00, "房租", "SUCCEEDED")]
    seen = queries.schedule_for(lin, made.id)
    assert (seen.next.due_on, seen.past[0].order_id) == (date(2027, 2, 28), sent(lin)[0].id)
    assert work(town, at(2, 28)) == ["DONE"]
    assert queries.schedule_for(lin, made.id).next.due_on == date(2027, 3, 31)
    assert town.money(wang) == (200_00, 0)


@pytest.mark.row("W-28")
def test_once_goes_once_and_ends(town) -> None:
    lin, wang = town.customer("林晓", 500_00), town.customer("王芳")
    made = make(town, lin, wang, rhythm="once")
    assert work(town, at(1, 25)) == ["DONE"]
    assert work(town, at(2, 25)) == []
    seen = queries.schedule_for(lin, made.id)
    assert (seen.status, seen.next) == ("ENDED", None)


@pytest.mark.row("W-28")
def test_a_day_that_is_not_worked_moves_to_the_next_that_is(town) -> None:
    lin, wang = town.customer("林晓", 500_00), town.customer("王芳")
    saturday = date(2027, 1, 23)
    moved = make(town, lin, wang, first=saturday, working_days=True)
    plain = make(town, lin, wang, first=saturday)
    assert (moved.next.run_at, plain.next.run_at) == (at(1, 25), at(1, 23))
    assert work(town, at(1, 23)) == ["DONE"]
    assert work(town, at(1, 25)) == ["DONE"]
    assert len(sent(lin)) == 2
    assert queries.schedule_for(lin, moved.id).next.due_on == date(2027, 2, 23)


@pytest.mark.row("W-28")
def test_reminded_three_days_and_one_day_before_once_each(town) -> None:
    lin, wang = town.customer("林晓", 500_00), town.customer("王芳")
    make(town, lin, wang, first=date(2027, 1, 31))
    for moment, count in ((at(1, 28, 8), 0), (at(1, 28), 1), (at(1, 29), 1), (at(1, 30), 2), (at(1, 31, 8), 2)):
        work(town, moment)
        work(town, moment)
        assert told(lin, "schedule_soon") == count, moment
    values = Notice.objects.filter(user_id=lin.uuid, kind="schedule_soon").first().values
    assert (values["payee"], values["amount"]) == ("王*", "¥100.00")
    assert datetime.fromisoformat(values["run_at"]) == at(1, 31)


def test_what_was_planned_late_has_only_the_reminders_still_to_come(town) -> None:
    lin, wang = town.customer("林晓", 500_00), town.customer("王芳")
    make(town, lin, wang, first=date(2027, 1, 22))
    work(town)
    assert told(lin, "schedule_soon") == 0
    work(town, at(1, 21))
    assert told(lin, "schedule_soon") == 1


@pytest.mark.row("W-28")
def test_too_little_money_is_told_tried_again_the_same_day_and_then_left_out(town) -> None:
    lin, wang = town.customer("林晓", 20_00), town.customer("王芳")
    made = make(town, lin, wang)
    assert work(town, at(1, 25)) == ["WAITING"]
    assert work(town, at(1, 25, 9, 5)) == []
    notice = Notice.objects.get(user_id=lin.uuid, kind="schedule_retry").values
    assert notice["reason"] == "余额不足"
    assert datetime.fromisoformat(notice["next_at"]) == at(1, 25, 12)
    assert queries.schedule_for(lin, made.id).next.again
    assert work(town, at(1, 25, 12)) == ["WAITING"]
    assert work(town, at(1, 25, 18)) == ["FAILED"]
    assert (told(lin, "schedule_retry"), told(lin, "schedule_missed"), sent(lin)) == (2, 1, [])
    seen = queries.schedule_for(lin, made.id)
    assert (seen.next.due_on, str(seen.past[0].reason_text)) == (date(2027, 2, 25), "余额不足")
    town.top_up(lin, 200_00)
    assert work(town, at(2, 25)) == ["DONE"]


def test_money_in_time_lets_the_second_try_go(town) -> None:
    lin, wang = town.customer("林晓", 20_00), town.customer("王芳")
    make(town, lin, wang)
    assert work(town, at(1, 25)) == ["WAITING"]
    town.top_up(lin, 100_00)
    assert work(town, at(1, 25, 12)) == ["DONE"]
    assert town.money(wang) == (100_00, 0)


@pytest.mark.row("W-28")
def test_two_workers_and_a_worker_that_dies_in_between_pay_once(committed_town) -> None:
    town = committed_town
    town.now = at(1, 20, 12)
    lin, wang = town.customer("林晓", 500_00), town.customer("王芳")
    made = make(town, lin, wang)
    town.now = at(1, 25)
    [one] = actions.occurrences_due(now=town.now)
    with mock.patch.object(execution, "_done", side_effect=KeyboardInterrupt), pytest.raises(KeyboardInterrupt):
        actions.execute_occurrence(occurrence_id=one, now=town.now)
    assert (sent(lin), queries.schedule_for(lin, made.id).next.status) == ([], "WAITING")
    answers = at_once(*[lambda: actions.execute_occurrence(occurrence_id=one, now=town.now) for _ in range(5)])
    assert unexpected(answers) == []
    assert set(answers) == {"DONE"}
    assert len(sent(lin)) == 1
    assert town.money(wang) == (100_00, 0)


def test_cancel_and_execution_at_once_one_of_them_wins(committed_town) -> None:
    town = committed_town
    town.now = at(1, 20, 12)
    lin, wang = town.customer("林晓", 500_00), town.customer("王芳")
    made = make(town, lin, wang)
    town.now = at(1, 25)
    [one] = actions.occurrences_due(now=town.now)
    answers = at_once(
        lambda: actions.execute_occurrence(occurrence_id=one, now=town.now),
        lambda: actions.cancel_schedule(actor=lin, schedule_id=made.id, now=town.now),
    )
    assert unexpected(answers) == []
    past = queries.schedule_for(lin, made.id).past
    done = [time for time in past if time.status == "DONE"]
    assert len(done) == len(sent(lin)) == (town.money(wang)[0] // 100_00)
    assert work(town, at(3, 25)) == []


@pytest.mark.row("W-28")
@pytest.mark.row("S-02")
def test_making_one_needs_the_pin_which_then_stands_for_large_amounts(town) -> None:
    lin, wang = town.customer("林晓", 12_000_00), town.customer("王芳")
    with pytest.raises(LevelInsufficient):
        actions.create_schedule(actor=lin, key=uuid4(), wish=wish(town, wang), now=town.now)
    town.prove(lin, "schedule:other")
    with pytest.raises(LevelInsufficient):
        actions.create_schedule(actor=lin, key=uuid4(), wish=wish(town, wang), now=town.now)
    assert queries.schedules_for(lin) == []
    make(town, lin, wang, amount=6_000_00)
    assert told(lin, "schedule_made") == 1
    assert work(town, at(1, 25)) == ["DONE"]
    assert town.money(wang) == (6_000_00, 0)
    large = town.quote(lin, wang, 5_500_00)
    with pytest.raises(LevelInsufficient):
        wallet.create_transfer(actor=lin, key=uuid4(), quote_id=large.id, now=town.now)
    assert len(sent(lin)) == 1


def test_stop_holds_it_back_and_says_so(town) -> None:
    lin, wang = town.customer("林晓", 500_00), town.customer("王芳")
    make(town, lin, wang)
    wallet.stop_outflows(actor=lin, reason_code="stolen", now=town.now)
    assert work(town, at(1, 25)) == ["WAITING"]
    assert Notice.objects.get(user_id=lin.uuid, kind="schedule_retry").values["reason"] == "账户停止转出"
    assert work(town, at(1, 25, 18)) == ["FAILED"]
    assert town.money(lin) == (500_00, 0)


def test_what_we_could_not_do_for_a_day_is_left_out(town) -> None:
    lin, wang = town.customer("林晓", 500_00), town.customer("王芳")
    made = make(town, lin, wang)
    assert work(town, at(1, 26, 9, 1)) == ["FAILED"]
    assert (sent(lin), told(lin, "schedule_missed")) == ([], 1)
    assert queries.schedule_for(lin, made.id).next.due_on == date(2027, 2, 25)


@pytest.mark.row("W-28")
def test_paused_skipped_and_cancelled(town) -> None:
    lin, wang = town.customer("林晓", 500_00), town.customer("王芳")
    made = make(town, lin, wang)
    assert actions.pause_schedule(actor=lin, schedule_id=made.id, now=town.now).status == "PAUSED"
    assert work(town, at(1, 25)) == []
    assert told(lin, "schedule_soon") == 0
    resumed = actions.resume_schedule(actor=lin, schedule_id=made.id, now=town.now)
    assert (resumed.status, resumed.next.due_on) == ("ACTIVE", date(2027, 2, 25))
    for _twice in range(2):
        skipped = actions.skip_next(actor=lin, schedule_id=made.id, due_on=date(2027, 2, 25), now=town.now)
        assert skipped.next.due_on == date(2027, 3, 25)
    assert work(town, at(2, 25)) == []
    cancelled = actions.cancel_schedule(actor=lin, schedule_id=made.id, now=town.now)
    assert (cancelled.status, cancelled.next) == ("CANCELLED", None)
    assert work(town, at(3, 25)) == []
    assert sent(lin) == []
    for act in (actions.pause_schedule, actions.resume_schedule):
        with pytest.raises(ScheduleNotOpen):
            act(actor=lin, schedule_id=made.id, now=town.now)


def test_somebody_elses_schedule_is_not_there(town) -> None:
    lin, wang = town.customer("林晓", 500_00), town.customer("王芳")
    made = make(town, lin, wang)
    for act in (actions.pause_schedule, actions.resume_schedule, actions.cancel_schedule):
        with pytest.raises(NotFound):
            act(actor=wang, schedule_id=made.id, now=town.now)
    with pytest.raises(NotFound):
        queries.schedule_for(wang, made.id)
    with pytest.raises(NotFound):
        actions.skip_next(actor=wang, schedule_id=made.id, due_on=made.next.due_on, now=town.now)


def test_bad_wishes_are_refused_and_the_same_key_makes_one(town) -> None:
    lin, wang = town.customer("林晓", 500_00), town.customer("王芳")
    today = queries.local_day(town.now)
    for refusal, how in (
        (AmountNotPositive, {"amount": 0}),
        (ScheduleUnfit, {"rhythm": "weekly"}),
        (ScheduleUnfit, {"first": today}),
        (ScheduleUnfit, {"first": today + timedelta(days=400)}),
    ):
        with pytest.raises(refusal):
            make(town, lin, wang, **how)
    with pytest.raises(ToOneself):
        make(town, lin, lin)
    stranger = replace(wish(town, wang), payee_phone="13999999999")
    with pytest.raises(PayeeUnknown):
        actions.check_schedule(actor=lin, wish=stranger, now=town.now)
    key = uuid4()
    assert make(town, lin, wang, key=key).id == make(town, lin, wang, key=key).id
    with pytest.raises(KeyReused):
        make(town, lin, wang, key=key, amount=7_00)
    assert len(queries.schedules_for(lin)) == 1
