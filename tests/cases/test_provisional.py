"""Provisional credits on a case: proposed by one, approved by another who did not give it, told at each step."""

from datetime import datetime
from uuid import uuid4

import pytest
from tests.wallet.town import Town

from kefu.cases import actions, queries
from kefu.cases.actions.case import Opening
from kefu.cases.queries import CaseView, ProposalView
from kefu.core.actor import Actor
from kefu.core.money import Money
from kefu.core.refusal import NotFound, Refusal
from kefu.desk import actions as desk
from kefu.desk import queries as talk
from kefu.ledger import queries as books
from kefu.wallet import actions as wallet
from kefu.wallet import queries as orders
from kefu.wallet.queries import provisional as provisionals


def refused_with(code: str):
    return pytest.raises(Refusal, match=code.replace(".", r"\."))


class Desk:
    """A customer with a disputed transfer, the agent who has her case, and supervisors who stand in no line with them."""

    def __init__(self, town: Town, *, paid: int = 200_00, money: int = 300_00) -> None:
        self.town = town
        self.lin, zhou = town.customer("林晓", money), town.customer("周明")
        self.order = town.send(self.lin, zhou, paid)
        lead = town.staff("吴", "supervisor")
        self.agent, self.other = town.staff("陈", lead=lead), town.staff("李")
        self.lead, self.boss, self.third = lead, town.staff("赵", "supervisor"), town.staff("孙", "supervisor")
        self.conversation = desk.open_conversation(customer_id=self.lin.uuid, now=town.now).id
        desk.queue_conversation(
            actor=self.lin, conversation_id=self.conversation, reason="transfer", priority=2, now=town.now
        )
        desk.set_presence(actor=self.agent, status="online", now=town.now)
        desk.take_conversation(actor=self.agent, conversation_id=self.conversation, now=town.now)
        self.case = self.open("transfer", self.order.id)

    def open(self, kind: str, order_id: object = None) -> CaseView:
        opening = Opening(kind, self.lin.uuid, self.conversation, order_id, "不是我转的")  # type: ignore[arg-type]
        return actions.open_case(actor=self.agent, opening=opening, now=self.town.now)

    def propose(self, amount: int = 200_00, *, by: Actor | None = None, **more: object) -> ProposalView:
        return actions.propose_provisional(
            actor=by or self.agent, case_id=self.case.id, amount=Money(amount), reason="证据充分", now=self.town.now,
            **more,  # type: ignore[arg-type]
        )  # fmt: skip

    def decide(self, made: ProposalView, by: Actor, *, approve: bool = True) -> ProposalView:
        return actions.decide_proposal(
            actor=by, proposal_id=made.id, approve=approve, words="", now=self.town.now
        )

    def step(self, what: str, *, by: Actor | None = None, words: str = "核实完毕", code: str = "") -> ProposalView:
        given = provisionals.provisionals_on_case(self.case.no)[-1].order_id
        on = {"actor": by or self.agent, "case_id": self.case.id, "order_id": given, "now": self.town.now}
        if what == "final":
            return actions.propose_final(reason=words, **on)
        if what == "notice":
            return actions.propose_notice(code=code or "not_upheld", words=words, **on)
        return actions.propose_recovery(code=code or "judgment", words=words, **on)

    def given(self) -> provisionals.ProvisionalView:
        return provisionals.provisionals_on_case(self.case.no)[-1]

    def said(self) -> str:
        return talk.messages_for(self.lin, self.conversation)[-1].body


@pytest.fixture
def at(town: Town) -> Desk:
    return Desk(town)


@pytest.mark.row("A-03")
def test_proposed_approved_and_made_final(at: Desk) -> None:
    made = at.propose()
    assert at.town.money(at.lin) == (100_00, 0)
    done = at.decide(made, at.boss)
    assert (done.status, at.town.money(at.lin)) == ("CARRIED_OUT", (300_00, 0))
    assert "¥200.00 临时款" in at.said()
    with refused_with("cases.case.provisional_waits"):
        actions.resolve_case(actor=at.agent, case_id=at.case.id, summary="好了", now=at.town.now)
    final = at.decide(at.step("final"), at.boss)
    assert (final.status, at.given().status) == ("CARRIED_OUT", "FINAL")
    assert "归您所有" in at.said()
    actions.resolve_case(actor=at.agent, case_id=at.case.id, summary="好了", now=at.town.now)
    assert books.check_books() == []


def test_announced_with_the_words_that_she_reads_and_taken_back_by_itself(at: Desk) -> None:
    at.decide(at.propose(), at.boss)
    at.decide(at.step("notice", words="录像显示是您本人，密码请勿告诉别人"), at.boss)
    seen = at.given()
    assert (seen.status, seen.reason_text) == ("ANNOUNCED", "核实后，争议不成立")
    assert seen.words.startswith("录像显示是您本人")
    at.town.now = seen.withdraw_at
    assert wallet.withdraw_due(now=at.town.now) == 1
    order = orders.order_for(at.lin, seen.order_id)
    assert (order.shown_status, at.town.money(at.lin)) == ("TAKEN_BACK", (100_00, 0))
    actions.resolve_case(actor=at.agent, case_id=at.case.id, summary="好了", now=at.town.now)


