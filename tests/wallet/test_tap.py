"""Contactless: what the device proves is paid once; what is replayed, changed, stopped or too much is not."""

from dataclasses import replace
from datetime import timedelta
from uuid import uuid4

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from tests.wallet.mall import Mall, Shop
from tests.wallet.test_race import at_once, unexpected
from tests.wallet.town import Town

from kefu.core.actor import SYSTEM, Actor
from kefu.core.models import AuditEntry
from kefu.core.money import Money
from kefu.core.refusal import NotFound, Refusal
from kefu.ledger import queries as books
from kefu.notices.models import Notice
from kefu.trust.models import Report
from kefu.wallet import actions, queries
from kefu.wallet.models import Order, Sale, TapToken, TapWait
from kefu.wallet.queries.tap import TapWaitView, tap_devices_for, tap_wait_for
from kefu.wallet.rules import tap as rules
from kefu.wallet.rules.tap import Tap
from kefu_sandbox.taps.phone import Phone


@pytest.fixture
def mall(town: Town) -> Mall:
    return Mall(town)


def add(town: Town, who: Actor, label: str = "我的手机") -> tuple[Phone, TapToken]:
    town.prove(who, rules.NEW_DEVICE)
    made = actions.add_tap_device(actor=who, label=label, now=town.now)
    return Phone(made.number, bytes.fromhex(made.key)), TapToken.objects.get(pk=made.device.id)


def wait(town: Town, shop: Shop, amount: int = 45_50) -> TapWaitView:
    return actions.open_tap_wait(actor=shop.actor, amount=Money(amount), subject="面包", now=town.now)


def hold(phone: Phone, waiting: TapWaitView) -> Tap:
    """What the phone says when it is held near the terminal."""
    said = {"terminal": waiting.terminal, "unpredictable": waiting.unpredictable}
    sale = waiting.sale
    parts = phone.tap({**said, "amount": str(sale.amount.minor), "currency": sale.amount.currency})
    return Tap(**{**parts, "counter": int(parts["counter"]), "amount": int(parts["amount"])})  # type: ignore[arg-type]


def take(town: Town, who: Actor, tap: Tap, key=None):
    return actions.take_tap(actor=who, key=key or uuid4(), tap=tap, now=town.now)


def refused(call, code: str) -> None:
    with pytest.raises(Refusal) as caught:
        call()
    assert caught.value.code == f"wallet.{code}"


def kinds(who: Actor) -> list[str]:
    rows = Notice.objects.filter(user_id=who.uuid, kind__regex="^(tap|payment|refund)_")
    return [row.kind for row in rows.order_by("at", "id")]


@pytest.mark.row("W-13")
def test_a_device_pays_what_waits_and_the_account_is_nowhere_on_it(town: Town, mall: Mall) -> None:
    lin, shop = town.customer("林晓", 300_00), mall.shop()
    phone, token = add(town, lin)
    assert (len(phone.number), len(phone.key), token.last4) == (16, 32, phone.number[-4:])
    kept = bytes(token.digest) + bytes(token.sealed_key)
    assert phone.key not in kept
    assert phone.number.encode() not in kept
    waiting = wait(town, shop)
    done = take(town, shop.actor, hold(phone, waiting))
    order = queries.order_for(lin, done.order_id)
    assert (order.kind, order.mode, order.status, order.amount.minor) == ("payment", "tap", "SUCCEEDED", 45_50)
    assert (order.counterparty_masked, order.remark, order.fee.minor) == ("晨光面包店", "面包", 0)
    assert (town.money(lin), shop.money()) == ((254_50, 0), 45_50 - 27)
    seen = tap_wait_for(shop.actor, waiting.sale.id, now=town.now)
    assert (seen.is_waiting, seen.sale.status, seen.sale.order_id) == (False, "PAID", order.id)
    assert kinds(lin) == ["tap_added", "payment_done"]
    mall.give_back(shop, order, 5_50)
    assert town.money(lin) == (260_00, 0)
    assert books.check_books() == []


