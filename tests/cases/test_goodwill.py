"""A goodwill credit: proposed by one, decided by another, posted once with the case's number."""

from datetime import datetime, timedelta
from uuid import UUID

import pytest

from kefu.cases import actions, queries
from kefu.cases.actions.case import Opening
from kefu.cases.queries import CaseView
from kefu.cases.refusals import CaseOver, ProposalSettled, ProposalWaiting, ReasonMissing, StillWaiting
from kefu.core.actor import SYSTEM, Actor
from kefu.core.models import AuditEntry
from kefu.core.money import Money
from kefu.core.refusal import NotFound
from kefu.desk import actions as desk
from kefu.desk import queries as talk
from kefu.identity.actions.approval import ApprovalExpired, ApprovalNotYours
from kefu.identity.queries.access import RoleInsufficient
from kefu.ledger import queries as books
from kefu.wallet import queries as wallet

pytestmark = pytest.mark.django_db
FIVE = Money(500)


@pytest.fixture
def conversation(cast, now: datetime) -> UUID:
    """小林 asked for a person; 陈工 took it."""
    opened = desk.open_conversation(customer_id=cast.lin.uuid, now=now)
    desk.queue_conversation(actor=cast.lin, conversation_id=opened.id, reason="topup", priority=2, now=now)
    desk.set_presence(actor=cast.chen, status="online", now=now)
    desk.take_conversation(actor=cast.chen, conversation_id=opened.id, now=now)
    return opened.id


def opened(actor: Actor, cast, conversation: UUID, now: datetime) -> CaseView:
    opening = Opening(kind="general", customer_id=cast.lin.uuid, conversation_id=conversation, words="等了一个小时")
    return actions.open_case(actor=actor, opening=opening, now=now)


@pytest.mark.row("A-03", "F-32")
def test_the_whole_road(cast, conversation: UUID, now: datetime) -> None:
    case = opened(cast.chen, cast, conversation, now)
    proposal = actions.propose_goodwill(actor=cast.chen, case_id=case.id, amount=FIVE, reason="等得太久", now=now)
    assert wallet.balance_for(cast.lin).available == Money(0)

    card = queries.card_for(cast.zhao, proposal.id, now=now)
    assert (card.maker, card.maker_no, card.customer) == ("陈工", "1024", "林**")
    assert card.credited_to_customer == Money(0)

    done = actions.decide_proposal(actor=cast.zhao, proposal_id=proposal.id, approve=True, words="同意", now=now)
    assert done.status == "CARRIED_OUT"
    assert wallet.balance_for(cast.lin).available == FIVE
    assert books.check_books() == []
    said = talk.messages_for(cast.lin, conversation)[-1]
    assert "¥5.00" in said.body
    ended = actions.resolve_case(actor=cast.chen, case_id=case.id, summary="已补偿 5 元", now=now)
    assert ended.status == "RESOLVED"
    assert {s.status for s in ended.steps} == {"DONE"} | {s.status for s in ended.steps if s.code == "checked"}
    trail = list(AuditEntry.objects.filter(case_ref=case.no).values_list("action", flat=True))
    assert {"cases.open_case", "cases.propose", "cases.carry_out", "cases.resolve_case"} <= set(trail)


def test_the_maker_and_their_team_cannot_decide(cast, conversation: UUID, now: datetime) -> None:
    case = opened(cast.chen, cast, conversation, now)
    proposal = actions.propose_goodwill(actor=cast.chen, case_id=case.id, amount=FIVE, reason="慢", now=now)
    for other in (cast.chen, cast.li):
        with pytest.raises(RoleInsufficient):
            actions.decide_proposal(actor=other, proposal_id=proposal.id, approve=True, words="", now=now)
    with pytest.raises(NotFound):
        actions.decide_proposal(actor=cast.lin, proposal_id=proposal.id, approve=True, words="", now=now)
    assert wallet.balance_for(cast.lin).available == Money(0)


def test_a_supervisor_cannot_decide_what_they_proposed(cast, conversation: UUID, now: datetime) -> None:
    case = opened(cast.chen, cast, conversation, now)
    proposal = actions.propose_goodwill(actor=cast.zhao, case_id=case.id, amount=FIVE, reason="慢", now=now)
    with pytest.raises(ApprovalNotYours):
        actions.decide_proposal(actor=cast.zhao, proposal_id=proposal.id, approve=True, words="", now=now)
    assert actions.decide_proposal(
        actor=cast.sun, proposal_id=proposal.id, approve=True, words="", now=now
    ).status == "CARRIED_OUT"


