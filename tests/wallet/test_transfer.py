"""Transfers: shown, confirmed, posted once or held until they go."""

from datetime import datetime, timedelta
from uuid import uuid4
from zoneinfo import ZoneInfo

import pytest

from kefu.core.keyed import KeyReused
from kefu.core.money import Money
from kefu.core.refusal import NotFound, Refusal
from kefu.ledger import queries as books
from kefu.wallet import actions, queries
from kefu.wallet.models import Order

SHANGHAI = ZoneInfo("Asia/Shanghai")


def refused_with(code: str):
    return pytest.raises(Refusal, match=code.replace(".", r"\."))


@pytest.mark.row("W-16")
def test_the_confirmation_page_shows_everything_and_moves_nothing(town) -> None:
    lin, zhou = town.customer("林晓", 3_000_00), town.customer("周明")
    quote = town.quote(lin, zhou, 2_000_00, remark=" 房租 ")
    assert (quote.payee_masked_name, quote.payee_masked_phone[-4:]) == ("周*", town.phone(zhou)[-4:])
    assert (quote.amount.text(), quote.fee.text(), quote.total.text()) == ("¥2,000.00", "¥1.00", "¥2,001.00")
    assert (quote.arrives_at, quote.remark, quote.needs_pin) == (None, "房租", False)
    assert quote.expires_at == town.now + timedelta(minutes=5)
    assert town.money(lin) == (3_000_00, 0)


@pytest.mark.row("W-05")
@pytest.mark.row("W-23")
def test_a_transfer_is_one_batch_and_there_at_once(town) -> None:
    lin, zhou = town.customer("林晓", 3_000_00), town.customer("周明")
    done = town.send(lin, zhou, 2_000_00)
    assert done.status == "SUCCEEDED"
    assert (town.money(lin), town.money(zhou)) == ((999_00, 0), (2_000_00, 0))
    posted = books.transfers_of(done.id)
    assert [(t.journal, t.amount) for t in posted] == [
        ("TRANSFER", 2_000_00),
        ("FEE", 1_00),
        ("SWEEP_LEG", 1_00),
    ]
    assert town.house("I11") == 1_00
    assert town.house("A10") + town.house("A20") == 999_00 + 2_000_00


@pytest.mark.row("W-05")
def test_same_key_gives_the_same_order(town) -> None:
    lin, zhou, key = town.customer("林晓", 500_00), town.customer("周明"), uuid4()
    quote = town.quote(lin, zhou, 100_00)
    orders = [actions.create_transfer(actor=lin, key=key, quote_id=quote.id, now=town.now) for _ in range(3)]
    assert len({order.id for order in orders}) == 1
    assert town.money(lin) == (400_00, 0)
    other = town.quote(lin, zhou, 50_00)
    with pytest.raises(KeyReused):
        actions.create_transfer(actor=lin, key=key, quote_id=other.id, now=town.now)


@pytest.mark.row("W-05")
def test_two_tabs_on_one_confirmation_page_are_one_transfer(town) -> None:
    lin, zhou = town.customer("林晓", 500_00), town.customer("周明")
    quote = town.quote(lin, zhou, 100_00)
    first = actions.create_transfer(actor=lin, key=uuid4(), quote_id=quote.id, now=town.now)
    town.wait(minutes=10)
    second = actions.create_transfer(actor=lin, key=uuid4(), quote_id=quote.id, now=town.now)
    assert first.id == second.id
    assert town.money(lin) == (400_00, 0)


def test_an_old_page_is_refused(town) -> None:
    lin, zhou = town.customer("林晓", 500_00), town.customer("周明")
    quote = town.quote(lin, zhou, 100_00)
    town.wait(minutes=5)
    with refused_with("wallet.quote.expired"):
        actions.create_transfer(actor=lin, key=uuid4(), quote_id=quote.id, now=town.now)
    assert town.money(lin) == (500_00, 0)


def test_somebody_elses_quote_is_not_there(town) -> None:
    lin, zhou = town.customer("林晓", 500_00), town.customer("周明", 500_00)
    quote = town.quote(lin, zhou, 100_00)
    with pytest.raises(NotFound):
        actions.create_transfer(actor=zhou, key=uuid4(), quote_id=quote.id, now=town.now)


def test_to_oneself_and_to_nobody(town) -> None:
    lin = town.customer("林晓", 500_00)
    with refused_with("wallet.transfer.to_oneself"):
        town.quote(lin, lin, 1_00)
    for phone in ("13900009999", "", "abc", "0" * 40):
        with refused_with("wallet.transfer.payee_unknown"):
            actions.quote_transfer(actor=lin, payee_phone=phone, amount=Money(1_00), mode="now", now=town.now)


