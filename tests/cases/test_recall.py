"""An agent asks a withdrawal back on the case: for its customer, once, and only while the case is open."""

from uuid import uuid4

import pytest
from tests.wallet.town import Town

from kefu.cases import actions, queries
from kefu.cases.actions.case import Opening
from kefu.cases.refusals import CaseOver, ProposalNotAllowed
from kefu.core.actor import Actor
from kefu.core.models import AuditEntry
from kefu.core.money import Money
from kefu.core.refusal import NotFound
from kefu.identity import actions as identity
from kefu.rails.models import Recall
from kefu.wallet import actions as wallet
from kefu.wallet.actions.recalls.refusals import RecallAsked

pytestmark = pytest.mark.row("W-04")


def opened(town: Town, agent: Actor, who: Actor, order, kind: str = "withdrawal"):
    identity.give_grant(
        actor=agent, staff_id=agent.uuid, customer_id=who.uuid, purpose="case", ref="K1", until=town.now.replace(year=2100),
        now=town.now,
    )  # fmt: skip
    return actions.open_case(actor=agent, opening=Opening(kind, who.uuid, None, order.id, "提错卡了"), now=town.now)


def test_it_is_asked_once_in_the_cases_name_and_not_after_its_end(town: Town) -> None:
    lin, agent, other = town.customer("林晓", 500_00), town.staff("陈"), town.staff("李")
    paid, second = town.withdraw(lin, 100_00), town.withdraw(lin, 50_00)
    case = opened(town, agent, lin, paid)
    ask = {"case_id": case.id, "reason": "TECH", "now": town.now}
    with pytest.raises(NotFound):
        actions.ask_recall(actor=other, **ask)
    asked = actions.ask_recall(actor=agent, **ask)
    assert asked.recall is not None
    assert (asked.recall.status, asked.recall.reason_code) == ("REQUESTED", "TECH")
    seen = queries.case_view_for(agent, case.id, now=town.now)
    assert [(one.kind, one.data["reason"]) for one in seen.evidence if one.kind == "recall"] == [("recall", "TECH")]
    assert AuditEntry.objects.get(action="wallet.recall_withdrawal").case_ref == case.no
    with pytest.raises(RecallAsked):
        actions.ask_recall(actor=agent, **ask)
    over = opened(town, agent, lin, second)
    actions.resolve_case(actor=agent, case_id=over.id, summary="客户自己处理", now=town.now)
    with pytest.raises(CaseOver):
        actions.ask_recall(actor=agent, case_id=over.id, reason="FRAD", now=town.now)
    with pytest.raises(ProposalNotAllowed):
        actions.ask_recall(actor=agent, case_id=opened(town, agent, lin, second, "general").id, reason="FRAD", now=town.now)
    assert Recall.objects.count() == 1


def test_one_the_bank_was_not_told_of_is_cancelled_on_the_case(town: Town) -> None:
    lin, agent = town.customer("林晓", 500_00), town.staff("陈")
    quote = wallet.quote_withdrawal(actor=lin, instrument_id=town.card(lin), amount=Money(100_00), now=town.now)
    made = wallet.create_withdrawal(actor=lin, key=uuid4(), quote_id=quote.id, now=town.now)
    case = opened(town, agent, lin, made)
    back = actions.ask_recall(actor=agent, case_id=case.id, reason="FRAD", now=town.now)
    assert (back.status, back.recall, town.money(lin)) == ("CANCELLED", None, (500_00, 0))
