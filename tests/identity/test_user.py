"""Customers and staff: who can be made, and what is refused."""

from collections.abc import Callable
from datetime import datetime
from typing import Any
from uuid import UUID

import pytest

from kefu.core.actor import SYSTEM, Actor
from kefu.core.refusal import NotFound, Refusal
from kefu.identity import actions, queries
from kefu.identity.models import ContactPoint, User

pytestmark = pytest.mark.django_db
Make = Callable[..., Actor]
NOBODY = UUID(int=7)


@pytest.mark.row("W-01")
def test_a_customer_is_found_however_the_number_is_written(customer: Make) -> None:
    made = customer(phone="138 0000 1001")
    for written in ("13800001001", "+86 138-0000-1001", "０１３８００００１００１"[1:], "008613800001001"):
        found = queries.find_customer_by_phone(written)
        assert found is not None, written
        assert found.id == made.uuid
    assert queries.find_customer_by_phone("not a phone") is None


def test_a_phone_belongs_to_one_customer(customer: Make, now: datetime) -> None:
    customer()
    with pytest.raises(Refusal) as refused:
        customer(name="王芳")
    assert refused.value.code == "identity.customer.phone_taken"
    assert User.objects.count() == 1


@pytest.mark.parametrize(
    "name", ["", " ", "x" * 41, "a\nb", "<b>王</b>", "见 www.x.cn", "官方客服", "a@b.cn"]
)
def test_names_that_nobody_has_are_refused(name: str, customer: Make) -> None:
    with pytest.raises(Refusal) as refused:
        customer(name=name)
    assert refused.value.code == "identity.name.unusable"


@pytest.mark.parametrize("phone", ["", "12", "abc", "1" * 40, "+86 1", "138\x00"])
def test_numbers_that_are_none_are_refused(phone: str, customer: Make) -> None:
    with pytest.raises(Refusal) as refused:
        customer(phone=phone)
    assert refused.value.code == "identity.phone.unreadable"


@pytest.mark.row("S-03")
@pytest.mark.parametrize(
    ("password", "reason"),
    [
        ("short", "too_short"),
        ("fourteen-chars", "too_short"),
        ("x" * 129, "too_long"),
        ("password1234567", "too_common"),
        ("iloveyou 20262026", "too_common"),
        ("abcabcabcabcabcabc", "too_regular"),
        ("1234567890123456", "too_regular"),
        ("qwertyuiopasdfgh", "too_regular"),
        ("aaaaaaaaaaaaaaaaaa", "too_regular"),
        ("zz 13800001001 kk", "about_you"),
        ("我是林小雨今天也要努力呀加油哦", "about_you"),
        ("qinghe wallet 2026", "about_us"),
        ("青禾钱包青禾钱包 2026!!!", "about_us"),
    ],
)
def test_passwords_that_are_refused(password: str, reason: str, customer: Make) -> None:
    with pytest.raises(Refusal) as refused:
        customer(password=password)
    assert refused.value.code == f"identity.password.{reason}"
    assert not User.objects.exists()


@pytest.mark.parametrize(
    "password", ["correct horse battery staple", "麦子在七月的雨里慢慢长高了呀呀", "lower case only words"]
)
def test_long_passwords_need_no_mixture(password: str, customer: Make) -> None:
    made = customer(password=password)
    assert User.objects.get(pk=made.uuid).check_password(password)


def test_passwords_are_kept_as_argon2(settings: Any, customer: Make) -> None:
    settings.PASSWORD_HASHERS = settings.PASSWORD_HASHERS[1:]
    made = customer()
    assert User.objects.get(pk=made.uuid).password.startswith("argon2$argon2id$v=19$m=19456,t=2,p=1$")


def test_a_customer_may_have_no_password(customer: Make) -> None:
    made = customer(password="")
    assert not User.objects.get(pk=made.uuid).has_usable_password()


def test_staff_are_made_by_operators_only(staff: Make, now: datetime) -> None:
    operator, agent = staff("3001", "operator"), staff("1024")
    fields: dict[str, Any] = {
        "name": "李娜",
        "alias": "李娜",
        "role": "agent",
        "password": "窗外有三只麻雀在唱歌 hello",
        "now": now,
    }
    made = actions.register_staff(actor=operator, staff_no="1031", **fields)
    assert (made.kind, made.staff_no, made.shown_name) == ("staff", "1031", "李娜")
    with pytest.raises(Refusal) as refused:
        actions.register_staff(actor=agent, staff_no="1032", **fields)
    assert refused.value.code == "identity.role.insufficient"
    with pytest.raises(Refusal) as refused:
        actions.register_staff(actor=operator, staff_no="1031", **fields)
    assert refused.value.code == "identity.staff.no_taken"
    with pytest.raises(Refusal) as refused:
        actions.register_staff(actor=operator, staff_no="A1", **fields)
    assert refused.value.code == "identity.staff.no_unfit"
    with pytest.raises(Refusal) as refused:
        actions.register_staff(actor=SYSTEM, staff_no="1033", lead_id=NOBODY, **fields)
    assert refused.value.code == "identity.staff.lead_unfit"


def test_bindings_stay_on_record(customer: Make, now: datetime) -> None:
    made = customer()
    assert queries.contact_of(made.uuid).email == ""
    actions.confirm_email(actor=SYSTEM, user_id=made.uuid, email="lin@example.org", now=now)
    actions.confirm_email(actor=SYSTEM, user_id=made.uuid, email="lin2@example.org", now=now)
    assert queries.contact_of(made.uuid).email == "lin2@example.org"
    kept = ContactPoint.objects.filter(user_id=made.uuid, kind="email").order_by("value")
    assert [(c.value, c.ended_at is None) for c in kept] == [
        ("lin2@example.org", True),
        ("lin@example.org", False),
    ]
    with pytest.raises(Refusal) as refused:
        actions.confirm_email(actor=SYSTEM, user_id=made.uuid, email="not mail", now=now)
    assert refused.value.code == "identity.email.unreadable"


def test_unknown_people_look_like_not_there(now: datetime) -> None:
    with pytest.raises(NotFound):
        queries.person(NOBODY)


@pytest.mark.row("Q-14")
def test_the_version_of_a_text_that_was_agreed_to_is_kept(customer: Make, now: datetime) -> None:
    made = customer()
    actions.give_consent(actor=made, kind="terms", version="1", now=now)
    actions.give_consent(actor=made, kind="terms", version="2", now=now)
    assert queries.consents_of(user_id=made.uuid) == {"terms": "2"}
    assert actions.withdraw_consent(actor=made, kind="terms", now=now)
    assert queries.consents_of(user_id=made.uuid) == {}
