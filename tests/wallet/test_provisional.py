"""Provisional credits: given under four eyes, made final or taken back after a notice; a wallet is never negative."""

from datetime import timedelta
from uuid import uuid4

import pytest
from tests.wallet.disputes import CASE, Dispute, refused_with, safe_and_owed
from tests.wallet.mall import Mall
from tests.wallet.town import Town

from kefu.core.actor import SYSTEM
from kefu.core.models import AuditEntry
from kefu.core.money import Money
from kefu.core.refusal import NotFound, Refusal
from kefu.ledger import queries as books
from kefu.notices.models import Notice
from kefu.receipts import actions as receipts
from kefu.sla import queries as clocks
from kefu.wallet import actions, queries
from kefu.wallet.models import Order
from kefu.wallet.queries import provisional as provisionals
from kefu.wallet.queries.statement import statement_for, statement_lines


@pytest.fixture
def dispute(town: Town) -> Dispute:
    """林晓 had ¥300 and paid 周明 ¥200, which she says she did not."""
    lin, zhou = town.customer("林晓", 300_00), town.customer("周明")
    return Dispute(town, lin, town.send(lin, zhou, 200_00))


@pytest.mark.row("F-11")
def test_given_it_is_hers_to_use_and_funded_in_the_same_batch(town: Town, dispute: Dispute) -> None:
    made = dispute.give(200_00)
    assert (made.kind, made.status, made.shown_status, made.settled_at) == ("provisional", "HELD", "PROVISIONAL", None)
    assert town.money(dispute.who) == (300_00, 0)
    posted = [(t.journal, t.amount, t.case_ref) for t in books.transfers_of(made.id)]
    assert posted == [("PROVISIONAL", 200_00, CASE), ("FUND_LEG", 200_00, CASE)]
    assert (town.house("A33"), town.house("A11")) == (200_00, -200_00)
    seen = queries.order_for(dispute.who, made.id)
    assert [(step.code, step.state) for step in seen.steps] == [("provisional_given", "done"), ("provisional_decision", "now")]
    assert seen.provisional is not None
    due = clocks.due_if_started("PROV-DECIDE", anchor=town.now)
    assert (seen.provisional.decide_by, seen.provisional.disputed_no) == (due, dispute.disputed.no)
    assert Notice.objects.filter(user_id=dispute.who.uuid, kind="provisional_given").count() == 1
    assert books.check_books() == []
    town.send(dispute.who, town.customer("王芳"), 250_00)
    assert town.money(dispute.who) == (50_00, 0)


def test_final_it_is_our_loss_and_only_then_has_a_receipt(town: Town, dispute: Dispute) -> None:
    made = dispute.give(200_00)
    with pytest.raises(Refusal):
        receipts.issue_receipt(actor=dispute.who, order_id=made.id, now=town.now)
    done = dispute.finalise()
    assert (done.status, done.settled_at, dispute.row().status) == ("SUCCEEDED", town.now, "FINAL")
    assert (town.house("A33"), town.house("E12"), town.money(dispute.who)[0]) == (0, 200_00, 300_00)
    assert receipts.issue_receipt(actor=dispute.who, order_id=made.id, now=town.now).number
    assert not clocks.due_soonest([f"order:{made.id}"], now=town.now)
    for again in (dispute.finalise, dispute.announce):
        with refused_with("wallet.provisional.moved"):
            again()
    assert actions.withdraw_provisional(order_id=made.id, now=town.now + timedelta(days=400)) == "FINAL"
    assert books.check_books() == []


