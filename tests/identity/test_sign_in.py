"""Ways into a sitting, what counts as a try, and what is told to whom."""

from collections.abc import Callable
from datetime import datetime, timedelta
from typing import Any

import pytest
from tests.identity.conftest import GOOD, PHONE

from kefu.core.actor import Actor
from kefu.core.refusal import Refusal
from kefu.identity import actions, queries
from kefu.identity.models import OneTimeCode, Session, User

pytestmark = pytest.mark.django_db
Make = Callable[..., Actor]
HERE = actions.Browser(source="203.0.113.7", label="Firefox")


def by_password(password: str, now: datetime, login: str = PHONE, **other: Any) -> Any:
    other.setdefault("browser", HERE)
    return actions.sign_in_with_password(login=login, password=password, kind="customer", now=now, **other)


@pytest.mark.row("W-02")
def test_the_right_pair_opens_a_sitting(customer: Make, now: datetime) -> None:
    made = customer()
    signed = by_password(GOOD, now, login="138 0000 1001")
    actor = queries.actor_for_session(signed.session_id, now=now)
    assert actor is not None
    assert (actor.id, actor.kind, actor.session) == (made.id, "customer", str(signed.session_id))
    [view] = queries.sessions_for(actor)
    assert (view.source, view.device_label, view.is_this) == ("203.0.113.7", "Firefox", True)


@pytest.mark.row("W-02")
def test_a_wrong_pair_and_an_unknown_account_sound_the_same(customer: Make, now: datetime) -> None:
    customer()
    texts = set()
    for login in (PHONE, "+8613999999999", "nobody"):
        with pytest.raises(Refusal) as refused:
            by_password("wrong", now, login=login)
        texts.add((refused.value.code, refused.value.reader_text()))
    assert len(texts) == 1


@pytest.mark.row("F-15")
def test_five_wrong_tries_pause_and_ten_pause_for_a_day(customer: Make, now: datetime) -> None:
    customer()

    def wrong(at: datetime) -> str:
        with pytest.raises(Refusal) as refused:
            by_password("wrong", at)
        return refused.value.code

    assert [wrong(now) for _ in range(6)] == ["identity.sign_in.wrong"] * 5 + ["identity.attempt.locked"]
    with pytest.raises(Refusal) as refused:
        by_password(GOOD, now + timedelta(minutes=14))
    assert refused.value.data["minutes"] == 1
    later = now + timedelta(minutes=16)
    assert [wrong(later) for _ in range(6)] == ["identity.sign_in.wrong"] * 5 + ["identity.attempt.locked"]
    with pytest.raises(Refusal) as refused:
        by_password(GOOD, later + timedelta(hours=23))
    assert refused.value.code == "identity.attempt.locked"
    assert by_password(GOOD, later + timedelta(hours=25))


def test_an_account_that_is_not_there_pauses_too(now: datetime) -> None:
    codes = []
    for _ in range(6):
        with pytest.raises(Refusal) as refused:
            by_password("wrong", now, login="+8613911112222")
        codes.append(refused.value.code)
    assert codes[-2:] == ["identity.sign_in.wrong", "identity.attempt.locked"]


def test_success_forgets_the_tries(customer: Make, now: datetime) -> None:
    customer()
    for _ in range(3):
        for _ in range(4):
            with pytest.raises(Refusal):
                by_password("wrong", now)
        assert by_password(GOOD, now)


def test_one_source_trying_many_accounts_is_paused(now: datetime) -> None:
    codes = []
    for i in range(52):
        with pytest.raises(Refusal) as refused:
            by_password("wrong", now, login=f"+86139{i:08d}")
        codes.append(refused.value.code)
    assert codes[49] == "identity.sign_in.wrong"
    assert codes[50] == "identity.attempt.locked"


def test_a_paused_password_leaves_the_code_open(
    customer: Make, now: datetime, sent: list[tuple[str, str]]
) -> None:
    customer()
    for _ in range(6):
        with pytest.raises(Refusal):
            by_password("wrong", now)
    actions.request_code(phone=PHONE, purpose="sign_in", now=now)
    assert actions.sign_in_with_code(phone=PHONE, code=sent[-1][1], browser=HERE, now=now)


@pytest.mark.row("W-01")
def test_sign_up_by_code(now: datetime, sent: list[tuple[str, str]]) -> None:
    assert actions.request_code(phone="13800001001", purpose="sign_up", now=now) == 600
    [(phone, code)] = sent
    signed = actions.sign_up_with_code(
        phone=phone, code=code, name="林小雨", password="", browser=HERE, now=now, language="en"
    )
    assert signed.is_new_customer
    assert queries.person(signed.user_id).language == "en"


