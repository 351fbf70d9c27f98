"""Contactless: who says wrong things for a device is held to it, and a new payment PIN is given for each device."""

from datetime import timedelta

import pytest
from tests.wallet.mall import Mall
from tests.wallet.test_tap import add, hold, kinds, refused, take, wait
from tests.wallet.town import Town

from kefu.core.refusal import Refusal
from kefu.identity import actions as identity
from kefu.identity.models import User
from kefu.ledger import queries as books
from kefu.notices.models import Notice
from kefu.wallet import actions
from kefu.wallet.queries.tap import doubted_taps_for, tap_devices_for
from kefu_sandbox.taps.phone import Phone


@pytest.fixture
def mall(town: Town) -> Mall:
    return Mall(town)


@pytest.mark.row("W-13")
def test_wrong_proofs_are_held_against_who_brought_them_and_never_stop_the_device(town: Town, mall: Mall) -> None:
    lin, evil, honest = town.customer("林晓", 300_00), mall.shop("偷看的店"), mall.shop()
    phone, token = add(town, lin)
    boss = town.staff("赵", "supervisor")

    def wrong(code: str = "tap.forged") -> None:
        tap = hold(Phone(phone.number, b"x" * 32, phone.counter), wait(town, evil, 1_00))
        refused(lambda: take(town, evil.actor, tap), code)

    for _ in range(4):
        wrong()
    assert take(town, evil.actor, hold(phone, wait(town, evil, 1_00))).order_id  # a right one begins anew
    for _ in range(4):
        wrong()
    assert (kinds(lin)[-1], doubted_taps_for(boss, now=town.now)) == ("payment_done", [])
    wrong()
    assert doubted_taps_for(boss, now=town.now) == [(evil.id, 1)]
    for _ in range(3):
        wrong("tap.doubted")
    refused(lambda: take(town, evil.actor, hold(phone, wait(town, evil, 1_00))), "tap.doubted")
    token.refresh_from_db()
    assert (token.status, kinds(lin).count("tap_doubted")) == ("ACTIVE", 1)
    assert Notice.objects.get(kind="tap_doubted").values["merchant"] == "偷看的店"
    assert take(town, honest.actor, hold(phone, wait(town, honest, 1_00))).order_id
    assert take(town, lin, hold(phone, wait(town, evil, 1_00))).order_id  # on the owner's own page
    town.wait(days=1)
    assert (doubted_taps_for(boss, now=town.now), town.money(lin)) == ([], (297_00, 0))
    assert take(town, evil.actor, hold(phone, wait(town, evil, 1_00))).order_id
    with pytest.raises(Refusal, match=r"role\.insufficient"):
        doubted_taps_for(town.staff("李"), now=town.now)


@pytest.mark.row("W-13")
def test_a_new_payment_pin_is_given_anew_for_every_device(town: Town, mall: Mall) -> None:
    lin, zhou, shop = town.customer("林晓", 300_00), town.customer("周明", 300_00), mall.shop()
    (phone, token), (other, _) = add(town, lin), add(town, zhou)
    town.wait(minutes=1)
    User.objects.filter(pk=lin.uuid).update(payment_pin="")  # the old one was lost, and reset
    identity.set_payment_pin(actor=lin, pin="482913", now=town.now)
    town.pump.run()
    refused(lambda: take(town, shop.actor, hold(phone, wait(town, shop))), "tap.suspended")
    assert take(town, shop.actor, hold(other, wait(town, shop))).order_id
    assert kinds(lin) == ["tap_added", "tap_to_renew"]
    town.wait(minutes=1)
    town.prove(lin, f"tap:{token.id}")
    actions.resume_tap_device(actor=lin, device_id=token.id, now=town.now)
    assert actions.suspend_unproved(customer_id=lin.uuid, pin_at=town.now - timedelta(minutes=1), now=town.now) == 0
    fresh, _ = add(town, lin, "新手机")
    for device in (phone, fresh):
        assert take(town, shop.actor, hold(device, wait(town, shop, 1_00))).order_id
    town.wait(minutes=1)
    town.prove(lin, "identity.replace_payment_pin")
    identity.set_payment_pin(actor=lin, pin="402517", now=town.now)
    town.pump.run()
    assert {one.status for one in tap_devices_for(lin)} == {"SUSPENDED"}
    assert books.check_books() == []