def test_taken_back_only_after_the_notice(town: Town, dispute: Dispute) -> None:
    made = dispute.give(80_00)
    row = dispute.announce()
    assert row.withdraw_at == clocks.due_if_started("PROV-NOTICE", anchor=town.now)
    assert queries.order_for(dispute.who, made.id).shown_status == "GOES_BACK"
    notice = Notice.objects.get(user_id=dispute.who.uuid, kind="provisional_announced")
    assert notice.values["withdraw_at"] == row.withdraw_at.isoformat()
    assert actions.withdraw_due(now=row.withdraw_at - timedelta(seconds=1)) == 0
    assert town.money(dispute.who) == (180_00, 0)
    dispute.when_due()
    assert [actions.withdraw_due(now=town.now) for _ in range(2)] == [1, 0]
    assert town.money(dispute.who) == (100_00, 0)
    seen = queries.order_for(dispute.who, made.id)
    assert (seen.status, seen.shown_status, seen.reason_text) == ("CANCELLED", "TAKEN_BACK", "核实后，争议不成立")
    assert [t.journal for t in books.transfers_of(made.id)].count("SWEEP_LEG") == 1
    assert (town.house("A33"), town.house("A11"), town.house("E12")) == (0, 0, 0)
    day = town.now.astimezone().date()
    lines = list(statement_lines(statement_for(dispute.who, first=day - timedelta(days=30), last=day)))
    told = [(line.title, line.amount.minor) for line in lines if line.order and line.order.id == made.id]
    name = f"临时款 · 订单 {dispute.disputed.no}"
    assert told == [(name, 80_00), (f"{name}（收回）", -80_00)]
    assert books.check_books() == []


@pytest.mark.row("F-11")
def test_scenario_13_balance_short_becomes_a_receivable_never_a_negative_wallet(town: Town, dispute: Dispute) -> None:
    """Scenario 13 of the domain rules 2.7."""
    dispute.give(200_00)
    town.send(dispute.who, town.customer("王芳"), 240_00)
    dispute.announce()
    dispute.when_due()
    assert actions.withdraw_due(now=town.now) == 1
    assert town.money(dispute.who) == (0, 0)
    assert (dispute.row().status, dispute.row().owed, dispute.debt()) == ("WITHDRAWN", 140_00, 140_00)
    assert (town.house("A33"), town.house("A11")) == (0, -140_00)
    resource, requirement = safe_and_owed()
    assert resource == requirement
    notice = Notice.objects.get(user_id=dispute.who.uuid, kind="provisional_short")
    assert notice.values["owed"] == "¥140.00"
    assert books.check_books() == []


def test_the_debt_is_taken_only_with_a_basis_and_after_a_notice(town: Town, dispute: Dispute) -> None:
    dispute.give(200_00)
    with refused_with("wallet.provisional.nothing_owed"):
        dispute.announce_recovery()
    town.send(dispute.who, town.customer("王芳"), 300_00)
    dispute.announce()
    dispute.when_due()
    actions.withdraw_due(now=town.now)
    town.top_up(dispute.who, 150_00)
    assert actions.recover_provisionals(now=town.now + timedelta(days=900)) == 0
    for basis, words in (("none", "x"), ("judgment", "  "), ("judgment", "长" * 501)):
        with refused_with("wallet.provisional.words_unfit"):
            actions.recovery_arguments(order_id=dispute.given, basis=basis, words=words, case_ref=CASE)
    row = dispute.announce_recovery()
    assert row.recover_at == clocks.due_if_started("DEBT-NOTICE", anchor=town.now)
    with refused_with("wallet.provisional.nothing_owed"):
        dispute.announce_recovery()
    assert actions.recover_provisionals(now=row.recover_at - timedelta(seconds=1)) == 0
    town.now = row.recover_at
    assert actions.recover_provisionals(now=town.now) == 150_00
    assert (town.money(dispute.who), dispute.debt()) == ((0, 0), 50_00)
    town.top_up(dispute.who, 70_00)
    assert [actions.recover_provisionals(now=town.now) for _ in range(2)] == [50_00, 0]
    assert (town.money(dispute.who), dispute.debt(), dispute.row().recovered) == ((20_00, 0), 0, 200_00)
    kinds = Notice.objects.filter(user_id=dispute.who.uuid, kind__startswith="debt_").order_by("at", "id")
    assert [(one.kind, one.values["owed"]) for one in kinds] == [
        ("debt_announced", "¥200.00"), ("debt_recovered", "¥50.00"), ("debt_recovered", "¥0.00"),
    ]  # fmt: skip
    assert town.house("A11") == 0
    assert books.check_books() == []