@pytest.mark.row("W-01")
def test_a_known_number_leads_to_sign_in_after_the_code(
    customer: Make, now: datetime, sent: list[tuple[str, str]]
) -> None:
    made = customer()
    actions.request_code(phone=PHONE, purpose="sign_up", now=now)
    signed = actions.sign_up_with_code(
        phone=PHONE, code=sent[0][1], name="别人", password="", browser=HERE, now=now
    )
    assert (signed.user_id, signed.is_new_customer) == (made.uuid, False)
    assert queries.person(made.uuid).name == "林小雨"


@pytest.mark.row("F-14")
def test_asking_for_a_code_does_not_tell_who_is_a_customer(
    customer: Make, now: datetime, sent: list[tuple[str, str]]
) -> None:
    customer()
    unknown = "+8613999990000"
    answers = [actions.request_code(phone=p, purpose="sign_in", now=now) for p in (PHONE, unknown)]
    assert answers[0] == answers[1]
    assert [phone for phone, _code in sent] == [PHONE]
    assert OneTimeCode.objects.filter(address=unknown).count() == 1
    refused = []
    for phone in (PHONE, unknown):
        with pytest.raises(Refusal) as raised:
            actions.sign_in_with_code(phone=phone, code="000000", browser=HERE, now=now)
        refused.append(raised.value.reader_text())
        with pytest.raises(Refusal) as raised:
            actions.request_code(phone=phone, purpose="sign_in", now=now)
        refused.append(raised.value.code)
    assert refused[:2] == refused[2:]


@pytest.mark.row("F-12")
def test_a_code_is_good_once_for_its_purpose_and_ten_minutes(
    customer: Make, now: datetime, sent: list[tuple[str, str]]
) -> None:
    customer()

    def use(code: str, purpose: Any, at: datetime) -> str:
        try:
            return actions.use_code(phone=PHONE, purpose=purpose, code=code, now=at)
        except Refusal as refused:
            return refused.code

    actions.request_code(phone=PHONE, purpose="sign_in", now=now)
    code = sent[-1][1]
    assert use(code, "reset_password", now) == "identity.code.wrong"
    assert use(code, "sign_in", now + timedelta(minutes=10)) == "identity.code.wrong"
    assert use(f" {code} ", "sign_in", now + timedelta(minutes=9)) == PHONE
    assert use(code, "sign_in", now + timedelta(minutes=9)) == "identity.code.wrong"


def test_a_new_code_replaces_the_one_before(
    customer: Make, now: datetime, sent: list[tuple[str, str]]
) -> None:
    customer()
    actions.request_code(phone=PHONE, purpose="sign_in", now=now)
    actions.request_code(phone=PHONE, purpose="sign_in", now=now + timedelta(seconds=61))
    later = now + timedelta(seconds=62)
    if sent[0][1] != sent[1][1]:
        with pytest.raises(Refusal):
            actions.use_code(phone=PHONE, purpose="sign_in", code=sent[0][1], now=later)
    assert actions.use_code(phone=PHONE, purpose="sign_in", code=sent[1][1], now=later) == PHONE


def test_codes_are_not_to_be_had_without_end(now: datetime, sent: list[tuple[str, str]]) -> None:
    codes = []
    for i in range(7):
        try:
            actions.request_code(phone=PHONE, purpose="sign_up", now=now + timedelta(seconds=61 * i))
            codes.append("sent")
        except Refusal as refused:
            codes.append(refused.code)
    assert codes == ["sent"] * 5 + ["identity.code.too_many"] * 2
    actions.request_code(phone="+8613800001009", purpose="sign_up", now=now)
    with pytest.raises(Refusal) as refused_soon:
        actions.request_code(phone="+8613800001009", purpose="sign_up", now=now + timedelta(seconds=5))
    assert refused_soon.value.data == {"seconds": 55}


def test_guessing_a_code_ends_it(now: datetime, sent: list[tuple[str, str]]) -> None:
    actions.request_code(phone=PHONE, purpose="sign_up", now=now)
    right = sent[0][1]
    wrong = "111111" if right != "111111" else "222222"
    for _ in range(5):
        with pytest.raises(Refusal):
            actions.use_code(phone=PHONE, purpose="sign_up", code=wrong, now=now)
    with pytest.raises(Refusal) as refused:
        actions.use_code(phone=PHONE, purpose="sign_up", code=right, now=now)
    assert refused.value.code == "identity.attempt.locked"


