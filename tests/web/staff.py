"""A desk at work: its staff, customers who wait, cases, and what is proposed on them."""

from uuid import UUID

from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from tests.wallet.scripted import ScriptedBank
from tests.wallet.town import Town

from kefu.cases import actions as cases
from kefu.cases.actions.case import Opening
from kefu.cases.queries import CaseView, ProposalView
from kefu.core.actor import Actor
from kefu.core.ids import new_id
from kefu.core.money import Money
from kefu.desk import actions as talk
from kefu.identity import actions as identity
from kefu.wallet.queries import OrderView

QUERIES_MOST = 12


class Desk:
    """陈 and 李 are agents under one lead, 赵 and 孙 supervisors, 钱 the operator."""

    def __init__(self, town: Town) -> None:
        self.town = town
        lead = town.staff("吴")
        self.chen, self.li = town.staff("陈", lead=lead), town.staff("李", lead=lead)
        self.zhao, self.sun = town.staff("赵", "supervisor"), town.staff("孙", "supervisor")
        self.qian = town.staff("钱", "operator")
        for agent in (self.chen, self.li):
            talk.set_presence(actor=agent, status="online", capacity=100, now=town.now)

    def waiting(self, who: Actor, words: str = "我的充值没到") -> UUID:
        """The customer's conversation, in the queue, with something said."""
        opened = talk.open_conversation(customer_id=who.uuid, now=self.town.now).id
        talk.queue_conversation(actor=who, conversation_id=opened, reason="topup", priority=2, now=self.town.now)
        talk.add_message(actor=who, conversation_id=opened, message_id=new_id(), body=words, now=self.town.now)
        return opened

    def taken(self, who: Actor, agent: Actor) -> UUID:
        conversation = self.waiting(who)
        talk.take_conversation(actor=agent, conversation_id=conversation, now=self.town.now)
        return conversation

    def closed(self, conversation: UUID, agent: Actor) -> None:
        talk.close_conversation(actor=agent, conversation_id=conversation, summary="好了", now=self.town.now)

    def let_see(self, agent: Actor, who: Actor) -> None:
        """A grant without a conversation."""
        identity.give_grant(
            actor=agent, staff_id=agent.uuid, customer_id=who.uuid, purpose="case", ref="K1",
            until=self.town.now.replace(year=self.town.now.year + 1), now=self.town.now,
        )  # fmt: skip

    def case(self, who: Actor, agent: Actor, *, kind: str = "general", order: UUID | None = None) -> CaseView:
        """A case that the agent opened out of the customer's conversation."""
        opening = Opening(kind, who.uuid, self.taken(who, agent), order, "等了一个小时")
        return cases.open_case(actor=agent, opening=opening, now=self.town.now)

    def proposal(self, case: CaseView, agent: Actor, minor: int = 5_00) -> ProposalView:
        return cases.propose_goodwill(
            actor=agent, case_id=case.id, amount=Money(minor), reason="等得太久", now=self.town.now
        )

    def decided(self, proposal: ProposalView, checker: Actor, *, approve: bool = True) -> ProposalView:
        return cases.decide_proposal(
            actor=checker, proposal_id=proposal.id, approve=approve, words="同意", now=self.town.now
        )

    def stuck(self, who: Actor) -> OrderView:
        """A top-up on which the bank has no final word."""
        ScriptedBank.outcome = "PROCESSING"
        return self.town.top_up(who, 200_00)

    def confirmed(self, case: CaseView, agent: Actor) -> None:
        """The bank's word that the case's order succeeded, heard after the case was opened."""
        ScriptedBank.outcome = "SUCCEEDED"
        self.town.wait(seconds=1)
        cases.ask_bank(actor=agent, case_id=case.id, now=self.town.now)

    def crowd(self, first: int, last: int) -> list[ProposalView]:
        """Customers with these numbers: each has a case of 陈 with a proposal, every second one decided by one of the
        two that it needs; and as many wait.
        """
        made = []
        for number in range(first, last):
            case = self.case(self.town.customer(f"客{number}"), self.chen)
            proposal = self.proposal(case, self.chen, minor=2_500_00)
            made.append(self.decided(proposal, self.sun) if number % 2 else proposal)
            self.waiting(self.town.customer(f"等{number}"))
        return made


def queries_of(client: Client, path: str) -> int:
    with CaptureQueriesContext(connection) as seen:
        answer = client.get(path)
    assert answer.status_code == 200, (path, answer.status_code)
    return len(seen)