def test_a_stopped_account_is_left_alone_until_the_stop_is_lifted(town: Town, dispute: Dispute) -> None:
    dispute.give(50_00)
    dispute.announce()
    stop = actions.stop_outflows(actor=dispute.who, reason_code="stolen", now=town.now)
    dispute.when_due()
    assert actions.withdraw_due(now=town.now) == 0
    assert (dispute.row().status, town.money(dispute.who)) == ("ANNOUNCED", (150_00, 0))
    town.prove(dispute.who, f"stop:{stop.id}")
    actions.lift_stop(actor=dispute.who, stop_id=stop.id, now=town.now)
    assert actions.withdraw_due(now=town.now) == 1
    assert town.money(dispute.who) == (100_00, 0)


def test_what_is_held_is_not_taken(town: Town, dispute: Dispute) -> None:
    dispute.give(100_00)
    town.send(dispute.who, town.customer("王芳"), 150_00, mode="next_day")
    dispute.announce()
    dispute.when_due()
    actions.withdraw_due(now=town.now)
    assert (town.money(dispute.who), dispute.debt()) == ((0, 150_00), 50_00)
    assert books.check_books() == []


def test_after_the_notice_it_can_still_become_hers(town: Town, dispute: Dispute) -> None:
    dispute.give(100_00)
    dispute.announce()
    assert dispute.finalise().status == "SUCCEEDED"
    dispute.when_due()
    assert actions.withdraw_due(now=town.now) == 0
    assert town.money(dispute.who) == (200_00, 0)


def test_never_more_than_the_order_and_one_at_a_time(town: Town, dispute: Dispute) -> None:
    with refused_with("wallet.provisional.too_much"):
        dispute.give(200_01)
    dispute.give(120_00)
    with refused_with("wallet.provisional.already_given"):
        dispute.give(1)
    dispute.finalise()
    with refused_with("wallet.provisional.too_much"):
        dispute.give(80_01)
    dispute.give(80_00)
    dispute.announce()
    dispute.when_due()
    actions.withdraw_due(now=town.now)
    assert provisionals.left_to_give(dispute.disputed.id) == Money(80_00)
    assert Order.objects.filter(kind="provisional").count() == 2


def test_what_a_merchant_gave_back_is_not_given_again(town: Town) -> None:
    mall = Mall(town)
    lin, shop = town.customer("林晓", 300_00), mall.shop()
    paid = mall.bought(lin, shop, 100_00)
    mall.give_back(shop, paid, 70_00)
    dispute = Dispute(town, lin, paid)
    with refused_with("wallet.provisional.too_much"):
        dispute.give(30_01)
    assert dispute.give(30_00).amount == Money(30_00)


def test_only_for_an_order_of_theirs_whose_money_is_gone(town: Town, dispute: Dispute) -> None:
    zhou = town.customer("周二", 50_00)
    ask = {"amount": Money(1), "case_ref": CASE}
    for who, order in ((zhou, dispute.disputed.id), (dispute.who, uuid4())):
        with pytest.raises(NotFound):
            actions.give_arguments(customer_id=who.uuid, order_id=order, **ask)
    topped = queries.orders_for(zhou)[0]
    held = town.send(dispute.who, zhou, 10_00, mode="next_day")
    back = actions.cancel_transfer(actor=dispute.who, order_id=held.id, now=town.now)
    for who, order in ((zhou, topped), (dispute.who, back)):
        with refused_with("wallet.provisional.not_disputable"):
            actions.give_arguments(customer_id=who.uuid, order_id=order.id, **ask)
    given = dispute.give(10_00)
    with refused_with("wallet.provisional.not_disputable"):
        actions.give_arguments(customer_id=dispute.who.uuid, order_id=given.id, **ask)


