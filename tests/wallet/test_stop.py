"""The brake and restrictions: the books themselves refuse, and everybody is told why and what to do."""

from datetime import timedelta
from uuid import uuid4

import pytest

from kefu.core.actor import SYSTEM
from kefu.core.refusal import NotFound, Refusal
from kefu.identity import actions as identity
from kefu.ledger import actions as ledger
from kefu.ledger import queries as books
from kefu.wallet import actions, queries
from kefu.wallet.models import Wallet


def refused_with(code: str):
    return pytest.raises(Refusal, match=code.replace(".", r"\."))


def agent_for(town, *customers, role="agent"):
    agent = town.staff("陈工", role)
    for customer in customers:
        identity.give_grant(
            actor=SYSTEM,
            staff_id=agent.uuid,
            customer_id=customer.uuid,
            purpose="test",
            ref="conversation:1",
            until=town.now + timedelta(days=2),
            now=town.now,
        )
    return agent


def restrict(town, agent, customer, *, scope="out", reason="unusual_activity", days=3):
    return actions.restrict(
        actor=agent,
        customer_id=customer.uuid,
        scope=scope,
        reason_code=reason,
        until=town.now + timedelta(days=days),
        now=town.now,
    )


@pytest.mark.row("F-23")
def test_the_ledger_itself_refuses_at_once(town) -> None:
    lin, zhou = town.customer("林晓", 500_00), town.customer("周明", 100_00)
    quote = town.quote(lin, zhou, 100_00)
    stop = actions.stop_outflows(actor=lin, reason_code="stolen", now=town.now)
    assert stop.reason == "被盗刷"
    payer, payee = (Wallet.objects.get(pk=who.uuid).account for who in (lin, zhou))
    answer = ledger.post(
        transfers=[
            ledger.NewTransfer(
                id=uuid4(),
                debit=payer,
                credit=payee,
                amount=1,
                journal="TRANSFER",
                order_ref="test:1",
                happened_at=town.now,
            )
        ],
        now=town.now,
    )
    assert isinstance(answer, ledger.Refused)
    assert answer.code == "debits_stopped"
    with refused_with("wallet.account.outflows_stopped"):
        town.quote(lin, zhou, 1_00)
    with refused_with("wallet.account.outflows_stopped"):
        actions.create_transfer(actor=lin, key=uuid4(), quote_id=quote.id, now=town.now)
    assert queries.balance_for(lin).debits_stopped
    # Money still comes in, from others and from the bank.
    assert town.send(zhou, lin, 50_00).status == "SUCCEEDED"
    assert town.top_up(lin, 10_00).status == "SUCCEEDED"


@pytest.mark.row("F-23")
def test_delayed_transfers_wait_and_can_be_cancelled(town) -> None:
    lin, zhou = town.customer("林晓", 500_00), town.customer("周明")
    one, two = (town.send(lin, zhou, 100_00, mode="two_hours") for _ in range(2))
    stop = actions.stop_outflows(actor=lin, reason_code="scammed", now=town.now)
    town.wait(hours=3)
    assert actions.claim_released(now=town.now) == []
    assert actions.release_transfer(order_id=one.id, now=town.now) == "HELD"
    assert queries.order_for(lin, one.id).paused
    assert actions.cancel_transfer(actor=lin, order_id=two.id, now=town.now).status == "CANCELLED"
    assert town.money(lin) == (400_00, 100_00)
    town.prove(lin, stop.ref)
    actions.lift_stop(actor=lin, stop_id=stop.id, now=town.now)
    assert actions.claim_released(now=town.now) == [one.id]
    assert actions.release_transfer(order_id=one.id, now=town.now) == "SUCCEEDED"
    assert [s.code for s in queries.order_for(lin, one.id).steps] == [
        "created",
        "held",
        "paused",
        "resumed",
        "arrived",
    ]


def test_a_stop_that_the_release_did_not_see_pauses_it(town) -> None:
    lin, zhou = town.customer("林晓", 500_00), town.customer("周明")
    held = town.send(lin, zhou, 100_00, mode="two_hours")
    ledger.stop_debits(account=Wallet.objects.get(pk=lin.uuid).account, now=town.now)
    town.wait(hours=2)
    assert actions.release_transfer(order_id=held.id, now=town.now) == "HELD"
    assert queries.order_for(lin, held.id).paused
    assert books.balance(f"customer:{lin.id}").held == 100_00