def test_a_payee_who_may_not_receive_looks_like_nobody(town) -> None:
    lin, zhou = town.customer("林晓", 500_00), town.customer("周明")
    quote = town.quote(lin, zhou, 100_00)
    actions.restrict(
        actor=actions_staff(town, zhou),
        customer_id=zhou.uuid,
        scope="in",
        reason_code="unusual_activity",
        until=town.now + timedelta(days=3),
        now=town.now,
    )
    with refused_with("wallet.transfer.payee_unknown"):
        town.quote(lin, zhou, 100_00)
    with refused_with("wallet.transfer.payee_unknown"):
        actions.create_transfer(actor=lin, key=uuid4(), quote_id=quote.id, now=town.now)


def actions_staff(town, customer):
    """An agent who may see this customer."""
    from kefu.core.actor import SYSTEM
    from kefu.identity import actions as identity

    agent = town.staff("陈工")
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


def test_not_enough_says_what_there_is(town) -> None:
    lin, zhou = town.customer("林晓", 2_000_00), town.customer("周明")
    with refused_with("wallet.transfer.insufficient_funds") as refused:
        town.quote(lin, zhou, 2_000_00)
    assert "¥2,000.00" in refused.value.reader_text()
    assert "¥2,001.00" in refused.value.reader_text()
    assert town.quote(lin, zhou, 2_000_00, mode="next_day").fee.minor == 0


def test_money_gone_between_page_and_button_is_an_order_that_failed(town) -> None:
    lin, zhou = town.customer("林晓", 500_00), town.customer("周明")
    quote, key = town.quote(lin, zhou, 400_00), uuid4()
    town.send(lin, zhou, 300_00)
    failed = actions.create_transfer(actor=lin, key=key, quote_id=quote.id, now=town.now)
    assert (failed.status, failed.reason_text) == ("FAILED", "余额不足")
    assert town.money(lin) == (200_00, 0)
    assert actions.create_transfer(actor=lin, key=key, quote_id=quote.id, now=town.now).id == failed.id


@pytest.mark.row("S-02")
def test_a_large_one_needs_the_pin_for_this_very_quote(town) -> None:
    lin, zhou = town.customer("林晓", 20_000_00), town.customer("周明")
    one, two = town.quote(lin, zhou, 5_000_00), town.quote(lin, zhou, 6_000_00)
    assert one.needs_pin
    town.prove(lin, f"quote:{two.id}")
    with refused_with("identity.level.insufficient"):
        actions.create_transfer(actor=lin, key=uuid4(), quote_id=one.id, now=town.now)
    done = actions.create_transfer(actor=lin, key=uuid4(), quote_id=two.id, now=town.now)
    assert done.status == "SUCCEEDED"


@pytest.mark.parametrize("mode", ["", "later", "NOW"])
def test_modes_that_do_not_exist(town, mode) -> None:
    lin, zhou = town.customer("林晓", 500_00), town.customer("周明")
    with refused_with("wallet.transfer.mode_unknown"):
        town.quote(lin, zhou, 1_00, mode=mode)


@pytest.mark.parametrize("remark", ["x" * 51, "a\nb", "a\0b", "\u202eabc"])
def test_remarks_that_are_not_stored(town, remark) -> None:
    lin, zhou = town.customer("林晓", 500_00), town.customer("周明")
    with refused_with("wallet.transfer.remark_unfit"):
        town.quote(lin, zhou, 1_00, remark=remark)


def test_a_secret_in_the_remark_is_masked(town) -> None:
    lin, zhou = town.customer("林晓", 500_00), town.customer("周明")
    assert "123456" not in town.quote(lin, zhou, 1_00, remark="密码是123456").remark


def test_what_each_side_sees(town) -> None:
    lin, zhou, wang = town.customer("林晓", 3_000_00), town.customer("周明"), town.customer("王芳")
    held = town.send(lin, zhou, 10_00, mode="two_hours")
    done = town.send(lin, zhou, 2_000_00)
    sent = queries.order_for(lin, done.id)
    got = queries.order_for(zhou, done.id)
    assert (sent.direction, sent.counterparty_masked, sent.fee.minor) == ("out", "周*", 1_00)
    assert (got.direction, got.counterparty_masked, got.fee.minor) == ("in", "林*", 0)
    assert [step.code for step in got.steps] == ["credited"]
    coming = queries.order_for(zhou, held.id)
    assert (coming.direction, coming.status, coming.cancellable) == ("in", "HELD", False)
    assert [(step.code, step.state) for step in coming.steps] == [
        ("payer_sent", "done"), ("release", "now"), ("credited", "next"),
    ]  # fmt: skip
    assert town.money(zhou) == (2_000_00, 0)
    with pytest.raises(NotFound):
        queries.order_for(wang, held.id)
    with pytest.raises(NotFound):
        queries.order_for(wang, done.id)
    with pytest.raises(NotFound):
        queries.order_for(lin, uuid4())
    assert [order.id for order in queries.orders_for(zhou)] == [done.id, held.id]


