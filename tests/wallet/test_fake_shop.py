"""A planted fake shop: thirty people pay, three complain, and nearly all of the money can still be given back."""

import pytest
from tests.wallet.mall import Mall

from kefu.ledger import queries as books
from kefu.wallet import actions
from kefu.wallet.models import Merchant
from kefu.wallet.queries.shop import merchant as shops

pytestmark = pytest.mark.django_db


@pytest.mark.row("W-06")
def test_nine_tenths_are_still_held_at_the_third_report(town) -> None:
    mall = Mall(town)
    fake = mall.shop("极速名牌折扣店", mdr_ppm=6_000)
    victims, paid = [town.customer(f"受害人{number:02d}", 400_00) for number in range(10)], []
    for number in range(30):
        paid.append(mall.bought(victims[number % 10], fake, 99_00 + number * 100))
        town.wait(hours=2)
        # Five minutes after every sale the watch looks: as long as nobody has complained, the shop sells.
        assert actions.hold_troubled(now=town.now) == 0
    taken = sum(order.amount.minor for order in paid)
    for order in paid[:3]:
        asked = mall.ask(victims[paid.index(order) % 10], order, order.amount.minor, reason="not_received")
        actions.answer_refund(actor=fake.actor, order_id=asked.id, agree=False, words="已发货", now=town.now)
        actions.escalate_refund(actor=victims[paid.index(order) % 10], order_id=asked.id, words="没有收到", now=town.now)
    town.wait(minutes=10)
    assert actions.hold_troubled(now=town.now) == 1
    assert Merchant.objects.get(pk=fake.id).hold_reason == "complaints"
    seen = shops.shop_for(fake.actor, now=town.now)
    assert seen.due.minor == 0
    assert fake.money() >= taken * 9 // 10
    assert books.check_books() == []
