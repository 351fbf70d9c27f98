"""Breaks are cleared by two people, once, with proof."""

from datetime import timedelta

import pytest
from tests.rails.papers import Entry
from tests.settlement.conftest import changed

from kefu.cases import actions as cases
from kefu.cases.actions.case import Opening
from kefu.cases.models import Case, Evidence
from kefu.core.actor import SYSTEM
from kefu.core.models import AuditEntry
from kefu.core.refusal import Refusal
from kefu.ledger import queries as books
from kefu.notices.models import Notice
from kefu.settlement import actions, queries
from kefu.settlement.models import Break
from kefu.wallet import queries as wallet

pytestmark = pytest.mark.django_db


def stray(bank, amount: int = 77_00, ref: str = "SX1"):
    bank.give([Entry(bank_ref=ref, kind="credit", amount=amount, at=bank.town.now)])
    return bank.open()[-1]


def test_long_money_whose_owner_is_found_after_five_days_is_theirs_with_proof(town, bank, staff) -> None:
    lin = town.customer("林晓")
    found = stray(bank)
    town.wait(days=5, hours=1)
    assert (bank.open()[0].age_days, bank.open()[0].ageing) == (5, "hot")
    status = bank.clear(found, "credit", maker=staff["maker"], checkers=[staff["zhao"]], customer_id=lin.uuid)
    assert status == "CARRIED_OUT"
    assert (town.money(lin), town.house("L40"), bank.open()) == ((77_00, 0), 0, [])
    [order] = wallet.orders_for(lin)
    assert (order.kind, order.status, order.amount.minor, order.case_ref) == ("found", "SUCCEEDED", 77_00, found.no)
    page = queries.break_for(staff["maker"], found.id, now=town.now)
    assert [step.code for step in page.steps] == ["opened", "proposed", "agreed", "cleared"]
    assert page.steps[-1].data["transfer"] in [str(one.id) for one in books.transfers_of(order.id)]
    assert page.steps[-1].evidence_ref.startswith("approval:")
    assert "found_paid" in Notice.objects.filter(user_id=lin.uuid).values_list("kind", flat=True)
    today = town.now.date()
    # Nothing of it was ever spent: it brings no spending down, and no budget.
    assert wallet.spent_for(lin, first=today - timedelta(days=9), last=today + timedelta(days=2)) == []
    assert books.check_books() == []


def test_the_case_of_a_cleared_break_ends_with_the_proof(town, bank, staff) -> None:
    lin = town.customer("林晓", 500_00)
    [entry] = bank.carried()
    bank.give([entry, changed(entry, bank_ref="SB-twice")], filed=[entry])
    case = Case.objects.get(customer_id=lin.uuid)
    [found] = bank.open()
    bank.clear(found, "credit", maker=staff["maker"], checkers=[staff["zhao"]], customer_id=lin.uuid)
    case.refresh_from_db()
    assert case.status in ("RESOLVED", "CLOSED")
    assert Evidence.objects.filter(case=case, kind="transfer").exists()
    assert town.money(lin) == (1000_00, 0)


def test_an_agents_own_case_is_left_to_the_agent(town, bank, staff) -> None:
    lin = town.customer("林晓", 500_00)
    [entry] = bank.carried()
    bank.give([entry, changed(entry, bank_ref="SB-twice")], filed=[entry])
    case = Case.objects.get(customer_id=lin.uuid)
    Case.objects.filter(pk=case.pk).update(owner_id=staff["zhao"].uuid)
    [found] = bank.open()
    bank.clear(found, "return", maker=staff["maker"], checkers=[staff["zhao"]])
    case.refresh_from_db()
    assert case.status == "OPEN"
    assert Evidence.objects.filter(case=case, kind="break").count() == 2


def test_money_given_back_to_the_bank_is_expected_on_its_statement(town, bank, staff) -> None:
    found = stray(bank)
    assert bank.clear(found, "return", maker=staff["maker"], checkers=[staff["zhao"]]) == "CARRIED_OUT"
    assert (town.house("L40"), town.house("A10")) == (0, 0)
    town.wait(days=1)
    bank.give([Entry(bank_ref="SR1", instruction=str(found.id), kind="payout", amount=-77_00, at=town.now)], days=1)
    assert bank.open() == []
    assert books.check_books() == []


def test_a_surplus_sets_off_a_shortage_of_the_same_amount(town, bank, staff) -> None:
    town.customer("林晓", 100_00)
    bank.give([])
    town.wait(days=1)
    bank.give([Entry(bank_ref="SX1", kind="credit", amount=100_00, at=town.now)], days=1)
    short = next(one for one in bank.open() if one.suspense == "short")
    long = next(one for one in bank.open() if one.suspense == "long")
    with pytest.raises(Refusal) as refused:
        bank.clear(short, "offset", maker=staff["maker"], checkers=[], other="B-1")
    assert refused.value.code == "settlement.break.partner_wrong"
    bank.clear(short, "offset", maker=staff["maker"], checkers=[staff["zhao"]], other=long.no)
    assert bank.open() == []
    assert [town.house(code) for code in ("L40", "A32", "A20", "A10", "A11")] == [0, 0, 0, 100_00, 0]
    assert books.check_books() == []


