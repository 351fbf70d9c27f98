"""Goodwill: nothing without another person's approval of exactly this; funded in the same batch."""

from datetime import timedelta
from uuid import uuid4

import pytest

from kefu.core.actor import SYSTEM
from kefu.core.models import AuditEntry
from kefu.core.money import Money
from kefu.core.refusal import NotFound, Refusal
from kefu.identity import actions as identity
from kefu.ledger import queries as books
from kefu.wallet import actions, queries
from kefu.wallet.models import Order

AMOUNT, CASE = Money(50_00), "K1"


def refused_with(code: str):
    return pytest.raises(Refusal, match=code.replace(".", r"\."))


def pay(town, who, approval, *, amount=AMOUNT, case=CASE):
    return actions.pay_goodwill(
        actor=SYSTEM, customer_id=who.uuid, amount=amount, case_ref=case, approval_id=approval, now=town.now
    )


def approved(town, who, *, amount=AMOUNT, case=CASE):
    arguments = actions.goodwill_arguments(customer_id=who.uuid, amount=amount, case_ref=case)
    return town.approved("wallet.pay_goodwill", arguments, case=case)


def test_paid_once_and_funded_in_the_same_batch(town) -> None:
    lin = town.customer("林晓")
    approval = approved(town, lin)
    done = pay(town, lin, approval)
    assert (done.kind, done.status, done.case_ref) == ("goodwill", "SUCCEEDED", CASE)
    assert town.money(lin) == (50_00, 0)
    posted = books.transfers_of(done.id)
    assert [(t.journal, t.amount, t.case_ref) for t in posted] == [
        ("GOODWILL", 50_00, CASE),
        ("FUND_LEG", 50_00, CASE),
    ]
    assert (town.house("E13"), town.house("A10"), town.house("A11")) == (50_00, 50_00, -50_00)
    with refused_with("identity.approval.consumed"):
        pay(town, lin, approval)
    assert town.money(lin) == (50_00, 0)
    assert [order.id for order in queries.orders_for(lin)] == [done.id]
    assert AuditEntry.objects.filter(action="wallet.pay_goodwill", case_ref=CASE).count() == 1


def test_nothing_without_an_approval(town) -> None:
    lin = town.customer("林晓")
    with pytest.raises(NotFound):
        pay(town, lin, uuid4())
    arguments = actions.goodwill_arguments(customer_id=lin.uuid, amount=AMOUNT, case_ref=CASE)
    proposed = identity.propose_approval(
        actor=town.staff("甲"),
        action="wallet.pay_goodwill",
        arguments=arguments,
        needed=1,
        case_ref=CASE,
        reason="应补",
        now=town.now,
    )
    with refused_with("identity.approval.not_approved"):
        pay(town, lin, proposed.id)
    assert not Order.objects.exists()


def test_nothing_with_an_approval_of_something_else(town) -> None:
    lin, zhou = town.customer("林晓"), town.customer("周明")
    approval = approved(town, lin)
    for who, amount, case in ((zhou, AMOUNT, CASE), (lin, Money(50_01), CASE), (lin, AMOUNT, "K2")):
        with refused_with("identity.approval.other_arguments"):
            pay(town, who, approval, amount=amount, case=case)
    other = town.approved("wallet.complete_topup", {"order": "x", "advice": "y", "case": CASE})
    with refused_with("identity.approval.other_arguments"):
        pay(town, lin, other)
    assert town.money(lin) == town.money(zhou) == (0, 0)
    pay(town, lin, approval)


def test_an_approval_lapses(town) -> None:
    lin = town.customer("林晓")
    approval = approved(town, lin)
    town.wait(hours=25)
    with refused_with("identity.approval.expired"):
        pay(town, lin, approval)


def test_it_needs_a_case_and_an_amount_and_staff(town) -> None:
    lin = town.customer("林晓")
    with refused_with("wallet.goodwill.case_missing"):
        pay(town, lin, uuid4(), case="")
    with refused_with("core.amount.too_large"):
        pay(town, lin, uuid4(), amount=Money(20_000_01))
    with pytest.raises(NotFound):
        actions.pay_goodwill(
            actor=lin, customer_id=lin.uuid, amount=AMOUNT, case_ref=CASE, approval_id=uuid4(), now=town.now
        )


def test_a_restricted_customer_is_paid_all_the_same(town) -> None:
    lin = town.customer("林晓")
    actions.stop_outflows(actor=lin, reason_code="stolen", now=town.now)
    pay(town, lin, approved(town, lin))
    assert town.money(lin) == (50_00, 0)
    assert queries.stop_for(lin, now=town.now + timedelta(days=1)) is not None