@pytest.mark.row("W-13")
def test_a_replayed_tap_moves_nothing_is_recorded_and_told(town: Town, mall: Mall) -> None:
    lin, shop = town.customer("林晓", 300_00), mall.shop()
    phone, token = add(town, lin)
    tap, key = hold(phone, wait(town, shop)), uuid4()
    first = take(town, shop.actor, tap, key)
    assert take(town, shop.actor, tap, key) == first  # sent twice by the terminal is no replay
    refused(lambda: take(town, shop.actor, tap), "tap.replayed")
    again = wait(town, shop)
    moved = replace(tap, terminal=again.terminal, unpredictable=again.unpredictable)
    refused(lambda: take(town, shop.actor, moved), "tap.forged")
    assert (town.money(lin), Order.objects.filter(kind="payment").count()) == ((254_50, 0), 1)
    assert kinds(lin) == ["tap_added", "payment_done", "tap_replayed"]
    trail = AuditEntry.objects.filter(action="wallet.refuse_tap", subject=f"tap:{token.id}").order_by("id")
    assert [entry.data["why"] for entry in trail] == ["wallet.tap.replayed", "wallet.tap.forged"]
    assert take(town, shop.actor, hold(phone, again)).order_id  # the device itself goes on
    assert books.check_books() == []


@pytest.mark.row("W-13")
@pytest.mark.parametrize(
    ("changed", "code"),
    [
        ({"amount": 1}, "tap.forged"),
        ({"counter": 9}, "tap.forged"),
        ({"cryptogram": "00" * 8}, "tap.forged"),
        ({"unpredictable": "00" * 4}, "tap.forged"),
        ({"currency": "USD"}, "tap.forged"),
        ({"terminal": "00000000"}, "tap.forged"),
        ({"number": "6289000000000000"}, "tap.unreadable"),
        ({"number": "6289000000000001"}, "tap.unreadable"),
        ({"cryptogram": "zz" * 8}, "tap.unreadable"),
        ({"cryptogram": ""}, "tap.unreadable"),
        ({"counter": 0}, "tap.unreadable"),
        ({"counter": 70_000}, "tap.unreadable"),
        ({"amount": -1}, "tap.unreadable"),
        ({"amount": 1 << 70}, "tap.unreadable"),
        ({"terminal": "１２３４５６７８"}, "tap.unreadable"),
        ({"currency": "cny"}, "tap.unreadable"),
        ({"unpredictable": "\0" * 8}, "tap.unreadable"),
    ],
)
def test_a_changed_tap_pays_nothing(town: Town, mall: Mall, changed: dict, code: str) -> None:
    lin, shop = town.customer("林晓", 300_00), mall.shop()
    phone, _ = add(town, lin)
    tap = hold(phone, wait(town, shop))
    if changed.get("number", "").endswith("0") and rules.has_form(changed["number"]):
        code = "tap.unknown"
    refused(lambda: take(town, shop.actor, replace(tap, **changed)), code)
    assert (town.money(lin), shop.money(), Order.objects.filter(kind="payment").count()) == ((300_00, 0), 0, 0)
    assert take(town, shop.actor, tap).order_id


@pytest.mark.row("W-13")
def test_a_tap_for_another_amount_terminal_or_token_is_refused(town: Town, mall: Mall) -> None:
    lin, shop, other = town.customer("林晓", 300_00), mall.shop(), mall.shop("别家书店")
    phone, _ = add(town, lin)
    waiting = wait(town, shop)
    cheated = replace(waiting, sale=replace(waiting.sale, amount=Money(1_00)))
    refused(lambda: take(town, shop.actor, hold(phone, cheated)), "tap.differs")
    stale = replace(waiting, unpredictable="00000000")
    refused(lambda: take(town, shop.actor, hold(phone, stale)), "tap.differs")
    refused(lambda: take(town, other.actor, hold(phone, waiting)), "tap.nothing_waits")
    nobody = Phone(rules.new_number(), b"k" * 32)
    refused(lambda: take(town, shop.actor, hold(nobody, waiting)), "tap.unknown")
    town.wait(minutes=3)
    refused(lambda: take(town, shop.actor, hold(phone, waiting)), "tap.nothing_waits")
    refused(lambda: actions.read_terminal(actor=lin, terminal=waiting.terminal, now=town.now), "tap.nothing_waits")
    assert (town.money(lin), shop.money()) == ((300_00, 0), 0)
    town.wait(days=1)
    assert (actions.forget_waits(now=town.now), TapWait.objects.count()) == (1, 0)