@pytest.mark.row("F-12")
def test_a_reset_ends_every_sitting(customer: Make, now: datetime, sent: list[tuple[str, str]]) -> None:
    made = customer()
    first = by_password(GOOD, now)
    actions.request_code(phone=PHONE, purpose="reset_password", now=now)
    new = "新的口令 seven grey herons"
    signed = actions.reset_password(phone=PHONE, code=sent[0][1], new=new, browser=HERE, now=now)
    assert queries.actor_for_session(first.session_id, now=now) is None
    assert queries.actor_for_session(signed.session_id, now=now) is not None
    assert User.objects.get(pk=made.uuid).check_password(new)


def test_changing_the_password_keeps_this_sitting_only(customer: Make, now: datetime) -> None:
    customer()
    here, there = by_password(GOOD, now), by_password(GOOD, now)
    actor = queries.actor_for_session(here.session_id, now=now)
    assert actor is not None
    with pytest.raises(Refusal) as refused:
        actions.change_password(actor=actor, old="not it", new="a quiet pond at night", now=now)
    assert refused.value.code == "identity.password.wrong"
    actions.change_password(actor=actor, old=GOOD, new="a quiet pond at night", now=now)
    assert queries.actor_for_session(here.session_id, now=now) is not None
    assert queries.actor_for_session(there.session_id, now=now) is None


def test_staff_sign_in_by_number_and_not_at_the_customers_door(staff: Make, now: datetime) -> None:
    agent = staff("1024")
    signed = actions.sign_in_with_password(login="1024", password=GOOD, kind="staff", browser=HERE, now=now)
    actor = queries.actor_for_session(signed.session_id, now=now)
    assert actor is not None
    assert (actor.id, actor.role, actor.staff_no, actor.label) == (agent.id, "agent", "1024", "陈工")
    with pytest.raises(Refusal) as refused:
        by_password(GOOD, now, login="1024")
    assert refused.value.code == "identity.sign_in.wrong"


def test_a_sitting_ends_when_idle_when_old_and_when_its_owner_is_dismissed(
    customer: Make, now: datetime
) -> None:
    made = customer()
    signed = by_password(GOOD, now)
    assert queries.actor_for_session(signed.session_id, now=now + timedelta(minutes=14))
    assert queries.actor_for_session(signed.session_id, now=now + timedelta(minutes=15)) is None
    for minutes in range(10, 12 * 60, 10):
        actions.see_session(session_id=signed.session_id, now=now + timedelta(minutes=minutes))
    assert queries.actor_for_session(signed.session_id, now=now + timedelta(hours=11, minutes=59))
    assert queries.actor_for_session(signed.session_id, now=now + timedelta(hours=12)) is None
    User.objects.filter(pk=made.uuid).update(is_active=False)
    assert queries.actor_for_session(signed.session_id, now=now) is None


@pytest.mark.row("S-05")
def test_people_end_their_own_sittings_and_nobody_elses(customer: Make, now: datetime) -> None:
    customer()
    other = customer(phone="+8613800001002", name="周明")
    here, there = by_password(GOOD, now), by_password(GOOD, now)
    actor = queries.actor_for_session(here.session_id, now=now)
    assert actor is not None
    with pytest.raises(Refusal) as refused:
        actions.end_session(actor=other, session_id=there.session_id, now=now)
    assert refused.value.code == "core.thing.not_found"
    actions.end_session(actor=actor, session_id=there.session_id, now=now)
    assert queries.actor_for_session(there.session_id, now=now) is None
    by_password(GOOD, now)
    assert actions.end_other_sessions(actor=actor, now=now) == 1
    actions.sign_out(actor=actor, now=now)
    actions.sign_out(actor=actor, now=now)
    assert queries.sessions_for(actor) == []


def test_a_device_is_known_again_but_only_to_its_owner(customer: Make, now: datetime) -> None:
    customer()
    customer(phone="+8613800001002", name="周明")
    first = by_password(GOOD, now)
    known = actions.Browser(source="203.0.113.7", device_token=first.device_token)
    assert first.device_is_new
    assert not by_password(GOOD, now, browser=known).device_is_new
    strange = by_password(GOOD, now, login="+8613800001002", browser=known)
    assert strange.device_is_new
    assert strange.device_token != first.device_token
    assert Session.objects.count() == 3
