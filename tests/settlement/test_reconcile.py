"""Order, books, channel file and statement side by side: what fits is matched, what does not is a break, once."""

from datetime import timedelta

import pytest
from tests.rails.papers import Entry
from tests.settlement.conftest import changed

from kefu.cases.models import Case
from kefu.core import clock
from kefu.core.actor import SYSTEM
from kefu.core.refusal import Refusal
from kefu.ledger import queries as books
from kefu.notices.models import Notice
from kefu.settlement import actions, queries
from kefu.settlement.models import Break, StatementMatch

pytestmark = pytest.mark.django_db


def test_what_all_sides_agree_on_is_matched_and_nothing_is_found(town, bank) -> None:
    lin = town.customer("林晓", 500_00)
    town.withdraw(lin, 200_00)
    bank.give(bank.carried())
    assert StatementMatch.objects.count() == 2
    assert bank.open() == []
    day = queries.days_for(SYSTEM, now=town.now)[0]
    assert (day.matched, day.waiting, day.closed, day.closing) == (2, 0, False, 300_00)
    assert books.check_books() == []


def test_cut_off_between_the_sources_is_no_break(town, bank, monkeypatch) -> None:
    town.now = bank.at(0, 23)
    # The worker's clock as well: late in the evening the real one is past the card check's end.
    monkeypatch.setattr(clock, "now", lambda: town.now)
    lin = town.customer("林晓", 500_00)
    [entry] = bank.carried()
    bank.file([entry])
    bank.statement([])
    town.pump.run()
    day = queries.days_for(SYSTEM, now=town.now)[0]
    assert (day.matched, day.waiting, bank.open()) == (0, 1, [])
    town.wait(days=1)
    bank.give([changed(entry, at=bank.at(1, 0))], days=1, filed=[])
    assert bank.open() == []
    assert StatementMatch.objects.get().days_apart == 1
    assert town.money(lin) == (500_00, 0)
    assert books.check_books() == []


def test_the_same_files_again_change_nothing(town, bank) -> None:
    town.customer("林晓", 500_00)
    entries = [*bank.carried(), Entry(bank_ref="SX1", kind="credit", amount=77_00, at=town.now)]
    bank.give(entries)
    before = (Break.objects.count(), StatementMatch.objects.count(), town.house("L40"), town.house("A10"))
    bank.closing = 0
    bank.give(entries)
    for _again in range(2):
        actions.reconcile_day(actor=SYSTEM, connector="sandbox", day=bank.today, now=town.now)
    assert (Break.objects.count(), StatementMatch.objects.count(), town.house("L40"), town.house("A10")) == before
    assert before[0] == 1


def test_a_day_without_both_final_files_is_not_compared(town, bank) -> None:
    bank.statement([], final=True)
    with pytest.raises(Refusal) as refused:
        actions.reconcile_day(actor=SYSTEM, connector="sandbox", day=bank.today, now=town.now)
    assert refused.value.code == "settlement.day.files_missing"


def test_money_that_the_bank_never_had_is_short_and_funded_at_once(town, bank) -> None:
    lin = town.customer("林晓", 500_00)
    bank.give([])
    assert bank.open() == []
    town.wait(days=1)
    bank.give([], days=1)
    assert bank.kinds() == [("ledger_only", "short", 500_00)]
    assert (town.house("A32"), town.house("A20"), town.money(lin)) == (500_00, 0, (500_00, 0))
    assert books.safeguarding().excess == 0
    assert books.check_books() == []
    assert "break_found" in Notice.objects.filter(user_id=lin.uuid).values_list("kind", flat=True)
    case = Case.objects.get(customer_id=lin.uuid)
    assert (case.kind, case.status) == ("general", "OPEN")
    assert bank.open()[0].case_ref == case.no


@pytest.mark.row("F-11")
def test_what_was_missing_and_arrives_late_ends_the_break_by_itself(town, bank) -> None:
    town.customer("林晓", 500_00)
    [entry] = bank.carried()
    for days in range(2):
        bank.give([], days=days)
        town.wait(days=1)
    assert bank.kinds() == [("ledger_only", "short", 500_00)]
    bank.give([changed(entry, at=bank.at(2))], days=2)
    assert bank.open() == []
    row = Break.objects.get()
    assert (row.status, row.how) == ("CLEARED", "arrived")
    assert (town.house("A32"), town.house("A20"), town.house("A10"), town.house("A11")) == (0, 0, 500_00, 0)
    assert Case.objects.get().status in ("RESOLVED", "CLOSED")
    assert books.check_books() == []