@pytest.mark.row("W-13")
def test_a_lost_device_is_stopped_at_once_and_used_again_with_the_pin(town: Town, mall: Mall) -> None:
    lin, shop = town.customer("林晓", 300_00), mall.shop()
    phone, token = add(town, lin)
    tap = hold(phone, wait(town, shop))
    stopped = actions.suspend_tap_device(actor=lin, device_id=token.id, now=town.now)
    assert stopped.status == "SUSPENDED"
    assert actions.suspend_tap_device(actor=lin, device_id=token.id, now=town.now) == stopped  # safe to repeat
    refused(lambda: take(town, shop.actor, tap), "tap.suspended")
    with pytest.raises(Refusal, match=r"identity\.level\.insufficient"):
        actions.resume_tap_device(actor=lin, device_id=token.id, now=town.now)
    town.prove(lin, stopped.ref)
    assert actions.resume_tap_device(actor=lin, device_id=token.id, now=town.now).status == "ACTIVE"
    assert take(town, shop.actor, tap).order_id
    actions.remove_tap_device(actor=lin, device_id=token.id, now=town.now)
    actions.remove_tap_device(actor=lin, device_id=token.id, now=town.now)
    token.refresh_from_db()
    assert (token.status, bytes(token.sealed_key), tap_devices_for(lin)) == ("REMOVED", b"", [])
    refused(lambda: take(town, shop.actor, hold(phone, wait(town, shop))), "tap.suspended")
    refused(lambda: actions.suspend_tap_device(actor=lin, device_id=token.id, now=town.now), "tap.device_moved")
    assert kinds(lin) == ["tap_added", "tap_suspended", "tap_resumed", "payment_done", "tap_removed"]
    assert town.money(lin) == (254_50, 0)


@pytest.mark.row("W-13")
def test_the_emergency_stop_reaches_taps_also_by_staff_and_only_the_payer_hears_why(town: Town, mall: Mall) -> None:
    from kefu.identity import actions as identity

    lin, poor, shop, li = town.customer("林晓", 300_00), town.customer("周明", 10_00), mall.shop(), town.staff("李")
    phone, _ = add(town, lin)
    other, _ = add(town, poor)
    identity.give_grant(
        actor=SYSTEM, staff_id=li.uuid, customer_id=lin.uuid, purpose="case", ref="K1", until=town.now + timedelta(hours=1), now=town.now
    )
    actions.stop_outflows(actor=li, customer_id=lin.uuid, reason_code="stolen", now=town.now)
    waiting = wait(town, shop)
    for device in (phone, other):
        tap = hold(device, waiting)
        with pytest.raises(Refusal, match=r"wallet\.tap\.payer_cannot") as caught:
            take(town, shop.actor, tap)
        for secret in ("10.00", "停止转出", "余额"):
            assert secret not in caught.value.reader_text()
        refused(lambda tap=tap: take(town, shop.actor, tap), "tap.replayed")  # it must not pay later
    assert (town.money(lin), town.money(poor), shop.money()) == ((300_00, 0), (10_00, 0), 0)
    assert "¥10.00" in Notice.objects.get(user_id=poor.uuid, kind="tap_refused").values["why"]
    with pytest.raises(Refusal, match=r"outflows_stopped"):
        add(town, lin)


