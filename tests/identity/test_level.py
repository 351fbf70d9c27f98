"""V0 to V3: the table, the payment PIN, and what each level is refused."""

from collections.abc import Callable
from datetime import datetime, timedelta

import pytest
from django.utils.translation import override

from kefu.core.actor import SYSTEM, Actor
from kefu.core.refusal import Refusal
from kefu.identity import actions, queries
from kefu.identity.rules.level import LEVELS, ROLES

pytestmark = pytest.mark.django_db
Make = Callable[..., Actor]
STRANGER = Actor(kind="bank", id="sandbox")


def refusal(actor: Actor, action: str, now: datetime, ref: str = "") -> str:
    """The level or role that is missing, or an empty text."""
    try:
        queries.require(actor=actor, action=action, ref=ref, now=now)
    except Refusal as refused:
        return str(refused.data.get("needed", refused.code))
    return ""


@pytest.mark.row("S-10")
@pytest.mark.parametrize("action", sorted(LEVELS))
def test_every_action_asks_for_its_level(action: str, customer: Make, now: datetime) -> None:
    made, needed, ref = customer(), LEVELS[action], "order:1"
    actions.set_payment_pin(actor=made, pin="258014", now=now)
    signed_in = {"V0": "", "V1": "", "V2": "V2", "V3": "V2"}[needed]
    assert refusal(STRANGER, action, now, ref) == ("" if needed == "V0" else "V1")
    assert refusal(made, action, now, ref) == signed_in
    actions.prove_step_up(actor=made, pin="258014", ref=ref, now=now)
    assert refusal(made, action, now, ref) == ("V3" if needed == "V3" else "")
    assert refusal(SYSTEM, action, now, ref) == ""


@pytest.mark.row("S-10")
@pytest.mark.parametrize("action", sorted(ROLES))
def test_every_action_of_staff_asks_for_its_role(action: str, now: datetime) -> None:
    for role in ("agent", "supervisor", "operator", ""):
        actor = Actor(kind="staff", id="018f0000-0000-7000-8000-000000000000", role=role)
        allowed = role in ROLES[action]
        assert refusal(actor, action, now) == ("" if allowed else "identity.role.insufficient")


def test_an_action_that_nobody_listed_is_refused_to_all(customer: Make, now: datetime) -> None:
    made = customer()
    staff = Actor(kind="staff", id=made.id, role="operator")
    assert refusal(made, "wallet.print_money", now) == "V2"
    assert refusal(staff, "wallet.print_money", now) == "identity.role.insufficient"


@pytest.mark.row("S-02")
def test_a_second_proof_holds_for_one_thing_five_minutes_and_one_sitting(
    customer: Make, now: datetime
) -> None:
    made = customer()
    actions.set_payment_pin(actor=made, pin="258014", now=now)
    until = actions.prove_step_up(actor=made, pin="258014", ref="quote:1", now=now)
    assert until == now + timedelta(minutes=5)
    elsewhere = Actor(kind="customer", id=made.id, session="s2")
    action = "wallet.create_large_transfer"
    assert refusal(made, action, now, "quote:1") == ""
    assert refusal(made, action, now, "quote:2") == "V2"
    assert refusal(made, action, now, "") == "V2"
    assert refusal(elsewhere, action, now, "quote:1") == "V2"
    assert refusal(made, action, until - timedelta(seconds=1), "quote:1") == ""
    assert refusal(made, action, until, "quote:1") == "V2"


def test_the_refusal_says_how(customer: Make, now: datetime) -> None:
    made = customer()
    actions.set_payment_pin(actor=made, pin="258014", now=now)
    with pytest.raises(Refusal) as refused:
        queries.require(actor=made, action="wallet.lift_stop", ref="stop:1", now=now)
    assert "支付密码" in refused.value.reader_text()
    actions.prove_step_up(actor=made, pin="258014", ref="stop:1", now=now)
    with pytest.raises(Refusal) as refused:
        queries.require(actor=made, action="identity.change_phone", ref="stop:1", now=now)
    assert "人工客服" in refused.value.reader_text()
    with override("en"):
        assert refused.value.operator_text() == "identity.change_phone needs V3 for stop:1"
    assert refused.value.status == 403


@pytest.mark.parametrize(
    "pin",
    [
        "12345",
        "1234567",
        "abcdef",
        "１２３４５６",
        "123456",
        "654321",
        "111111",
        "112112",
        "121212",
        "800001",
        "",
    ],
)
def test_pins_that_are_refused(pin: str, customer: Make, now: datetime) -> None:
    with pytest.raises(Refusal) as refused:
        actions.set_payment_pin(actor=customer(), pin=pin, now=now)
    assert refused.value.code == "identity.pin.unfit"


def test_replacing_the_pin_needs_the_old_one(customer: Make, now: datetime) -> None:
    made = customer()
    actions.set_payment_pin(actor=made, pin="258014", now=now)
    with pytest.raises(Refusal) as refused:
        actions.set_payment_pin(actor=made, pin="731904", now=now)
    assert refused.value.code == "identity.level.insufficient"
    actions.prove_step_up(actor=made, pin="258014", ref="identity.replace_payment_pin", now=now)
    actions.set_payment_pin(actor=made, pin="731904", now=now)
    with pytest.raises(Refusal) as refused:
        actions.prove_step_up(actor=made, pin="258014", ref="x", now=now)
    assert refused.value.code == "identity.pin.wrong"


def test_without_a_pin_there_is_no_second_proof(customer: Make, now: datetime) -> None:
    with pytest.raises(Refusal) as refused:
        actions.prove_step_up(actor=customer(), pin="258014", ref="x", now=now)
    assert refused.value.code == "identity.pin.missing"


def test_guessing_the_pin_pauses(customer: Make, now: datetime) -> None:
    made = customer()
    actions.set_payment_pin(actor=made, pin="258014", now=now)
    codes = []
    for _ in range(6):
        with pytest.raises(Refusal) as refused:
            actions.prove_step_up(actor=made, pin="000000", ref="x", now=now)
        codes.append(refused.value.code)
    assert codes == ["identity.pin.wrong"] * 5 + ["identity.attempt.locked"]


def test_risk_signals_last_until_their_end(customer: Make, now: datetime) -> None:
    made = customer()
    soon = now + timedelta(hours=24)
    signal = actions.raise_risk(
        actor=SYSTEM, customer_id=made.uuid, kind="new_device", ref="s1", until=soon, now=now
    )
    actions.raise_risk(actor=SYSTEM, customer_id=made.uuid, kind="scam_report", ref="c1", until=soon, now=now)
    assert queries.risks_of(customer_id=made.uuid, now=now) == ["new_device", "scam_report"]
    assert actions.end_risk(actor=SYSTEM, signal_id=signal, now=now + timedelta(hours=1))
    assert not actions.end_risk(actor=SYSTEM, signal_id=signal, now=now + timedelta(hours=2))
    assert queries.risks_of(customer_id=made.uuid, now=now + timedelta(hours=2)) == ["scam_report"]
    assert queries.risks_of(customer_id=made.uuid, now=soon) == []
