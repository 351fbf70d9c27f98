"""Linking a card: a code proves it, a token stays, the number is nowhere."""

from datetime import timedelta

import pytest
from django.db import connection

from kefu.core.actor import SYSTEM
from kefu.core.refusal import NotFound
from kefu.rails import actions, queries
from kefu.rails.models import CardCheck

pytestmark = pytest.mark.django_db
OWNER = "customer:0190c0de-0000-7000-8000-000000000001"


@pytest.fixture
def opened(bank, start):
    def make(pan: str | None = None, phone: str = "13912340077"):
        return actions.open_card_check(
            actor=SYSTEM, owner_ref=OWNER, pan=pan or bank.pan(), holder="林晓", phone=phone, now=start
        )

    return make


def give(check, code: str, now):
    return actions.give_card_code(actor=SYSTEM, owner_ref=OWNER, check_id=check.id, code=code, now=now)


def nowhere(pan: str) -> bool:
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT (SELECT count(*) FROM rails_cardcheck c WHERE c::text LIKE %s)"
            " + (SELECT count(*) FROM core_outboxevent e WHERE e::text LIKE %s)"
            " + (SELECT count(*) FROM core_auditentry a WHERE a::text LIKE %s)",
            [f"%{pan}%"] * 3,
        )
        return bool(cursor.fetchone()[0] == 0)


@pytest.mark.row("W-11")
def test_linked_by_the_code_that_the_bank_sent(bank, opened, pump, start) -> None:
    pan = bank.pan()
    check = opened(pan)
    assert check.status == "ASKED"
    pump.run()
    sent = queries.card_check(check.id)
    assert (sent.status, sent.phone_masked) == ("SENT", "139****0077")
    give(check, bank.code("0077"), start)
    pump.run()
    linked = queries.card_check(check.id)
    assert (linked.status, linked.last4, linked.bank) == ("LINKED", pan[-4:], "招商银行")
    assert linked.token.startswith("crd_")
    assert CardCheck.objects.get(pk=check.id).sealed is None
    assert nowhere(pan)


def test_wrong_code_can_be_given_again_until_tries_run_out(bank, opened, pump, start) -> None:
    check = opened()
    pump.run()
    right = bank.code("0077")
    wrong = "000000" if right != "000000" else "111111"
    for left in (4, 3, 2, 1):
        give(check, wrong, start)
        pump.run()
        seen = queries.card_check(check.id)
        assert (seen.status, seen.reason, seen.tries_left) == ("SENT", "code_wrong", left)
    give(check, wrong, start)
    pump.run()
    assert queries.card_check(check.id).status == "REFUSED"
    with pytest.raises(actions.CardCheckOver):
        give(check, right, start)


def test_a_bank_that_is_down_delays_and_time_ends_it(bank, opened, pump, start) -> None:
    bank.mood("down")
    check = opened()
    pump.run()
    assert queries.card_check(check.id).status == "ASKED"
    later = start + timedelta(seconds=11)
    assert check.id in actions.claim_card_checks(now=later)
    over = start + timedelta(minutes=11)
    actions.carry_card_check(check_id=check.id, now=over)
    ended = queries.card_check(check.id)
    assert (ended.status, ended.reason) == ("REFUSED", "expired")
    assert CardCheck.objects.get(pk=check.id).sealed is None


def test_the_bank_refuses_a_real_looking_number(bank, opened, pump) -> None:
    check = opened("4111 1111 1111 1111")
    pump.run()
    assert queries.card_check(check.id).reason == "pan_not_test"


@pytest.mark.parametrize("pan", ["", "1234", "6200000100000001x", "62000001000000", "6" * 40])
def test_numbers_that_cannot_be(opened, pan: str) -> None:
    with pytest.raises(actions.CardNumberWrong):
        opened(pan or "0")


def test_holder_and_phone_are_needed(bank, opened, start) -> None:
    with pytest.raises(actions.CardHolderMissing):
        opened(phone="12")


def test_another_owner_finds_nothing(bank, opened, pump, start) -> None:
    check = opened()
    pump.run()
    with pytest.raises(NotFound):
        actions.give_card_code(actor=SYSTEM, owner_ref="customer:other", check_id=check.id, code="123456", now=start)
    with pytest.raises(actions.CardCodeWrong):
        give(check, "12a456", start)


def test_called_twice_at_once_the_bank_sends_one_code(bank, opened, start, monkeypatch) -> None:
    from kefu.rails.connectors.sandbox import SandboxBank

    check, asked = opened(), []
    real = SandboxBank.open_card_check

    def slow(self, **given):
        asked.append(given)
        if len(asked) == 1:
            assert actions.carry_card_check(check_id=check.id, now=start).status == "ASKED"
        return real(self, **given)

    monkeypatch.setattr(SandboxBank, "open_card_check", slow)
    assert actions.carry_card_check(check_id=check.id, now=start).status == "SENT"
    assert len(asked) == 1