def test_it_posts_once(cast, conversation: UUID, now: datetime) -> None:
    case = opened(cast.chen, cast, conversation, now)
    proposal = actions.propose_goodwill(actor=cast.chen, case_id=case.id, amount=FIVE, reason="慢", now=now)
    with pytest.raises(ProposalWaiting):
        actions.propose_goodwill(actor=cast.chen, case_id=case.id, amount=FIVE, reason="慢", now=now)
    actions.decide_proposal(actor=cast.zhao, proposal_id=proposal.id, approve=True, words="", now=now)
    with pytest.raises(ProposalSettled):
        actions.decide_proposal(actor=cast.sun, proposal_id=proposal.id, approve=True, words="", now=now)
    assert wallet.balance_for(cast.lin).available == FIVE


def test_above_the_limit_two_checkers_are_needed(cast, conversation: UUID, now: datetime) -> None:
    case = opened(cast.chen, cast, conversation, now)
    amount = Money(2_000_01)
    proposal = actions.propose_goodwill(actor=cast.chen, case_id=case.id, amount=amount, reason="大额", now=now)
    first = actions.decide_proposal(actor=cast.zhao, proposal_id=proposal.id, approve=True, words="", now=now)
    assert first.status == "PROPOSED"
    assert wallet.balance_for(cast.lin).available == Money(0)
    second = actions.decide_proposal(actor=cast.sun, proposal_id=proposal.id, approve=True, words="", now=now)
    assert second.status == "CARRIED_OUT"
    assert wallet.balance_for(cast.lin).available == amount


def test_a_no_moves_nothing_and_can_be_proposed_again(cast, conversation: UUID, now: datetime) -> None:
    case = opened(cast.chen, cast, conversation, now)
    proposal = actions.propose_goodwill(actor=cast.chen, case_id=case.id, amount=FIVE, reason="慢", now=now)
    with pytest.raises(StillWaiting):
        actions.resolve_case(actor=cast.chen, case_id=case.id, summary="x", now=now)
    refused = actions.decide_proposal(actor=cast.zhao, proposal_id=proposal.id, approve=False, words="理由不足", now=now)
    assert refused.status == "REJECTED"
    assert wallet.balance_for(cast.lin).available == Money(0)
    again = actions.propose_goodwill(actor=cast.chen, case_id=case.id, amount=FIVE, reason="补充理由", now=now)
    assert again.status == "PROPOSED"


def test_bad_input_is_refused(cast, conversation: UUID, now: datetime) -> None:
    case = opened(cast.chen, cast, conversation, now)
    with pytest.raises(ReasonMissing):
        actions.propose_goodwill(actor=cast.chen, case_id=case.id, amount=FIVE, reason="  ", now=now)
    actions.resolve_case(actor=cast.chen, case_id=case.id, summary="好了", now=now)
    with pytest.raises(CaseOver):
        actions.propose_goodwill(actor=cast.chen, case_id=case.id, amount=FIVE, reason="慢", now=now)


@pytest.mark.row("S-10")
def test_a_case_of_another_does_not_exist(cast, conversation: UUID, now: datetime) -> None:
    case = opened(cast.chen, cast, conversation, now)
    assert queries.case_for(cast.lin, case.id, now=now).id == case.id
    for stranger in (cast.zhou, cast.li):
        with pytest.raises(NotFound):
            queries.case_for(stranger, case.id, now=now)


def test_the_same_matter_is_one_case(cast, conversation: UUID, now: datetime) -> None:
    first = opened(cast.chen, cast, conversation, now)
    assert opened(cast.lin, cast, conversation, now).id == first.id


def test_an_expired_approval_pays_nothing(cast, conversation: UUID, now: datetime) -> None:
    case = opened(cast.chen, cast, conversation, now)
    proposal = actions.propose_goodwill(actor=cast.chen, case_id=case.id, amount=FIVE, reason="慢", now=now)
    with pytest.raises(ApprovalExpired):
        actions.decide_proposal(
            actor=cast.zhao, proposal_id=proposal.id, approve=True, words="", now=now + timedelta(hours=25)
        )
    assert wallet.balance_for(cast.lin).available == Money(0)


def test_the_same_words_of_two_customers_are_two_cases(cast, now: datetime) -> None:
    """Without a conversation or an order nothing but the customer tells two matters apart."""
    first = actions.open_case(actor=SYSTEM, opening=Opening(kind="general", customer_id=cast.lin.uuid), now=now)
    other = actions.open_case(actor=SYSTEM, opening=Opening(kind="general", customer_id=cast.zhou.uuid), now=now)
    again = actions.open_case(actor=SYSTEM, opening=Opening(kind="general", customer_id=cast.lin.uuid), now=now)
    assert other.id != first.id
    assert (first.customer_id, other.customer_id) == (cast.lin.uuid, cast.zhou.uuid)
    assert again.id == first.id
