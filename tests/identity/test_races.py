"""Two at once: counted, used, decided and consumed once. On committed clones, in real threads."""

import uuid
from collections import Counter
from collections.abc import Callable
from datetime import datetime, timedelta
from typing import Any

import pytest
from tests.identity.conftest import GOOD, PHONE

from kefu.core.actor import SYSTEM, Actor
from kefu.core.refusal import Refusal
from kefu.identity import actions, queries
from kefu.identity.actions.attempt import count_try
from kefu.identity.models import Decision, Grant, OneTimeCode, User
from kefu.identity.rules.approval import PAY_GOODWILL
from kefu.identity.rules.attempt import PER_ACCOUNT

pytestmark = pytest.mark.usefixtures("committed")
Make = Callable[..., Actor]
AtOnce = Callable[[Callable[[int], Any], int], list[Any]]


def outcomes(results: list[Any]) -> Counter[str]:
    return Counter(
        r.code if isinstance(r, Refusal) else "done" if not isinstance(r, Exception) else repr(r)
        for r in results
    )


def test_a_code_is_used_once(now: datetime, sent: list[tuple[str, str]], at_once: AtOnce) -> None:
    actions.request_code(phone=PHONE, purpose="sign_up", now=now)
    code = sent[0][1]
    results = at_once(lambda _i: actions.use_code(phone=PHONE, purpose="sign_up", code=code, now=now), 5)
    assert outcomes(results)["done"] == 1
    assert outcomes(results)["identity.code.wrong"] == 4


def test_one_code_is_sent_for_requests_at_once(
    now: datetime, sent: list[tuple[str, str]], at_once: AtOnce
) -> None:
    results = at_once(lambda _i: actions.request_code(phone=PHONE, purpose="sign_up", now=now), 6)
    assert outcomes(results) == {"done": 1, "identity.code.too_soon": 5}
    assert len(sent) == OneTimeCode.objects.count() == 1


def test_tries_at_once_admit_five(now: datetime, at_once: AtOnce) -> None:
    def once(_i: int) -> Any:
        return count_try(what="password", subject="x", patience=PER_ACCOUNT, now=now)

    assert outcomes(at_once(once, 16)) == {"done": 5, "identity.attempt.locked": 11}
    later = now + timedelta(minutes=16)
    again = at_once(lambda _i: count_try(what="password", subject="x", patience=PER_ACCOUNT, now=later), 16)
    assert outcomes(again) == {"done": 5, "identity.attempt.locked": 11}


def test_guesses_at_once_do_not_get_in(customer: Make, now: datetime, at_once: AtOnce) -> None:
    customer()

    def guess(i: int) -> Any:
        browser = actions.Browser(source=f"203.0.113.{i}")
        return actions.sign_in_with_password(
            login=PHONE, password=f"guess {i}", kind="customer", browser=browser, now=now
        )

    assert outcomes(at_once(guess, 12)) == {"identity.sign_in.wrong": 5, "identity.attempt.locked": 7}


def test_two_sign_ups_with_one_number_make_one_customer(now: datetime, at_once: AtOnce) -> None:
    def register(i: int) -> Any:
        return actions.register_customer(actor=SYSTEM, phone=PHONE, name=f"林{i}", password=GOOD, now=now)

    assert outcomes(at_once(register, 4)) == {"done": 1, "identity.customer.phone_taken": 3}
    assert User.objects.filter(kind="customer").count() == 1


@pytest.fixture
def proposed(staff: Make, now: datetime) -> tuple[Any, list[Actor]]:
    """A goodwill of ¥35 with three supervisors who may decide on it."""
    checkers = [staff(f"200{i}", "supervisor") for i in range(3)]
    approval = actions.propose_approval(
        actor=staff("1024"), action=PAY_GOODWILL, arguments={"amount": 35_00, "to": str(uuid.UUID(int=1))},
        needed=1, case_ref="case:1", reason="回执丢失", now=now,
    )  # fmt: skip
    return approval, checkers


def test_one_decision_counts(proposed: tuple[Any, list[Actor]], now: datetime, at_once: AtOnce) -> None:
    approval, checkers = proposed

    def decide(i: int) -> Any:
        return actions.decide_approval(
            actor=checkers[i], approval_id=approval.id, approve=i != 1, words="", now=now
        )

    assert outcomes(at_once(decide, 3)) == {"done": 1, "identity.approval.decided": 2}
    assert Decision.objects.count() == 1


def test_one_checker_decides_once_in_two_windows(
    proposed: tuple[Any, list[Actor]], now: datetime, at_once: AtOnce
) -> None:
    approval, checkers = proposed
    results = at_once(
        lambda _i: actions.decide_approval(
            actor=checkers[0], approval_id=approval.id, approve=True, words="", now=now
        ),
        4,
    )
    assert outcomes(results) == {"done": 1, "identity.approval.decided": 3}


def test_an_approval_is_consumed_once(
    proposed: tuple[Any, list[Actor]], now: datetime, at_once: AtOnce
) -> None:
    approval, checkers = proposed
    actions.decide_approval(actor=checkers[0], approval_id=approval.id, approve=True, words="", now=now)
    results = at_once(
        lambda _i: actions.consume_approval(
            approval_id=approval.id, action=PAY_GOODWILL, arguments=approval.arguments, now=now
        ),
        6,
    )
    assert outcomes(results) == {"done": 1, "identity.approval.consumed": 5}
    assert queries.approval_for(actor=checkers[0], approval_id=approval.id, now=now).status == "CONSUMED"


def test_grants_at_once_are_one(customer: Make, staff: Make, now: datetime, at_once: AtOnce) -> None:
    lin, chen = customer(), staff("1024")

    def give(i: int) -> Any:
        until = now + timedelta(hours=1 + i)
        return actions.give_grant(
            actor=SYSTEM,
            staff_id=chen.uuid,
            customer_id=lin.uuid,
            purpose="对话",
            ref="c:1",
            until=until,
            now=now,
        )

    assert outcomes(at_once(give, 4)) == {"done": 4}
    assert [grant.until for grant in Grant.objects.all()] == [now + timedelta(hours=4)]


def test_a_link_enrols_one_operator(now: datetime, at_once: AtOnce) -> None:
    token = actions.invite_first_operator(actor=SYSTEM, now=now).path.split("/")[-2]

    def enrol(i: int) -> Any:
        return actions.enrol_first_operator(
            token=token, staff_no=f"300{i}", name="钱多多", alias="钱", password=GOOD, now=now
        )

    results = outcomes(at_once(enrol, 4))
    assert results["done"] == 1
    assert User.objects.filter(role="operator").count() == 1