def test_lifting_needs_the_pin_for_this_stop(town) -> None:
    lin, zhou = town.customer("林晓"), town.customer("周明")
    stop = actions.stop_outflows(actor=lin, reason_code="phone_lost", now=town.now)
    assert actions.stop_outflows(actor=lin, reason_code="other", now=town.now).id == stop.id
    with refused_with("identity.level.insufficient"):
        actions.lift_stop(actor=lin, stop_id=stop.id, now=town.now)
    with pytest.raises(NotFound):
        actions.lift_stop(actor=zhou, stop_id=stop.id, now=town.now)
    town.prove(lin, stop.ref)
    for _ in range(2):
        assert actions.lift_stop(actor=lin, stop_id=stop.id, now=town.now).lifted_at == town.now
    assert queries.stop_for(lin) is None
    assert not queries.balance_for(lin).debits_stopped


def test_staff_stop_only_whom_they_serve(town) -> None:
    lin, zhou = town.customer("林晓"), town.customer("周明")
    agent = agent_for(town, lin)
    actions.stop_outflows(actor=agent, customer_id=lin.uuid, reason_code="stolen", now=town.now)
    with pytest.raises(NotFound):
        actions.stop_outflows(actor=agent, customer_id=zhou.uuid, reason_code="stolen", now=town.now)
    with pytest.raises(NotFound):
        actions.stop_outflows(actor=lin, customer_id=zhou.uuid, reason_code="stolen", now=town.now)
    with pytest.raises(NotFound):
        actions.stop_outflows(actor=agent, reason_code="stolen", now=town.now)


@pytest.mark.row("F-18")
def test_a_restriction_says_why_what_is_needed_and_how_to_appeal(town) -> None:
    lin, zhou = town.customer("林晓", 500_00), town.customer("周明")
    made = restrict(town, agent_for(town, lin), lin)
    assert made.reason == "交易异常"
    assert made.materials == ("本人身份证件照片", "近期交易的说明")
    assert made.appeal_url
    assert [seen.id for seen in queries.restrictions_for(lin)] == [made.id]
    with refused_with("wallet.account.restricted") as refused:
        town.quote(lin, zhou, 1_00)
    assert "交易异常" in refused.value.reader_text()
    assert "notices.told" in town.pump.run()


def test_a_restriction_ends_by_itself_unless_something_else_stands(town) -> None:
    lin = town.customer("林晓", 500_00)
    agent = agent_for(town, lin)
    restrict(town, agent, lin, days=1)
    restrict(town, agent, lin, scope="all", reason="suspected_fraud", days=2)
    assert actions.expire_restrictions(now=town.now + timedelta(hours=25)) == 1
    assert queries.balance_for(lin).debits_stopped
    assert actions.expire_restrictions(now=town.now + timedelta(hours=49)) == 1
    assert not queries.balance_for(lin).debits_stopped
    assert actions.expire_restrictions(now=town.now + timedelta(hours=49)) == 0


def test_lifting_a_stop_does_not_lift_a_restriction(town) -> None:
    lin = town.customer("林晓", 500_00)
    stop = actions.stop_outflows(actor=lin, reason_code="other", now=town.now)
    restrict(town, agent_for(town, lin), lin)
    town.prove(lin, stop.ref)
    actions.lift_stop(actor=lin, stop_id=stop.id, now=town.now)
    assert queries.balance_for(lin).debits_stopped


def test_money_in_is_refused_before_it_is_asked_for(town) -> None:
    lin = town.customer("林晓", 500_00)
    restrict(town, agent_for(town, lin), lin, scope="in")
    with refused_with("wallet.account.restricted"):
        town.top_up(lin, 10_00)
    assert not queries.balance_for(lin).debits_stopped


def test_nobody_lifts_a_restriction_below_the_level(town) -> None:
    lin = town.customer("林晓")
    agent = agent_for(town, lin)
    made = restrict(town, agent, lin)
    town.prove(lin, f"restriction:{made.id}")
    with refused_with("identity.level.insufficient"):
        actions.lift_restriction(actor=lin, restriction_id=made.id, now=town.now)
    with refused_with("identity.role.insufficient"):
        actions.lift_restriction(actor=agent, restriction_id=made.id, now=town.now)
    ended = actions.lift_restriction(actor=SYSTEM, restriction_id=made.id, now=town.now)
    assert ended.lifted_at == town.now


@pytest.mark.parametrize(
    ("scope", "reason", "days"),
    [("some", "unusual_activity", 1), ("out", "because", 1), ("out", "rule_breach", 0)],
)
def test_no_restriction_without_reason_scope_and_end(town, scope, reason, days) -> None:
    lin = town.customer("林晓")
    agent = agent_for(town, lin)
    with refused_with("wallet.restriction.reason_unknown"):
        restrict(town, agent, lin, scope=scope, reason=reason, days=days)
    with refused_with("identity.role.insufficient"):
        restrict(town, agent_for(town, lin, role="operator"), lin)
