"""Maker and checker: who may decide, how many must, and that one approval moves money once."""

import uuid
from collections.abc import Callable
from datetime import datetime, timedelta
from typing import Any

import pytest
from django.db import ProgrammingError, connection, transaction

from kefu.core.actor import SYSTEM, Actor
from kefu.core.models import AuditEntry, OutboxEvent
from kefu.core.refusal import NotFound, Refusal
from kefu.identity import actions, queries
from kefu.identity.rules.approval import PAY_GOODWILL, canonical, digest

pytestmark = pytest.mark.django_db
Make = Callable[..., Actor]
WORDS = {"customer": "018f0000-0000-7000-8000-000000000001", "amount": 35_00, "currency": "CNY"}


@pytest.fixture
def team(staff: Make) -> dict[str, Actor]:
    """Two teams: 陈 under 钱 (who leads one), and two supervisors of other teams."""
    boss = staff("2009", "supervisor")
    return {
        "boss": boss,
        "chen": staff("1024", "agent", boss),
        "peer": staff("2010", "supervisor", boss),
        "zhao": staff("2001", "supervisor"),
        "sun": staff("2002", "supervisor"),
        "under_zhao": staff("1040", "agent"),
        "qian": staff("3001", "operator"),
    }


def propose(maker: Actor, now: datetime, amount: int = 35_00, needed: int = 1, **rest: Any) -> Any:
    return actions.propose_approval(
        actor=maker, action=PAY_GOODWILL, arguments={**WORDS, "amount": amount}, needed=needed,
        case_ref="case:1", reason=rest.pop("reason", "银行回执丢失，客户等了一小时"), now=now, **rest,
    )  # fmt: skip


def decide(checker: Actor, approval: Any, now: datetime, approve: bool = True) -> Any:
    return actions.decide_approval(
        actor=checker, approval_id=approval.id, approve=approve, words="同意", now=now
    )


def consume(approval: Any, now: datetime, **changed: Any) -> None:
    actions.consume_approval(
        approval_id=approval.id, action=PAY_GOODWILL, arguments={**approval.arguments, **changed}, now=now
    )


def code_of(call: Callable[[], Any]) -> str:
    with pytest.raises(Refusal) as refused:
        call()
    return refused.value.code


@pytest.mark.row("A-03")
def test_proposed_decided_consumed_once(team: dict[str, Actor], now: datetime) -> None:
    proposed = propose(team["chen"], now)
    assert (proposed.status, proposed.needed, proposed.maker.staff_no) == ("PROPOSED", 1, "1024")
    assert code_of(lambda: consume(proposed, now)) == "identity.approval.not_approved"
    decided = decide(team["zhao"], proposed, now)
    assert (decided.status, decided.approvals, decided.decisions[0].checker.staff_no) == (
        "APPROVED",
        1,
        "2001",
    )
    consume(proposed, now)
    assert code_of(lambda: consume(proposed, now)) == "identity.approval.consumed"
    kinds = list(
        OutboxEvent.objects.filter(kind="identity.approval_changed").values_list("payload__status", flat=True)
    )
    assert kinds == ["PROPOSED", "APPROVED", "CONSUMED"]
    assert AuditEntry.objects.filter(subject=f"approval:{proposed.id}").count() == 3


@pytest.mark.row("A-03")
@pytest.mark.parametrize("who", ["chen", "boss", "peer", "under_zhao", "qian"])
def test_who_may_not_decide(who: str, team: dict[str, Actor], now: datetime) -> None:
    proposed = propose(team["chen"], now)
    refused = code_of(lambda: decide(team[who], proposed, now))
    wanted = "identity.approval.not_yours" if who in ("boss", "peer") else "identity.role.insufficient"
    assert refused == wanted
    assert queries.approval_for(actor=team["chen"], approval_id=proposed.id, now=now).decisions == ()


def test_a_supervisor_is_not_their_own_checker(team: dict[str, Actor], now: datetime) -> None:
    proposed = propose(team["zhao"], now)
    assert code_of(lambda: decide(team["zhao"], proposed, now)) == "identity.approval.not_yours"
    assert not queries.approval_for(actor=team["zhao"], approval_id=proposed.id, now=now).may_decide
    assert queries.approval_for(actor=team["sun"], approval_id=proposed.id, now=now).may_decide


@pytest.mark.parametrize(("amount", "least"), [(1, 1), (2_000_00, 1), (2_000_01, 2), (9_999_00, 2)])
def test_the_amount_says_how_many_must_agree(
    amount: int, least: int, team: dict[str, Actor], now: datetime
) -> None:
    assert queries.checkers_needed(PAY_GOODWILL, {"amount": amount}) == least
    assert (
        code_of(lambda: propose(team["chen"], now, amount, needed=least - 1)) == "identity.approval.too_few"
    )
    assert propose(team["chen"], now, amount, needed=least).needed == least


def test_two_checkers_are_two_people(team: dict[str, Actor], now: datetime) -> None:
    proposed = propose(team["chen"], now, 5_000_00, needed=2)
    assert decide(team["zhao"], proposed, now).status == "PROPOSED"
    assert code_of(lambda: decide(team["zhao"], proposed, now)) == "identity.approval.not_yours"
    assert code_of(lambda: consume(proposed, now)) == "identity.approval.not_approved"
    assert decide(team["sun"], proposed, now).status == "APPROVED"
    consume(proposed, now)