@pytest.mark.row("W-23")
@pytest.mark.parametrize(
    ("mode", "made", "goes"),
    [
        ("two_hours", (2026, 11, 20, 23, 30), (2026, 11, 21, 1, 30)),
        ("next_day", (2026, 11, 20, 0, 5), (2026, 11, 21, 9, 0)),
        ("next_day", (2026, 12, 31, 23, 59), (2027, 1, 1, 9, 0)),
    ],
)
def test_when_a_delayed_one_goes(town, mode, made, goes) -> None:
    lin, zhou = town.customer("林晓", 500_00), town.customer("周明")
    town.now = datetime(*made, tzinfo=SHANGHAI)
    quote = town.quote(lin, zhou, 100_00, mode=mode)
    assert quote.arrives_at == datetime(*goes, tzinfo=SHANGHAI)
    order = actions.create_transfer(actor=lin, key=uuid4(), quote_id=quote.id, now=town.now)
    assert order.release_at == quote.arrives_at


@pytest.mark.row("W-05")
def test_a_delayed_one_holds_then_goes(town) -> None:
    lin, zhou = town.customer("林晓", 500_00), town.customer("周明")
    held = town.send(lin, zhou, 100_00, mode="two_hours")
    assert (held.status, held.cancellable) == ("HELD", True)
    assert (town.money(lin), town.money(zhou)) == ((400_00, 100_00), (0, 0))
    assert [(s.code, s.state) for s in held.steps[-2:]] == [("release", "now"), ("arrived", "next")]
    assert actions.release_transfer(order_id=held.id, now=town.now + timedelta(minutes=119)) == "HELD"
    assert actions.claim_released(now=town.now + timedelta(minutes=119)) == []
    town.wait(hours=2)
    assert actions.claim_released(now=town.now) == [held.id]
    assert actions.release_transfer(order_id=held.id, now=town.now) == "SUCCEEDED"
    assert actions.release_transfer(order_id=held.id, now=town.now) == "SUCCEEDED"
    assert (town.money(lin), town.money(zhou)) == ((400_00, 0), (100_00, 0))
    with refused_with("wallet.transfer.not_cancellable"):
        actions.cancel_transfer(actor=lin, order_id=held.id, now=town.now)


@pytest.mark.row("W-05")
def test_cancelled_before_it_goes(town) -> None:
    lin, zhou = town.customer("林晓", 500_00), town.customer("周明")
    held = town.send(lin, zhou, 100_00, mode="next_day")
    with pytest.raises(NotFound):
        actions.cancel_transfer(actor=zhou, order_id=held.id, now=town.now)
    for _ in range(2):
        gone = actions.cancel_transfer(actor=lin, order_id=held.id, now=town.now)
        assert gone.status == "CANCELLED"
    assert (town.money(lin), town.money(zhou)) == ((500_00, 0), (0, 0))
    town.wait(days=2)
    assert actions.release_transfer(order_id=held.id, now=town.now) == "CANCELLED"


def test_a_delayed_fee_is_held_and_taken_with_it(town, monkeypatch) -> None:
    from kefu.wallet.queries.limits import fee as fees
    from kefu.wallet.rules.fee import FeeRule

    monkeypatch.setattr(
        fees.Schedule, "rule", lambda self: FeeRule(free_up_to=0, rate_ppm=10_000, least=10, most=25_00)
    )
    lin, zhou = town.customer("林晓", 500_00), town.customer("周明")
    gone, kept = (
        town.send(lin, zhou, 100_00, mode="two_hours"),
        town.send(lin, zhou, 100_00, mode="two_hours"),
    )
    assert town.money(lin) == (298_00, 202_00)
    town.wait(hours=2)
    actions.release_transfer(order_id=gone.id, now=town.now)
    actions.cancel_transfer(actor=lin, order_id=kept.id, now=town.now)
    assert (town.money(lin), town.house("I11")) == ((399_00, 0), 1_00)


def test_a_payee_who_may_not_receive_any_more_gives_it_back(town) -> None:
    lin, zhou = town.customer("林晓", 500_00), town.customer("周明")
    held = town.send(lin, zhou, 100_00, mode="two_hours")
    actions.restrict(
        actor=actions_staff(town, zhou),
        customer_id=zhou.uuid,
        scope="all",
        reason_code="suspected_fraud",
        until=town.now + timedelta(days=3),
        now=town.now,
    )
    town.wait(hours=2)
    assert actions.release_transfer(order_id=held.id, now=town.now) == "FAILED"
    seen = queries.order_for(lin, held.id)
    assert seen.reason_text == "对方账户不能收款"
    assert town.money(lin) == (500_00, 0)


def test_the_database_refuses_an_illegal_step(town) -> None:
    from django.db import IntegrityError, transaction

    lin, zhou = town.customer("林晓", 500_00), town.customer("周明")
    done = town.send(lin, zhou, 100_00)
    with pytest.raises(IntegrityError, match="order_transition_legal"), transaction.atomic():
        Order.objects.filter(pk=done.id).update(
            previous="SUCCEEDED", status="HELD", release_at=town.now, settled_at=None
        )
