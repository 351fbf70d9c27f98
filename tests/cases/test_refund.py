"""The platform between customer and merchant: a case opened by the fact, taken, proposed, approved, told."""

import pytest
from tests.wallet.mall import Mall

from kefu.cases import actions, tasks
from kefu.cases import queries as cases
from kefu.cases.models import Case, Evidence
from kefu.core.models import OutboxEvent
from kefu.core.money import Money
from kefu.core.refusal import NotFound, Refusal
from kefu.ledger import queries as books
from kefu.wallet import actions as wallet
from kefu.wallet import queries as orders
from kefu.wallet.queries.shop import refund as refunds


@pytest.fixture
def disputed(town):
    """A refund of ¥100 that the merchant refused and the customer put before the platform; its case is open."""
    return put_before_us(town, by_card=False)


def put_before_us(town, *, by_card: bool):
    mall = Mall(town)
    lin, shop = town.customer("林晓", 300_00), mall.shop()
    sale = mall.sale(shop, 100_00)
    paid = mall.pay_by_card(lin, sale) if by_card else mall.pay(lin, sale)
    asked = mall.ask(lin, paid, 100_00)
    wallet.answer_refund(actor=shop.actor, order_id=asked.id, agree=False, words="送达时完好", now=town.now)
    wallet.escalate_refund(actor=lin, order_id=asked.id, now=town.now)
    told = OutboxEvent.objects.get(kind="wallet.refund_escalated").payload
    for _again in range(2):
        tasks.open_refund_case(order=told["order"], customer=told["customer"])
    return lin, asked, Case.objects.get(kind="refund")


def taken(town, case, name="甲"):
    agent = town.staff(name)
    actions.take_case(actor=agent, case_id=case.id, now=town.now)
    return agent


@pytest.mark.row("F-06")
def test_case_stands_with_what_both_sides_said_and_is_taken_by_one(town, disputed) -> None:
    _lin, asked, case = disputed
    said = Evidence.objects.filter(case=case, kind="check").values_list("data__label", flat=True)
    assert list(said) == ["蛋糕是坏的", "送达时完好"]
    late = town.staff("乙")
    with pytest.raises(NotFound):
        cases.case_view_for(late, case.id, now=town.now)
    with pytest.raises(NotFound):
        refunds.refund_for(late, asked.id, now=town.now)
    agent = taken(town, case)
    assert actions.take_case(actor=agent, case_id=case.id, now=town.now).owner_id == agent.uuid
    assert refunds.refund_for(agent, asked.id, now=town.now).notes[-1].words == "送达时完好"
    with pytest.raises(NotFound):
        actions.take_case(actor=late, case_id=case.id, now=town.now)
    assert [one.order_id for one in refunds.escalated_for(late, now=town.now)] == [asked.id]


@pytest.mark.row("F-05")
def test_proposed_by_one_and_approved_by_another_the_refund_is_paid_once(town, disputed) -> None:
    lin, asked, case = disputed
    agent, boss = taken(town, case), town.staff("丁", "supervisor")
    made = actions.propose_refund(actor=agent, case_id=case.id, amount=Money(60_00), reason="照片清楚", now=town.now)
    assert town.money(lin) == (200_00, 0)
    for again in (
        lambda: actions.propose_decline(actor=agent, case_id=case.id, reason="理由", now=town.now),
        lambda: actions.propose_refund(actor=agent, case_id=case.id, amount=Money(1), reason="再", now=town.now),
    ):
        with pytest.raises(Refusal, match=r"cases\.proposal\.waiting"):
            again()
    with pytest.raises(Refusal):
        actions.decide_proposal(actor=agent, proposal_id=made.id, approve=True, words="", now=town.now)
    done = actions.decide_proposal(actor=boss, proposal_id=made.id, approve=True, words="同意", now=town.now)
    assert (done.status, town.money(lin)) == ("CARRIED_OUT", (260_00, 0))
    order = orders.order_for(lin, asked.id)
    assert (order.status, order.amount.minor, order.case_ref) == ("SUCCEEDED", 60_00, case.no)
    assert str(order.transfers[0]) == done.transfer_ref
    with pytest.raises(Refusal, match=r"cases\.proposal\.settled"):
        actions.decide_proposal(actor=boss, proposal_id=made.id, approve=True, words="", now=town.now)
    with pytest.raises(Refusal, match=r"wallet\.refund\.moved"):
        actions.propose_refund(actor=agent, case_id=case.id, amount=Money(1_00), reason="再退", now=town.now)
    assert books.check_books() == []


@pytest.mark.parametrize("by_card", [False, True])
def test_the_customer_is_told_of_the_way_that_the_money_goes(town, monkeypatch, by_card: bool) -> None:
    said: list[str] = []
    monkeypatch.setattr("kefu.cases.actions.proposal.tell", lambda **told: said.append(told["sentence"]))
    lin, _asked, case = put_before_us(town, by_card=by_card)
    agent, boss = taken(town, case), town.staff("丁", "supervisor")
    made = actions.propose_refund(actor=agent, case_id=case.id, amount=Money(60_00), reason="照片清楚", now=town.now)
    actions.decide_proposal(actor=boss, proposal_id=made.id, approve=True, words="", now=town.now)
    assert town.money(lin)[0] == (300_00 if by_card else 260_00)
    assert ("退回您的余额" in said[-1], "原来的付款方式" in said[-1]) == (not by_card, by_card)


@pytest.mark.row("F-05")
def test_declined_under_four_eyes_the_customer_reads_why(town, disputed) -> None:
    lin, asked, case = disputed
    agent, boss = taken(town, case), town.staff("丁", "supervisor")
    made = actions.propose_decline(actor=agent, case_id=case.id, reason="照片里看不出问题", now=town.now)
    actions.decide_proposal(actor=boss, proposal_id=made.id, approve=True, words="", now=town.now)
    order = orders.order_for(lin, asked.id)
    assert (order.status, order.reason_text, order.transfers) == ("FAILED", "平台裁定不退款", ())
    last = refunds.refund_for(lin, asked.id, now=town.now).notes[-1]
    assert (last.by, last.words) == ("platform", "照片里看不出问题")
    assert town.money(lin) == (200_00, 0)


def test_rejected_by_the_checker_nothing_moves_and_it_can_be_proposed_anew(town, disputed) -> None:
    lin, asked, case = disputed
    agent, boss = taken(town, case), town.staff("丁", "supervisor")
    made = actions.propose_refund(actor=agent, case_id=case.id, amount=Money(60_00), reason="照片清楚", now=town.now)
    actions.decide_proposal(actor=boss, proposal_id=made.id, approve=False, words="证据不足", now=town.now)
    assert (town.money(lin), orders.order_for(lin, asked.id).status) == ((200_00, 0), "CREATED")
    again = actions.propose_decline(actor=agent, case_id=case.id, reason="证据不足", now=town.now)
    assert again.status == "PROPOSED"


def test_refunds_are_decided_on_their_own_cases_by_the_desk_alone(town, disputed) -> None:
    lin, _asked, case = disputed
    for nobody in (lin, town.staff("戊", "operator")):
        with pytest.raises(Refusal):
            actions.take_case(actor=nobody, case_id=case.id, now=town.now)
        with pytest.raises(Refusal):
            actions.propose_refund(actor=nobody, case_id=case.id, amount=Money(1_00), reason="x", now=town.now)
    assert case.proposals.count() == 0
