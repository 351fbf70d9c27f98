"""Statements: opening, entries and closing are the ledger's, for any days, in either form."""

from datetime import date, datetime, time, timedelta
from zoneinfo import ZoneInfo

import pytest
from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st
from tests.wallet.town import Town

from kefu.core.actor import Actor
from kefu.ledger import queries as books
from kefu.receipts import actions, queries
from kefu.receipts.models import Paper
from kefu.receipts.refusals import PeriodUnfit, StatementTooLong
from kefu.wallet.queries.statement import statement_for, statement_lines
from kefu.web.customer.export import statement_csv

pytestmark = pytest.mark.django_db
SHANGHAI = ZoneInfo("Asia/Shanghai")


def day_of(town: Town) -> date:
    return town.now.astimezone(SHANGHAI).date()


def year_of(town: Town) -> tuple[Actor, Actor]:
    """A customer with entries spread over more than a year; the ledger's days are left open."""
    lin, wang = town.customer("林晓雨", 2_000_00), town.customer("王芳")
    town.now = datetime.combine(day_of(town), time(23, 59, 30), SHANGHAI)
    for minor in (1_00, 2_00, 3_00):
        town.send(lin, wang, minor)
        town.wait(seconds=40)
    for _month in range(13):
        town.wait(days=30)
        town.send(lin, wang, 10_00)
        town.send(wang, lin, 4_00)
    return lin, wang


def lines_of(who: Actor, first: date, last: date, page: int = 500) -> tuple[int, list[int], int]:
    view = statement_for(who, first=first, last=last)
    lines = list(statement_lines(view, page=page))
    balance = view.opening.minor
    for line in lines:
        balance += line.amount.minor
        assert line.balance.minor == balance
        assert first <= line.at.astimezone(SHANGHAI).date() <= last
    return view.opening.minor, [line.amount.minor for line in lines], view.closing.minor


@pytest.mark.row("W-15")
def test_opening_and_entries_make_closing_month_after_month_over_a_year(town: Town) -> None:
    born = day_of(town).replace(day=1)
    lin, _wang = year_of(town)
    opening, day, months = 0, born, 0
    while day <= day_of(town):
        after = (day.replace(day=28) + timedelta(days=4)).replace(day=1)
        first, amounts, last = lines_of(lin, day, after - timedelta(days=1))
        assert first == opening
        assert first + sum(amounts) == last
        opening, day, months = last, after, months + 1
    assert months >= 13
    assert opening == books.balance(f"customer:{lin.uuid}").posted
    whole = lines_of(lin, born, day_of(town), page=3)
    assert whole == lines_of(lin, born, day_of(town))
    asked = books.statement(f"customer:{lin.uuid}", first=born, last=day_of(town))
    assert (asked.opening, [e.amount for e in asked.entries], asked.closing) == whole


@given(moves=st.lists(st.tuples(st.integers(1, 40_00), st.integers(0, 40)), max_size=6), cut=st.integers(0, 200))
@settings(max_examples=6, deadline=None, phases=[Phase.generate], suppress_health_check=list(HealthCheck))
def test_any_period_adds_up(town: Town, moves: list[tuple[int, int]], cut: int) -> None:
    lin, wang = town.customer("林晓雨", 500_00), town.customer("王芳")
    began, cut_at = date(2025, 1, 1), day_of(town) + timedelta(days=cut)
    for minor, days in moves:
        town.wait(days=days)
        town.send(lin, wang, minor)
    before = lines_of(lin, began, cut_at, page=2)
    after = lines_of(lin, cut_at + timedelta(days=1), day_of(town) + timedelta(days=400))
    assert before[0] == 0
    assert before[0] + sum(before[1]) == before[2] == after[0]
    assert after[0] + sum(after[1]) == after[2] == 500_00 - sum(minor for minor, _days in moves)


@pytest.mark.row("W-15")
def test_a_period_that_is_over_has_one_paper_and_a_running_one_is_dated(town: Town) -> None:
    first = day_of(town)
    last = first + timedelta(days=300)
    lin, wang = year_of(town)
    paper = actions.issue_statement(actor=lin, first=first, last=last, now=town.now)
    town.wait(hours=1)
    assert actions.issue_statement(actor=lin, first=first, last=last, now=town.now) == paper
    opening, amounts, closing = lines_of(lin, first, last)
    assert (paper.content["opening"], paper.content["closing"]) == (opening, closing)
    assert [one["amount"] for one in paper.content["entries"]] == amounts
    pdf = actions.print_paper(actor=lin, paper_id=paper.id, now=town.now)
    checked = queries.check_upload(pdf.content)
    assert checked.outcome == queries.GENUINE
    assert checked.paper is not None and checked.paper.period == (str(first), str(last))
    rest = last + timedelta(days=1)
    running = actions.issue_statement(actor=lin, first=rest, last=day_of(town), now=town.now)
    town.send(lin, wang, 1_00)
    town.wait(seconds=1)
    later = actions.issue_statement(actor=lin, first=rest, last=day_of(town), now=town.now)
    assert later.number != running.number
    assert later.content["closing"] == running.content["closing"] - 1_00
    text = "".join(statement_csv(statement_for(lin, first=first, last=last), "zh-hans"))
    assert text.count("\n") == len(amounts) + 3


def test_periods_that_make_no_sense(town: Town, monkeypatch: pytest.MonkeyPatch) -> None:
    lin = town.customer("林晓雨", 10_00)
    today = day_of(town)
    wrong = [(today, today - timedelta(days=1)), (today, today + timedelta(days=1)), (today - timedelta(days=366), today)]
    for first, last in wrong:
        with pytest.raises(PeriodUnfit):
            actions.issue_statement(actor=lin, first=first, last=last, now=town.now)
    monkeypatch.setattr(actions, "LINES_MOST", 0)
    with pytest.raises(StatementTooLong):
        actions.issue_statement(actor=lin, first=today, last=today, now=town.now)
    assert not Paper.objects.exists()
    empty = statement_for(town.customer("周航"), first=today, last=today)
    assert (empty.opening.minor, empty.closing.minor, list(statement_lines(empty))) == (0, 0, [])
