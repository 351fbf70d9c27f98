"""The first operator of an installation enrols by a one-time link."""

from collections.abc import Callable
from datetime import datetime, timedelta
from typing import Any

import pytest

from kefu.core.actor import SYSTEM, Actor
from kefu.core.refusal import Refusal
from kefu.identity import actions, queries

pytestmark = pytest.mark.django_db
FIELDS: dict[str, Any] = {
    "staff_no": "3001",
    "name": "钱多多",
    "alias": "钱运营",
    "password": "湖面上有七条小船 on a lake",
}


def token_of(path: str) -> str:
    return path.split("/")[-2]


def enrol(token: str, now: datetime, **changed: Any) -> Any:
    return actions.enrol_first_operator(token=token, **{**FIELDS, **changed}, now=now)


def test_the_link_makes_one_operator(now: datetime) -> None:
    invitation = actions.invite_first_operator(actor=SYSTEM, now=now)
    assert invitation.path.startswith("/console/enrol/")
    token = token_of(invitation.path)
    actions.check_enrolment(token=token, now=now)
    assert not queries.operator_exists()
    with pytest.raises(Refusal) as refused:
        enrol(token, now, password="short")
    assert refused.value.code == "identity.password.too_short"
    person = enrol(token, now)
    assert (person.role, person.staff_no) == ("operator", "3001")
    for call in (lambda: enrol(token, now), lambda: actions.invite_first_operator(actor=SYSTEM, now=now)):
        with pytest.raises(Refusal) as refused:
            call()
        assert refused.value.code == "identity.enrolment.operator_there"


@pytest.mark.parametrize("how", ["late", "replaced", "forged"])
def test_links_that_do_not_work(how: str, now: datetime) -> None:
    token = token_of(actions.invite_first_operator(actor=SYSTEM, now=now).path)
    if how == "replaced":
        actions.invite_first_operator(actor=SYSTEM, now=now)
    moment = now + timedelta(hours=24) if how == "late" else now
    with pytest.raises(Refusal) as refused:
        enrol("x" * 43 if how == "forged" else token, moment)
    assert refused.value.code == "identity.enrolment.spent"


def test_an_operator_who_is_there_needs_no_link(staff: Callable[..., Actor], now: datetime) -> None:
    staff("3001", "operator")
    with pytest.raises(Refusal) as refused:
        actions.invite_first_operator(actor=SYSTEM, now=now)
    assert refused.value.code == "identity.enrolment.operator_there"