def test_a_debt_is_recovered_under_four_eyes_too(at: Desk) -> None:
    at.decide(at.propose(), at.boss)
    at.town.send(at.lin, at.town.customer("王芳"), 300_00)
    at.decide(at.step("notice"), at.boss)
    at.town.now = at.given().withdraw_at
    wallet.withdraw_due(now=at.town.now)
    assert at.given().owed == Money(200_00)
    with refused_with("wallet.provisional.words_unfit"):
        at.step("recovery", code="because")
    done = at.decide(at.step("recovery", code="consent"), at.boss)
    assert (done.amount, at.given().basis_text) == (Money(200_00), "您的书面同意")
    at.town.top_up(at.lin, 250_00)
    at.town.now = at.given().recover_at
    wallet.recover_provisionals(now=at.town.now)
    assert (at.town.money(at.lin), at.given().owed.minor) == ((50_00, 0), 0)
    assert books.check_books() == []


@pytest.mark.row("A-03")
def test_nobody_approves_what_they_gave_nor_a_pair_in_turn(at: Desk) -> None:
    """Scenario 14 of the domain rules 2.7 for provisional credits."""
    made = at.propose()
    for agent in (at.agent, at.other):  # agents never approve, neither their own nor each other's
        with refused_with("identity.role.insufficient"):
            at.decide(made, agent)
    with refused_with("identity.approval.not_yours"):  # their lead stands in one line with them
        at.decide(made, at.lead)
    at.decide(made, at.boss, approve=False)
    own = at.propose(by=at.boss)
    with refused_with("identity.approval.not_yours"):
        at.decide(own, at.boss)
    at.decide(own, at.third)
    # Whoever proposed giving decides on none of its ends, also when another proposes them.
    for what in ("final", "notice"):
        ending = at.step(what, by=at.third)
        with refused_with("cases.proposal.gave_it"):
            at.decide(ending, at.boss)
        assert queries.card_for(at.boss, ending.id, now=at.town.now).barred
        fourth = at.town.staff("钱", "supervisor")
        assert not queries.card_for(fourth, ending.id, now=at.town.now).barred
        at.decide(ending, fourth, approve=False)
    assert at.given().status == "GIVEN"
    assert at.town.money(at.lin) == (300_00, 0)


def test_above_twenty_thousand_two_must_agree(town: Town) -> None:
    at = Desk(town, paid=100_00, money=200_00)
    zhou = town.customer("钱多")
    town.top_up(at.lin, 40_000_00)
    quote = town.quote(at.lin, zhou, 30_000_00)
    town.prove(at.lin, f"quote:{quote.id}")
    large = wallet.create_transfer(actor=at.lin, key=uuid4(), quote_id=quote.id, now=town.now)
    at.case = at.open("transfer", large.id)
    made = at.propose(20_000_01)
    assert at.decide(made, at.boss).status == "PROPOSED"
    assert at.decide(made, at.third).status == "CARRIED_OUT"
    one = at.decide(at.step("notice"), at.boss)
    assert one.status == "PROPOSED"


def test_one_step_waits_at_a_time_and_a_form_sent_twice_acts_once(at: Desk) -> None:
    key = uuid4()
    first = at.propose(key=key)
    assert at.propose(key=key).id == first.id
    with refused_with("core.request.key_reused"):
        at.propose(1_00, key=key)
    with refused_with("cases.proposal.waiting"):
        at.propose(key=uuid4())
    at.decide(first, at.boss)
    at.step("final")
    for again in ("final", "notice"):
        with refused_with("cases.proposal.waiting"):
            at.step(again)


def test_only_on_a_case_with_a_disputable_order(at: Desk) -> None:
    general = at.open("general")
    with refused_with("cases.proposal.not_allowed"):
        actions.propose_provisional(
            actor=at.agent, case_id=general.id, amount=Money(1), reason="x", now=at.town.now
        )
    without = at.open("payment")
    with refused_with("cases.proposal.not_allowed"):
        actions.propose_provisional(
            actor=at.agent, case_id=without.id, amount=Money(1), reason="x", now=at.town.now
        )
    for amount, code in ((0, "core.amount.not_positive"), (200_01, "wallet.provisional.too_much")):
        with refused_with(code):
            at.propose(amount)
    with refused_with("cases.proposal.reason_missing"):
        actions.propose_provisional(
            actor=at.agent, case_id=at.case.id, amount=Money(1), reason=" ", now=at.town.now
        )


def test_doors_are_closed_to_others(at: Desk) -> None:
    at.decide(at.propose(), at.boss)
    given, now = at.given().order_id, at.town.now
    for actor in (at.other, at.lin):
        with pytest.raises((NotFound, Refusal)):
            actions.propose_final(actor=actor, case_id=at.case.id, order_id=given, reason="x", now=now)
    elsewhere = Desk(at.town)
    with pytest.raises(NotFound):
        actions.propose_final(
            actor=elsewhere.agent, case_id=elsewhere.case.id, order_id=given, reason="x", now=now
        )
    with refused_with("desk.message.asks_for_secret"):
        at.step("notice", words="请把验证码发给我")


def test_an_approval_that_lapsed_gives_nothing(at: Desk, now: datetime) -> None:
    made = at.propose()
    at.town.wait(hours=25)
    with refused_with("identity.approval.expired"):
        at.decide(made, at.boss)
    actions.lapse_proposal(actor=at.agent, approval_id=made.approval_id, now=at.town.now)
    assert at.town.money(at.lin) == (100_00, 0)
    assert provisionals.provisionals_on_case(at.case.no) == []