@pytest.mark.row("W-13")
def test_above_the_outlets_limits_the_payer_gives_the_pin(town: Town, mall: Mall) -> None:
    lin, shop = town.customer("林晓", 2_000_00), mall.shop()
    phone, _ = add(town, lin)
    assert take(town, shop.actor, hold(phone, wait(town, shop, 300_00))).order_id
    asked = take(town, shop.actor, hold(phone, wait(town, shop, 300_01)))
    assert (asked.order_id, town.money(lin), kinds(lin)[-1]) == (None, (1_700_00, 0), "tap_waiting")
    quote = actions.quote_payment(actor=lin, token=asked.token, now=town.now)
    with pytest.raises(Refusal, match=r"identity\.level\.insufficient"):
        actions.create_payment(actor=lin, key=uuid4(), quote_id=quote.id, now=town.now)
    town.prove(lin, f"quote:{quote.id}")
    paid = actions.create_payment(actor=lin, key=uuid4(), quote_id=quote.id, now=town.now)
    assert (paid.status, town.money(lin)) == ("SUCCEEDED", (1_399_99, 0))
    for amount in (300_00, 300_00, 100_00):
        assert take(town, shop.actor, hold(phone, wait(town, shop, amount))).order_id
    assert take(town, shop.actor, hold(phone, wait(town, shop, 1))).order_id is None  # the day is full
    town.wait(days=1)
    assert take(town, shop.actor, hold(phone, wait(town, shop, 1))).order_id
    off = actions.Caps()
    actions.change_limits(actor=lin, outlet="tap", allowed=False, caps=off, now=town.now)
    refused(lambda: take(town, shop.actor, hold(phone, wait(town, shop, 1))), "tap.payer_cannot")
    assert books.check_books() == []


@pytest.mark.row("W-13")
@pytest.mark.parametrize("by", ["tap", "code"])
def test_a_sellers_words_are_masked_in_the_payers_order(town: Town, mall: Mall, by: str) -> None:
    lin, shop, words = town.customer("林晓", 300_00), mall.shop(), "退款请打 138 0000 1001"
    if by == "tap":
        phone, _ = add(town, lin)
        waiting = actions.open_tap_wait(actor=shop.actor, amount=Money(45_50), subject=words, now=town.now)
        order_id = take(town, shop.actor, hold(phone, waiting)).order_id
    else:
        shown = actions.issue_pay_code(actor=lin, now=town.now)
        charge = actions.Charge(code=shown.digits, amount=Money(45_50), subject=words)
        order_id = actions.charge_code(actor=shop.actor, key=uuid4(), given=charge, now=town.now).order_id
    order = queries.order_for(lin, order_id)
    assert (order.status, "1001" in order.remark) == ("SUCCEEDED", False)
    assert Sale.objects.get(payments__order=order_id).subject == words  # the seller's own stays as typed
    assert Report.objects.filter(writer_id=shop.actor.uuid).count() == 1


@pytest.mark.row("W-13")
def test_who_may_and_what_is_unfit(town: Town, mall: Mall) -> None:
    lin, zhou, shop = town.customer("林晓", 300_00), town.customer("周明", 300_00), mall.shop()
    with pytest.raises(Refusal, match=r"identity\.level\.insufficient"):
        actions.add_tap_device(actor=lin, label="手机", now=town.now)
    for label in ("", " ", "长" * 21, "a\tb\x07"):
        with pytest.raises(Refusal, match=r"label_unfit"):
            add(town, lin, label)
    phone, token = add(town, lin)
    waiting = wait(town, shop)
    refused(lambda: take(town, zhou, hold(phone, waiting)), "tap.unknown")  # another's device
    for attempt in (
        lambda: take(town, town.staff("甲"), hold(phone, waiting)),
        lambda: actions.open_tap_wait(actor=lin, amount=Money(1), subject="x", now=town.now),
        lambda: actions.read_terminal(actor=shop.actor, terminal=waiting.terminal, now=town.now),
        lambda: actions.suspend_tap_device(actor=zhou, device_id=token.id, now=town.now),
        lambda: actions.resume_tap_device(actor=zhou, device_id=token.id, now=town.now),
        lambda: actions.remove_tap_device(actor=zhou, device_id=token.id, now=town.now),
        lambda: tap_devices_for(shop.actor),
        lambda: tap_wait_for(mall.shop("别家书店").actor, waiting.sale.id, now=town.now),
    ):
        with pytest.raises(NotFound):
            attempt()
    for amount, subject in ((0, "x"), (50_000_01, "x"), (1, " "), (1, "x" * 51)):
        with pytest.raises(Refusal, match=r"core\.amount|wallet\.sale\.unfit"):
            actions.open_tap_wait(actor=shop.actor, amount=Money(amount), subject=subject, now=town.now)
    actions.hold_merchant(actor=town.staff("乙", "operator"), merchant_id=shop.id, reason="office", now=town.now)
    refused(lambda: take(town, lin, hold(phone, waiting)), "merchant.closed")
    refused(lambda: wait(town, shop), "merchant.closed")
    for _ in range(4):
        add(town, lin)
    refused(lambda: add(town, lin), "tap.devices_too_many")
    assert (town.money(lin), Sale.objects.filter(status="PAID").count()) == ((300_00, 0), 0)