def test_maker_is_never_checker_and_large_sums_need_two(town, bank, staff) -> None:
    found = stray(bank, 2_000_01)
    made = actions.propose_clearance(
        actor=staff["zhao"], break_id=found.id, wish=actions.Wish(deed="return", reason="退回"), now=town.now
    )

    def decide(who, approve=True):
        return actions.decide_clearance(actor=who, clearance_id=made, approve=approve, words="", now=town.now)

    for who in (staff["zhao"], staff["maker"]):
        with pytest.raises(Refusal):
            decide(who)
    assert decide(staff["sun"]) == "PROPOSED"
    assert Break.objects.get().status == "OPEN"
    assert decide(town.staff("周主管", "supervisor")) == "CARRIED_OUT"
    with pytest.raises(Refusal) as refused:
        decide(staff["sun"])
    assert refused.value.code == "settlement.clearance.settled"
    assert town.house("L40") == 0


def test_a_no_leaves_all_as_it_was_and_may_be_asked_again(town, bank, staff) -> None:
    found = stray(bank)
    wish = actions.Wish(deed="return", reason="退回")
    made = actions.propose_clearance(actor=staff["maker"], break_id=found.id, wish=wish, now=town.now)
    with pytest.raises(Refusal) as twice:
        actions.propose_clearance(actor=staff["maker"], break_id=found.id, wish=wish, now=town.now)
    assert twice.value.code == "settlement.clearance.waiting"
    no = actions.decide_clearance(actor=staff["zhao"], clearance_id=made, approve=False, words="证据不足", now=town.now)
    assert (no, town.house("L40")) == ("REJECTED", 77_00)
    again = actions.propose_clearance(actor=staff["maker"], break_id=found.id, wish=wish, now=town.now)
    made_of = {one.id: one for one in queries.break_for(SYSTEM, found.id, now=town.now).clearances}
    actions.lapse_clearance(actor=SYSTEM, approval_id=made_of[again].approval_id, now=town.now)
    after = {one.id: one.status for one in queries.break_for(SYSTEM, found.id, now=town.now).clearances}
    assert after == {made: "REJECTED", again: "REJECTED"}


@pytest.mark.parametrize(
    ("wish", "code"),
    [
        ({"deed": "write_off", "reason": "x"}, "settlement.break.deed_wrong"),
        ({"deed": "", "reason": "x"}, "settlement.break.deed_wrong"),
        ({"deed": "return", "reason": "  "}, "settlement.clearance.reason_missing"),
        ({"deed": "credit", "reason": "x"}, "settlement.break.owner_wrong"),
    ],
)
def test_wishes_that_do_not_fit_are_refused(town, bank, staff, wish, code) -> None:
    found = stray(bank)
    with pytest.raises(Refusal) as refused:
        actions.propose_clearance(actor=staff["maker"], break_id=found.id, wish=actions.Wish(**wish), now=town.now)
    assert refused.value.code == code


def test_nobody_else_may_propose_or_take(town, bank) -> None:
    found, agent = stray(bank), town.staff("陈工")
    for call in (
        lambda: actions.take_break(actor=agent, break_id=found.id, now=town.now),
        lambda: actions.propose_clearance(
            actor=agent, break_id=found.id, wish=actions.Wish(deed="return", reason="x"), now=town.now
        ),
    ):
        with pytest.raises(Refusal) as refused:
            call()
        assert refused.value.code == "identity.role.insufficient"


def test_somebody_cares_for_it(town, bank, staff) -> None:
    found = stray(bank)
    actions.take_break(actor=staff["maker"], break_id=found.id, now=town.now)
    actions.take_break(actor=staff["maker"], break_id=found.id, now=town.now)
    page = queries.break_for(staff["zhao"], found.id, now=town.now)
    assert page.found.owner_id == staff["maker"].uuid
    assert [step.code for step in page.steps] == ["opened", "taken"]


@pytest.mark.row("F-10")
def test_three_fields_find_the_banks_record_in_one_query(town, bank, django_assert_max_num_queries) -> None:
    lin, agent = town.customer("林晓", 500_00), town.staff("陈工")
    bank.give(bank.carried())
    with django_assert_max_num_queries(2):  # one to find, one audit entry
        records = queries.find_bank_record(agent, amount=500_00, around=town.now, last4="8812", now=town.now)
    [order] = wallet.orders_for(lin)
    assert [(one.order_ref, one.amount, one.status) for one in records] == [(order.order_ref, 500_00, "SUCCEEDED")]
    for wrong in ({"amount": 500_01}, {"last4": "0000"}):
        given = {"amount": 500_00, "last4": "8812", **wrong}
        assert queries.find_bank_record(agent, around=town.now, now=town.now, **given) == []
    [again] = queries.find_bank_record(
        agent, amount=500_00, around=town.now, bank_ref=records[0].bank_ref, case_ref="K1", now=town.now
    )
    assert again == records[0]
    assert AuditEntry.objects.filter(action="settlement.find_bank_record").latest("id").case_ref == "K1"
    with pytest.raises(Refusal, match=r"record\.too_little"):
        queries.find_bank_record(agent, amount=500_00, around=town.now, now=town.now)
    with pytest.raises(Refusal):
        queries.find_bank_record(lin, amount=1, around=town.now, last4="8812", now=town.now)


def test_a_case_opened_by_hand_is_another_matter(town, bank) -> None:
    lin = town.customer("林晓", 500_00)
    mine = cases.open_case(actor=lin, opening=Opening(kind="general", customer_id=lin.uuid), now=town.now)
    [entry] = bank.carried()
    bank.give([entry, changed(entry, bank_ref="SB-twice")], filed=[entry])
    assert bank.open()[0].case_ref != mine.no
