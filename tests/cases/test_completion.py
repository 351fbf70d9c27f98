"""Completing a stuck top-up on a case: the bank's word first, then a second person, then one posting."""

import pytest
from tests.wallet.scripted import ScriptedBank
from tests.wallet.town import Town

from kefu.cases import actions, queries
from kefu.cases.actions.case import Opening
from kefu.cases.queries import CaseView
from kefu.cases.refusals import EvidenceMissing, NoOrder, ProposalNotAllowed
from kefu.core.actor import Actor
from kefu.core.refusal import NotFound
from kefu.identity import actions as identity
from kefu.ledger import queries as books
from kefu.rails import actions as rails
from kefu.rails.models import Instruction
from kefu.wallet import queries as wallet
from kefu.wallet.queries import OrderView

pytestmark = pytest.mark.django_db


@pytest.fixture
def stuck(town: Town, scripted: type[ScriptedBank]) -> tuple[Actor, OrderView]:
    """A customer and a top-up that the ladder could not settle: people have to take it over."""
    lin = town.customer("林晓雨")
    scripted.outcome = "PROCESSING"
    order = town.top_up(lin, 200_00)
    while not (row := Instruction.objects.get(pk=order.instruction_id)).ladder_ended_at:
        due = row.next_query_at
        rails.climb(instruction_id=order.instruction_id, now=due)
        town.now = due
    town.pump.run()
    return lin, wallet.order_for(lin, order.id)


def open_by(agent: Actor, lin: Actor, order: OrderView | None, town: Town, kind: str = "topup") -> CaseView:
    identity.give_grant(
        actor=agent, staff_id=agent.uuid, customer_id=lin.uuid, purpose="conversation", ref="conversation:1",
        until=town.now.replace(year=town.now.year + 1), now=town.now,
    )  # fmt: skip
    opening = Opening(kind=kind, customer_id=lin.uuid, order_id=order.id if order else None, words="还没到账")
    return actions.open_case(actor=agent, opening=opening, now=town.now)


@pytest.mark.row("F-11")
def test_the_bank_confirms_and_another_person_approves(
    town: Town, scripted: type[ScriptedBank], stuck: tuple[Actor, OrderView]
) -> None:
    lin, order = stuck
    assert order.status == "MANUAL"
    agent, boss = town.staff("陈工"), town.staff("赵主管", "supervisor")
    case = open_by(agent, lin, order, town)
    with pytest.raises(EvidenceMissing):
        actions.propose_completion(actor=agent, case_id=case.id, reason="客户等了一天", now=town.now)

    scripted.outcome = "SUCCEEDED"
    town.wait(minutes=1)
    advice = actions.ask_bank(actor=agent, case_id=case.id, now=town.now)
    proposal = actions.propose_completion(actor=agent, case_id=case.id, reason="银行已确认", now=town.now)
    assert proposal.advice_id == str(advice.id)
    assert wallet.balance_for(lin).available.minor == 0

    done = actions.decide_proposal(actor=boss, proposal_id=proposal.id, approve=True, words="同意", now=town.now)
    assert done.status == "CARRIED_OUT"
    assert wallet.order_for(lin, order.id).status == "SUCCEEDED"
    (posted,) = books.transfers_of(order.id)
    assert (posted.case_ref, posted.evidence_ref) == (case.no, f"advice:{advice.id}")
    assert wallet.balance_for(lin).available.minor == 200_00
    steps = {s.code: s.status for s in queries.case_view_for(agent, case.id, now=town.now).steps}
    assert {steps[c] for c in ("bank_asked", "proposed", "decided", "posted")} == {"DONE"}
    assert books.check_books() == []


def test_a_bank_that_denies_completes_nothing(
    town: Town, scripted: type[ScriptedBank], stuck: tuple[Actor, OrderView]
) -> None:
    lin, order = stuck
    agent = town.staff("陈工")
    case = open_by(agent, lin, order, town)
    scripted.outcome = "FAILED"
    town.wait(minutes=1)
    actions.ask_bank(actor=agent, case_id=case.id, now=town.now)
    with pytest.raises(EvidenceMissing):
        actions.propose_completion(actor=agent, case_id=case.id, reason="客户很急", now=town.now)
    assert wallet.balance_for(lin).available.minor == 0


def test_what_the_bank_said_before_the_case_does_not_count(
    town: Town, scripted: type[ScriptedBank], stuck: tuple[Actor, OrderView]
) -> None:
    lin, order = stuck
    scripted.outcome = "SUCCEEDED"
    rails.ask_now(actor=lin, instruction_id=order.instruction_id, now=town.now)
    town.wait(minutes=1)
    agent = town.staff("陈工")
    case = open_by(agent, lin, order, town)
    with pytest.raises(EvidenceMissing):
        actions.propose_completion(actor=agent, case_id=case.id, reason="之前确认过", now=town.now)


def test_only_a_case_about_a_top_up_can_complete_one(town: Town, stuck: tuple[Actor, OrderView]) -> None:
    lin, _order = stuck
    agent = town.staff("陈工")
    case = open_by(agent, lin, None, town, kind="general")
    with pytest.raises(ProposalNotAllowed):
        actions.propose_completion(actor=agent, case_id=case.id, reason="补", now=town.now)
    with pytest.raises(NoOrder):
        actions.want_bank(actor=agent, case_id=case.id, now=town.now)


def test_anothers_order_opens_no_case(town: Town, stuck: tuple[Actor, OrderView]) -> None:
    _lin, order = stuck
    zhou = town.customer("周敏")
    opening = Opening(kind="topup", customer_id=zhou.uuid, order_id=order.id)
    with pytest.raises(NotFound):
        actions.open_case(actor=zhou, opening=opening, now=town.now)