@pytest.mark.row("W-13")
def test_the_same_tap_twice_at_once_is_one_payment(committed_town: Town) -> None:
    town = committed_town
    lin, shop = town.customer("林晓", 300_00), Mall(town).shop()
    phone, _ = add(town, lin)
    tap = hold(phone, wait(town, shop))
    answers = at_once(*(lambda: take(town, shop.actor, tap) for _ in range(4)))
    assert unexpected(answers) == []
    assert [one.code for one in answers if isinstance(one, Refusal)] == ["wallet.tap.replayed"] * 3
    assert (town.money(lin), Order.objects.filter(kind="payment").count()) == ((254_50, 0), 1)
    assert kinds(lin).count("tap_replayed") == 3
    assert books.check_books() == []


@pytest.mark.row("W-13")
def test_two_devices_at_one_terminal_at_once_and_a_suspension_at_the_same_moment(committed_town: Town) -> None:
    town = committed_town
    lin, zhou, shop = town.customer("林晓", 300_00), town.customer("周明", 300_00), Mall(town).shop()
    (one, token), (two, _) = add(town, lin), add(town, zhou)
    waiting = wait(town, shop)
    first, second = hold(one, waiting), hold(two, waiting)
    answers = at_once(
        lambda: take(town, shop.actor, first),
        lambda: take(town, shop.actor, second),
        lambda: actions.suspend_tap_device(actor=lin, device_id=token.id, now=town.now),
    )
    assert unexpected(answers) == []
    refusals = [answer.code for answer in answers if isinstance(answer, Refusal)]
    assert len(refusals) == 1
    assert refusals[0] in ("wallet.tap.nothing_waits", "wallet.tap.suspended")
    assert town.money(lin)[0] + town.money(zhou)[0] == 600_00 - 45_50
    assert Order.objects.filter(kind="payment").count() == 1
    assert books.check_books() == []


@given(
    key=st.binary(min_size=32, max_size=32),
    counter=st.integers(1, 0xFFFF),
    amount=st.integers(1, 50_000_00),
    unpredictable=st.binary(min_size=4, max_size=4),
    part=st.sampled_from(["number", "counter", "amount", "currency", "terminal", "unpredictable"]),
)
@settings(max_examples=150, deadline=None)
def test_two_hands_agree_on_the_proof_and_no_part_can_be_changed(key, counter, amount, unpredictable, part) -> None:
    number, terminal = rules.new_number(), rules.new_terminal()
    said = {"terminal": terminal, "unpredictable": unpredictable.hex(), "amount": str(amount), "currency": "CNY"}
    parts = Phone(number, key, counter - 1).tap(said)
    tap = Tap(**{**parts, "counter": int(parts["counter"]), "amount": int(parts["amount"])})
    assert tap.is_readable
    assert rules.is_proved(key, tap)
    others = {
        "number": rules.new_number(),
        "counter": counter % 0xFFFF + 1,
        "amount": amount + 1,
        "currency": "USD",
        "terminal": f"{(int(terminal) + 1) % 10**8:08d}",
        "unpredictable": (int.from_bytes(unpredictable) ^ 1).to_bytes(4).hex(),
    }
    assert not rules.is_proved(key, replace(tap, **{part: others[part]}))
    assert not rules.is_proved(bytes(32) if key != bytes(32) else b"x" * 32, tap)