def test_checkers_of_one_lead_chain_count_once(team: dict[str, Actor], now: datetime) -> None:
    proposed = propose(team["under_zhao"], now, 5_000_00, needed=2)
    assert decide(team["boss"], proposed, now).status == "PROPOSED"
    assert code_of(lambda: decide(team["peer"], proposed, now)) == "identity.approval.not_yours"


def test_one_no_ends_it(team: dict[str, Actor], now: datetime) -> None:
    proposed = propose(team["chen"], now, 5_000_00, needed=2)
    decide(team["zhao"], proposed, now)
    assert decide(team["sun"], proposed, now, approve=False).status == "REJECTED"
    assert code_of(lambda: consume(proposed, now)) == "identity.approval.not_approved"
    assert code_of(lambda: decide(team["sun"], proposed, now)) == "identity.approval.decided"


@pytest.mark.parametrize(
    "changed", [{"amount": 35_01}, {"customer": "018f0000-0000-7000-8000-000000000002"}, {"more": 1}]
)
def test_other_arguments_are_refused(changed: dict[str, Any], team: dict[str, Actor], now: datetime) -> None:
    proposed = propose(team["chen"], now)
    decide(team["zhao"], proposed, now)
    assert code_of(lambda: consume(proposed, now, **changed)) == "identity.approval.other_arguments"
    other_action = {
        "approval_id": proposed.id,
        "action": "wallet.complete_topup",
        "arguments": proposed.arguments,
    }
    assert (
        code_of(lambda: actions.consume_approval(**other_action, now=now))
        == "identity.approval.other_arguments"
    )
    consume(proposed, now)


def test_an_approval_lapses_after_a_day(team: dict[str, Actor], now: datetime) -> None:
    first, second = propose(team["chen"], now), propose(team["chen"], now, until=now + timedelta(days=9))
    assert second.until == now + timedelta(hours=24)
    decide(team["zhao"], first, now)
    late = now + timedelta(hours=24)
    assert code_of(lambda: consume(first, late)) == "identity.approval.expired"
    assert code_of(lambda: decide(team["zhao"], second, late)) == "identity.approval.expired"
    assert queries.approval_for(actor=team["chen"], approval_id=first.id, now=late).status == "EXPIRED"
    assert actions.expire_approvals(actor=SYSTEM, now=late) == 2
    assert actions.expire_approvals(actor=SYSTEM, now=late) == 0
    assert code_of(lambda: propose(team["chen"], now, until=now)) == "identity.approval.expired"


def test_a_rollback_leaves_the_approval_unused(team: dict[str, Actor], now: datetime) -> None:
    proposed = propose(team["chen"], now)
    decide(team["zhao"], proposed, now)
    with transaction.atomic():
        consume(proposed, now)
        transaction.set_rollback(True)
    consume(proposed, now)


def test_the_reason_is_asked_for(team: dict[str, Actor], now: datetime) -> None:
    assert code_of(lambda: propose(team["chen"], now, reason="  ")) == "identity.approval.reason_missing"


def test_lists_are_for_those_concerned(team: dict[str, Actor], customer: Make, now: datetime) -> None:
    mine, other = propose(team["chen"], now), propose(team["under_zhao"], now)
    assert [a.id for a in queries.approvals_for(actor=team["chen"], now=now)] == [mine.id]
    assert {a.id for a in queries.approvals_for(actor=team["zhao"], now=now)} == {mine.id, other.id}
    decide(team["zhao"], other, now)
    assert [a.id for a in queries.approvals_for(actor=team["zhao"], now=now)] == [mine.id, other.id]
    assert queries.approvals_for(actor=customer(), now=now) == []
    with pytest.raises(NotFound):
        queries.approval_for(actor=team["zhao"], approval_id=uuid.uuid4(), now=now)
    assert (
        code_of(lambda: decide(team["zhao"], type("X", (), {"id": uuid.uuid4()}), now))
        == "core.thing.not_found"
    )


def test_decisions_cannot_be_changed_by_the_application(team: dict[str, Actor], now: datetime) -> None:
    decide(team["zhao"], propose(team["chen"], now), now)
    for statement in ("UPDATE identity_decision SET approve = false", "DELETE FROM identity_decision"):
        with pytest.raises(ProgrammingError), transaction.atomic(), connection.cursor() as cursor:
            cursor.execute(statement)


def test_the_digest_is_of_the_meaning() -> None:
    one = {"amount": 1, "to": uuid.UUID(int=3), "lines": [1, {"b": 2, "a": 1}]}
    other = {"lines": [1, {"a": 1, "b": 2}], "to": str(uuid.UUID(int=3)), "amount": 1}
    assert digest("a", one) == digest("a", other)
    assert digest("a", one) != digest("b", one)
    assert digest("a", {"x": "1"}) != digest("a", {"x": 1})
    assert canonical("a", {"b": "好", "a": 1}) == '["a",{"a":1,"b":"好"}]'
    with pytest.raises(ValueError, match="float"):
        digest("a", {"amount": 1.5})
