"""The daily test: what customers are owed, bottom-up, against safeguarded money and the bank's own balance."""

import pytest
from django.db import connection
from django.db.utils import ProgrammingError
from tests.rails.papers import Entry

from kefu.core.actor import SYSTEM
from kefu.core.ids import new_id
from kefu.core.models import AuditEntry, OutboxEvent
from kefu.core.refusal import Refusal
from kefu.ledger import actions as ledger
from kefu.ledger import queries as books
from kefu.ledger.chart import Journal
from kefu.settlement import actions, queries

pytestmark = pytest.mark.django_db


def test_day(town, bank):
    return actions.test_safeguarding(actor=SYSTEM, day=bank.today, now=town.now)


test_day.__test__ = False


def move(town, debit: str, credit: str, amount: int, journal: Journal) -> None:
    posted = ledger.post(
        transfers=[
            ledger.NewTransfer(
                id=new_id(), debit=books.account(debit, ""), credit=books.account(credit, ""), amount=amount,
                journal=journal, order_ref="test:1", happened_at=town.now,
            )
        ],
        now=town.now,
    )  # fmt: skip
    assert isinstance(posted, ledger.Posted)


def test_books_and_bank_agree_to_the_last_fen(town, bank) -> None:
    lin = town.customer("林晓", 500_00)
    town.withdraw(lin, 200_00)
    bank.give(bank.carried())
    found = test_day(town, bank)
    assert (found.verdict, found.requirement, found.resource, found.closing) == ("ok", 300_00, 300_00, 300_00)
    assert (found.difference, found.moved, found.owed["L10"]) == (0, 0, 300_00)


def test_every_break_with_money_is_explained(town, scripted, bank) -> None:
    lin = town.customer("林晓", 500_00)
    entries = bank.carried()
    scripted.outcome = "FAILED"
    failed = town.withdraw(lin, 200_00)
    paid = Entry(bank_ref="SP1", instruction=str(failed.instruction_id), kind="payout", amount=-200_00, at=town.now)
    stray = Entry(bank_ref="SX1", kind="credit", amount=77_00, at=town.now)
    bank.give([*entries, paid, stray])
    found = test_day(town, bank)
    assert (found.closing, found.difference, found.verdict) == (377_00, 0, "ok")
    assert (found.requirement, found.resource, found.own_moving) == (577_00, 577_00, 200_00)


def test_a_shortfall_is_funded_the_same_day_and_is_an_incident(town, bank, caplog) -> None:
    town.customer("林晓", 500_00)
    bank.give(bank.carried())
    move(town, "A11", "A10", 50_00, Journal.SWEEP_LEG)
    found = test_day(town, bank)
    assert (found.verdict, found.resource, found.requirement, found.moved) == ("shortfall", 450_00, 500_00, 50_00)
    assert books.safeguarding().excess == 0
    [told] = OutboxEvent.objects.filter(kind="settlement.shortfall_found")
    assert (told.topics, told.payload["currency"]) == (["office", "approvals"], "CNY")
    assert [line.levelname for line in caplog.records if "shortfall" in line.message] == ["CRITICAL"]
    [alarm] = queries.alarms_for(town.staff("钱", "operator"), now=town.now)
    assert (alarm.lacking, alarm.difference, alarm.date) == (50_00, 0, bank.today)
    again = test_day(town, bank)
    assert (again.round, again.verdict, again.moved) == (2, "ok", 0)
    assert [one.round for one in queries.safeguarding_for(SYSTEM, now=town.now)] == [2]
    assert books.check_books() == []


def test_an_alarm_stands_until_somebody_says_what_they_found(town, bank) -> None:
    town.customer("林晓", 500_00)
    bank.give(bank.carried())
    move(town, "A11", "A10", 50_00, Journal.SWEEP_LEG)
    test_day(town, bank)
    operator, boss, agent = town.staff("钱", "operator"), town.staff("赵", "supervisor"), town.staff("陈")
    [alarm] = queries.alarms_for(boss, now=town.now)

    def take(who, words: str = "少划一笔手续费，已补", alarm_id: int = alarm.id) -> str:
        try:
            actions.take_alarm(actor=who, alarm_id=alarm_id, found=words, now=town.now)
        except Refusal as refused:
            return refused.code
        return ""

    assert take(agent) == "identity.role.insufficient"
    assert take(operator, " 好 ") == "settlement.alarm.words_missing"
    assert take(operator, alarm_id=0) == "core.thing.not_found"
    assert queries.alarms_for(operator, now=town.now) == [alarm]
    assert (take(operator), take(boss)) == ("", "settlement.alarm.settled")
    assert queries.alarms_for(boss, now=town.now) == []
    kept = AuditEntry.objects.get(action="settlement.take_alarm")
    assert (kept.actor, kept.data["found"], kept.data["verdict"]) == (operator.ref, "少划一笔手续费，已补", "shortfall")
    with pytest.raises(ProgrammingError), connection.cursor() as cursor:
        cursor.execute("DELETE FROM settlement_safeguardingalarm")


def test_an_excess_goes_to_the_own_bank(town, bank) -> None:
    town.customer("林晓", 500_00)
    bank.give(bank.carried())
    move(town, "A10", "A11", 30_00, Journal.FUND_LEG)
    found = test_day(town, bank)
    assert (found.verdict, found.moved) == ("excess", -30_00)
    assert books.safeguarding().excess == 0


def test_a_bank_balance_that_nothing_explains_is_told(town, bank) -> None:
    town.customer("林晓", 500_00)
    bank.closing = 1_00
    bank.give(bank.carried())
    found = test_day(town, bank)
    assert (found.difference, found.verdict) == (1_00, "unexplained")
    assert [(one.lacking, one.difference) for one in queries.alarms_for(SYSTEM, now=town.now)] == [(0, 1_00)]


def test_without_a_statement_the_outside_is_unknown(town, bank) -> None:
    town.customer("林晓", 500_00)
    found = test_day(town, bank)
    assert (found.closing, found.difference, found.verdict) == (None, None, "ok")


def test_a_report_is_never_changed(town, bank) -> None:
    test_day(town, bank)
    with pytest.raises(ProgrammingError), connection.cursor() as cursor:
        cursor.execute("UPDATE settlement_safeguardingday SET requirement = 0")