@pytest.mark.row("F-11")
def test_a_top_up_on_which_the_bank_is_silent_can_be_made_good(town: Town, scripted) -> None:
    scripted.outcome = "PROCESSING"
    lin = town.customer("林晓")
    stuck = town.top_up(lin, 100_00)
    Dispute(town, lin, stuck).give(100_00)
    assert town.money(lin) == (100_00, 0)
    scripted.outcome = "SUCCEEDED"
    town.ask_bank(lin, stuck)
    assert town.money(lin) == (200_00, 0)
    assert books.check_books() == []


def test_nothing_without_approval_case_or_standing(town: Town, dispute: Dispute) -> None:
    asked = {"customer_id": dispute.who.uuid, "order_id": dispute.disputed.id, "amount": Money(10_00)}
    with pytest.raises(NotFound):
        actions.give_provisional(actor=dispute.who, case_ref=CASE, approval_id=uuid4(), now=town.now, **asked)
    with refused_with("wallet.goodwill.case_missing"):
        actions.give_provisional(actor=SYSTEM, case_ref="", approval_id=uuid4(), now=town.now, **asked)
    other = town.approved("wallet.pay_goodwill", {"customer": "x"})
    with refused_with("identity.approval.other_arguments"):
        actions.give_provisional(actor=SYSTEM, case_ref=CASE, approval_id=other, now=town.now, **asked)
    assert town.money(dispute.who) == (100_00, 0)
    given = dispute.give(10_00)
    for step in (actions.finalise_provisional, actions.announce_provisional, actions.announce_recovery):
        more = {} if step is actions.finalise_provisional else {"words": "x"}
        more |= {"reason": "refunded"} if step is actions.announce_provisional else {}
        more |= {"basis": "consent"} if step is actions.announce_recovery else {}
        with pytest.raises(NotFound):
            step(actor=dispute.who, order_id=given.id, case_ref=CASE, approval_id=uuid4(), now=town.now, **more)
        with pytest.raises(NotFound):  # the case of somebody else
            step(actor=SYSTEM, order_id=given.id, case_ref="C-2", approval_id=uuid4(), now=town.now, **more)


def test_another_customer_sees_none_of_it(town: Town, dispute: Dispute) -> None:
    made, zhou = dispute.give(10_00), town.customer("周二")
    for actor in (zhou, town.staff("丙")):
        with pytest.raises(NotFound):
            queries.order_for(actor, made.id)
        with pytest.raises(NotFound):
            provisionals.provisionals_of(actor, dispute.disputed.id, customer_id=dispute.who.uuid, now=town.now)
    assert provisionals.provisionals_of(zhou, dispute.disputed.id, customer_id=zhou.uuid, now=town.now) == []
    with refused_with("identity.role.insufficient"):
        provisionals.open_provisionals_for(town.staff("丁"), now=town.now)
    listed, more = provisionals.open_provisionals_for(town.staff("戊", "operator"), now=town.now)
    assert ([one.order_id for one in listed], more) == ([made.id], False)


def test_it_is_not_spending_and_each_step_stands_in_the_trail(town: Town, dispute: Dispute) -> None:
    dispute.give(50_00)
    dispute.announce()
    dispute.when_due()
    actions.withdraw_due(now=town.now)
    day = town.now.astimezone().date()
    spent = queries.spent_for(dispute.who, first=day - timedelta(days=30), last=day)
    assert {line.kind for line in spent} == {"transfer"}
    trail = AuditEntry.objects.filter(case_ref=CASE, action__startswith="wallet.").order_by("id")
    assert [one.action for one in trail] == [
        "wallet.give_provisional", "wallet.announce_provisional", "wallet.withdraw_provisional",
    ]  # fmt: skip