def test_late_without_having_been_missed_is_noted(town, bank) -> None:
    town.customer("林晓", 500_00)
    [entry] = bank.carried()
    town.wait(days=3)
    bank.give([changed(entry, at=bank.at(2))], days=2)
    assert bank.kinds() == [("late", "", 0)]


def test_money_without_any_order_waits_in_suspense(town, bank) -> None:
    bank.give([Entry(bank_ref="SX1", kind="credit", amount=77_00, at=town.now)])
    assert bank.kinds() == [("channel_only", "long", 77_00)]
    assert (town.house("L40"), town.house("A10"), books.check_books()) == (77_00, 77_00, [])
    assert not Case.objects.exists()


def test_a_line_that_names_the_orders_number_belongs_to_it(town, bank) -> None:
    lin = town.customer("林晓")
    order = town.top_up(lin, 300_00)
    [entry] = bank.carried()
    bank.give([changed(entry, instruction=order.no)], filed=[entry])
    assert bank.open() == []
    assert StatementMatch.objects.get().by == "order_no"


def test_a_payout_paid_although_the_bank_had_said_no_is_bookable(town, scripted, bank, staff) -> None:
    lin = town.customer("林晓", 500_00)
    [first] = bank.carried()
    scripted.outcome = "FAILED"
    failed = town.withdraw(lin, 200_00)
    assert (failed.status, town.money(lin)) == ("FAILED", (500_00, 0))
    paid = Entry(bank_ref="SP1", instruction=str(failed.instruction_id), kind="payout", amount=-200_00, at=town.now)
    bank.give([first, paid])
    assert bank.kinds() == [("status_diff", "short", 200_00)]
    assert (town.house("A32"), town.house("A10")) == (200_00, 500_00)
    assert books.check_books() == []
    [found] = bank.open()
    assert bank.clear(found, "write_off", maker=staff["maker"], checkers=[staff["zhao"]]) == "CARRIED_OUT"
    assert (town.house("A32"), town.house("E14"), bank.open()) == (0, 200_00, [])
    assert books.check_books() == []


@pytest.mark.parametrize(
    ("shown", "suspense", "amount"), [(480_00, "short", 20_00), (530_00, "long", 30_00)]
)
def test_another_amount_than_credited_leaves_only_the_difference(town, bank, shown, suspense, amount) -> None:
    town.customer("林晓", 500_00)
    [entry] = bank.carried()
    bank.give([changed(entry, amount=shown)], filed=[entry])
    assert bank.kinds() == [("amount_diff", suspense, amount)]
    assert town.house("A20") == 0
    assert books.check_books() == []


@pytest.mark.parametrize(("shown", "suspense", "amount"), [(180_00, "long", 20_00), (230_00, "short", 30_00)])
def test_a_payout_of_another_amount_leaves_only_the_difference(town, bank, shown, suspense, amount) -> None:
    lin = town.customer("林晓", 500_00)
    town.withdraw(lin, 200_00)
    entries = bank.carried()
    bank.give([changed(e, amount=-shown) if e.kind == "payout" else e for e in entries], filed=entries)
    assert bank.kinds() == [("amount_diff", suspense, amount)]
    assert town.house("L20") == 0
    assert books.check_books() == []


def test_the_same_movement_twice_is_a_duplicate(town, bank) -> None:
    town.customer("林晓", 500_00)
    [entry] = bank.carried()
    bank.give([entry, changed(entry, bank_ref="SB-twice", at=entry.at + timedelta(seconds=1))], filed=[entry])
    assert bank.kinds() == [("duplicate", "long", 500_00)]
    assert (town.house("L40"), town.house("A10"), books.check_books()) == (500_00, 1000_00, [])


def test_fees_beyond_the_contract_and_a_no_in_the_file_are_told(town, bank) -> None:
    lin = town.customer("林晓", 500_00)
    town.top_up(lin, 100_00)
    one, two = bank.carried()
    bank.give([one, two], filed=[changed(one, fee=30), changed(two, status="FAILED")])
    town.wait(days=1)
    bank.give([], days=1)
    kinds = [kind for kind, suspense, amount in bank.kinds() if (suspense, amount) == ("", 0)]
    assert sorted(set(kinds)) == ["fee_diff", "status_diff"]
    assert books.check_books() == []


def test_people_without_the_role_see_nothing(town, bank) -> None:
    agent, lin = town.staff("陈工"), town.customer("林晓")
    for who in (agent, lin):
        with pytest.raises(Refusal) as refused:
            queries.breaks_for(who, now=town.now)
        assert refused.value.code in ("identity.role.insufficient", "identity.level.insufficient")
