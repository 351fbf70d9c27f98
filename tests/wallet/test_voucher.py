"""Vouchers: under four eyes, taken once each, locked, used, freed, ended; and their exact share of every refund."""

import itertools
import threading
import time
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from uuid import uuid4

import pytest
from django.db import connections, transaction
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from tests.wallet.mall import Mall

from kefu.core.money import Money
from kefu.core.refusal import NotFound, Refusal
from kefu.ledger import queries as books
from kefu.notices.models import Notice
from kefu.wallet import actions, queries
from kefu.wallet.models import Campaign, Payment, Refund, Voucher
from kefu.wallet.queries.shop.refund import refundable_for
from kefu.wallet.queries.shop.voucher import fitting_for, offers_for, vouchers_for
from kefu.wallet.rules.voucher import share


@pytest.fixture
def mall(town) -> Mall:
    return Mall(town)


def status_of(voucher) -> str:
    return str(Voucher.objects.get(pk=voucher.id).status)


def owed_for_vouchers() -> int:
    return sum(Voucher.objects.values_list("left", flat=True))


def test_a_campaign_is_opened_by_another_person_and_then_taken_once_each(town, mall) -> None:
    boss = town.staff("总管", "supervisor")
    maker, mate = town.staff("甲", "operator", boss), town.staff("乙", "supervisor")
    lin = town.customer("林晓", 50_00)
    given = mall.new_campaign(count=2)
    made = actions.propose_campaign(actor=maker, given=given, now=town.now)
    assert (made.status, offers_for(lin, now=town.now)) == ("PROPOSED", [])
    with pytest.raises(NotFound):
        actions.take_voucher(actor=lin, campaign_id=made.id, now=town.now)
    for same in (maker, boss):
        with pytest.raises(Refusal, match=r"wallet\.merchant\.same_person"):
            actions.open_campaign(actor=same, campaign_id=made.id, now=town.now)
    with pytest.raises(Refusal, match=r"identity\.role\.insufficient"):
        actions.open_campaign(actor=town.staff("丙"), campaign_id=made.id, now=town.now)
    assert actions.open_campaign(actor=mate, campaign_id=made.id, now=town.now).status == "OPEN"
    assert [one.id for one in offers_for(lin, now=town.now)] == [made.id]
    first = actions.take_voucher(actor=lin, campaign_id=made.id, now=town.now)
    assert actions.take_voucher(actor=lin, campaign_id=made.id, now=town.now).id == first.id
    assert (town.house("L50"), town.house("E11"), offers_for(lin, now=town.now)) == (5_00, 5_00, [])
    assert actions.end_campaign(actor=mate, campaign_id=made.id, now=town.now).status == "ENDED"
    with pytest.raises(Refusal, match=r"wallet\.voucher\.gone"):
        actions.take_voucher(actor=town.customer("王芳"), campaign_id=made.id, now=town.now)
    with pytest.raises(Refusal, match=r"wallet\.campaign\.moved"):
        actions.open_campaign(actor=mate, campaign_id=made.id, now=town.now)


@pytest.mark.parametrize(
    "wrong",
    [
        {"name": " "},
        {"name": "长" * 31},
        {"amount": Money(20_00)},
        {"count": 0},
        {"count": 100_001},
        {"hours": -1},
        {"merchant_id": uuid4()},
    ],
    ids=["blank", "long", "dear", "none", "many", "over", "nowhere"],
)
def test_a_campaign_that_makes_no_sense_is_not_written_down(town, mall, wrong) -> None:
    with pytest.raises(Refusal, match=r"wallet\.campaign\.unfit"):
        actions.propose_campaign(actor=town.staff("甲", "operator"), given=mall.new_campaign(**wrong), now=town.now)
    assert not Campaign.objects.exists()


def test_the_last_voucher_goes_to_one_of_those_who_take_it_at_once(committed_town) -> None:
    town = committed_town
    mall = Mall(town)
    people = [town.customer(name) for name in ("林晓", "王芳", "赵刚", "李雷")]
    campaign = mall.campaign(count=1)

    def take(who) -> str:
        try:
            actions.take_voucher(actor=who, campaign_id=campaign.id, now=town.now)
        except Refusal as refusal:
            return refusal.code
        finally:
            connections.close_all()
        return "taken"

    with ThreadPoolExecutor(4) as pool:
        ends = sorted(pool.map(take, people))
    assert ends == ["taken", *["wallet.voucher.gone"] * 3]
    assert (town.house("L50"), Voucher.objects.count()) == (5_00, 1)


def test_it_is_locked_by_the_quote_used_by_the_payment_and_backed_by_own_money(town, mall) -> None:
    lin, shop = town.customer("林晓", 50_00), mall.shop()
    voucher, sale = mall.voucher(lin), mall.sale(shop, 20_00)
    safe = town.house("A10")
    assert [one.id for one in fitting_for(lin, sale.token, now=town.now)] == [voucher.id]
    quote = mall.quote(lin, sale, voucher.id)
    assert (quote.amount.minor, quote.voucher_part.minor, quote.gross.minor) == (15_00, 5_00, 20_00)
    assert status_of(voucher) == "LOCKED"
    other = mall.quote(lin, mall.sale(shop, 30_00), voucher.id)
    with pytest.raises(Refusal, match=r"wallet\.voucher\.unfit"):
        actions.create_payment(actor=lin, key=uuid4(), quote_id=quote.id, now=town.now)
    assert (shop.money(), town.money(lin)) == (0, (50_00, 0))
    paid = actions.create_payment(actor=lin, key=uuid4(), quote_id=other.id, now=town.now)
    assert (paid.status, paid.amount.minor, paid.voucher_part.minor) == ("SUCCEEDED", 25_00, 5_00)
    assert (status_of(voucher), town.house("L50"), shop.money()) == ("USED", 0, 30_00 - 18)
    assert town.house("A10") - safe == 5_00 - 18
    with pytest.raises(Refusal, match=r"wallet\.voucher\.unfit"):
        mall.quote(lin, sale, voucher.id)
    assert books.check_books() == []


def test_it_is_freed_when_its_quote_runs_out_or_its_charge_is_refused(town, mall, scripted) -> None:
    lin, shop = town.customer("林晓", 50_00), mall.shop()
    voucher = mall.voucher(lin)
    mall.quote(lin, mall.sale(shop, 20_00), voucher.id)
    assert actions.free_expired(now=town.now) == 0
    assert actions.free_expired(now=town.now + timedelta(minutes=6)) == 1
    assert status_of(voucher) == "ISSUED"
    scripted.outcome = "PROCESSING"
    waiting = mall.pay_by_card(lin, mall.sale(shop, 20_00), voucher.id)
    assert actions.free_expired(now=town.now + timedelta(minutes=6)) == 0
    assert (status_of(voucher), town.house("L50")) == ("LOCKED", 5_00)
    scripted.of[waiting.instruction_id], scripted.reason = "FAILED", "risk"
    assert town.ask_bank(lin, waiting).status == "FAILED"
    assert (status_of(voucher), town.house("L50"), shop.money()) == ("ISSUED", 5_00, 0)


def test_confirmed_in_the_last_second_it_is_not_freed_while_the_card_is_charged(committed_town, scripted) -> None:
    town = committed_town
    mall = Mall(town)
    lin, shop = town.customer("林晓", 50_00), mall.shop()
    scripted.outcome = "PROCESSING"
    voucher = mall.voucher(lin)
    quote = mall.quote_by_card(lin, mall.sale(shop, 20_00), voucher.id)
    made, end = threading.Event(), threading.Event()

    def confirm() -> None:
        try:
            with transaction.atomic():
                actions.create_payment(actor=lin, key=uuid4(), quote_id=quote.id, now=town.now)
                made.set()
                assert end.wait(20)
        finally:
            connections.close_all()

    def tend() -> int:
        try:
            return actions.free_expired(now=town.now + timedelta(minutes=6))
        finally:
            connections.close_all()

    with ThreadPoolExecutor(2) as pool:
        paying = pool.submit(confirm)
        assert made.wait(20)
        tending = pool.submit(tend)
        time.sleep(0.5)  # it has looked at what waits, and waits for the voucher's row
        end.set()
        paying.result()
        assert tending.result() == 0
    assert status_of(voucher) == "LOCKED"


@pytest.mark.parametrize("why", ["min_spend", "merchant", "later", "early", "another"])
def test_what_it_is_not_good_for_is_refused_and_it_stays(town, mall, why) -> None:
    lin, shop = town.customer("林晓", 50_00), mall.shop()
    other = mall.shop("别家")
    scope = {"merchant_id": other.id} if why == "merchant" else {"starts": 5} if why == "early" else {}
    voucher = mall.voucher(town.customer("王芳") if why == "another" else lin, **scope)
    sale = mall.sale(shop, 9_99 if why == "min_spend" else 20_00, later=why == "later")
    with pytest.raises((Refusal, NotFound), match=r"wallet\.voucher\.unfit|core\.thing\.not_found"):
        mall.quote(lin, sale, voucher.id)
    assert (status_of(voucher), fitting_for(lin, sale.token, now=town.now)) == ("ISSUED", [])


def test_what_was_not_used_in_time_ends_with_its_journal_and_is_told(town, mall) -> None:
    lin, shop = town.customer("林晓", 50_00), mall.shop()
    voucher = mall.voucher(lin, hours=2)
    assert actions.expire_vouchers(now=town.now) == 0
    later = town.now + timedelta(hours=3)
    assert vouchers_for(lin, now=later)[0].shown == "EXPIRED"
    assert (actions.expire_vouchers(now=later), actions.expire_vouchers(now=later)) == (1, 0)
    assert (status_of(voucher), town.house("L50"), town.house("E11")) == ("EXPIRED", 0, 0)
    assert Notice.objects.filter(user_id=lin.uuid, kind="voucher_expired").count() == 1
    town.wait(hours=3)
    with pytest.raises(Refusal, match=r"wallet\.voucher\.unfit"):
        mall.quote(lin, mall.sale(shop, 20_00), voucher.id)


@pytest.mark.row("W-25")
@pytest.mark.parametrize("by_card", [False, True])
def test_scenario_9_three_partial_refunds_return_exactly_what_was_captured(town, mall, by_card) -> None:
    lin, shop = town.customer("林晓", 100_00), mall.shop()
    mall.bought(lin, shop, 50_00)
    voucher = mall.voucher(lin, amount=Money(3_33), min_spend=Money(10_00))
    sale = mall.sale(shop, 10_00)
    paid = (mall.pay_by_card if by_card else mall.pay)(lin, sale, voucher.id)
    assert (paid.amount.minor, town.money(lin)[0]) == (6_67, 50_00 if by_card else 43_33)
    shares = []
    for part in (3_33, 3_33, 3_34):
        mall.give_back(shop, paid, part)
        town.pump.run()
        row = Refund.objects.filter(refund_of=paid.id).select_related("order").order_by("order_id").last()
        assert row.order.amount + row.voucher_part == part
        assert row.order.status == "SUCCEEDED"
        shares.append(row.voucher_part)
    assert shares == [1_11, 1_11, 1_11]
    assert Payment.objects.get(pk=paid.id).refunded == 10_00
    assert (town.house("L50"), status_of(voucher), owed_for_vouchers()) == (3_33, "RETURNED", 3_33)
    assert town.money(lin)[0] == 50_00
    assert town.house("L20") == (6_67 if by_card else 0)
    with pytest.raises(Refusal, match=r"wallet\.refund\.too_much"):
        mall.give_back(shop, paid, 1)
    seen = queries.order_for(lin, paid.id)
    assert (seen.shown_status, refundable_for(lin, paid.id, now=town.now).voucher_left.minor) == ("REFUNDED", 0)
    assert books.check_books() == []


@pytest.mark.row("W-25")
def test_what_came_back_to_a_voucher_can_be_used_again_also_after_its_end(town, mall) -> None:
    lin, shop = town.customer("林晓", 100_00), mall.shop()
    voucher = mall.voucher(lin, hours=1)
    paid = mall.pay(lin, mall.sale(shop, 10_00), voucher.id)
    town.wait(hours=2)
    assert actions.expire_vouchers(now=town.now) == 0
    mall.give_back(shop, paid, 4_00)
    seen = vouchers_for(lin, now=town.now)[0]
    assert (seen.shown, seen.left.minor) == ("RETURNED", 2_00)
    again = mall.pay(lin, mall.sale(shop, 10_00), voucher.id)
    assert (again.amount.minor, again.voucher_part.minor) == (8_00, 2_00)
    mall.give_back(shop, paid, 6_00)
    assert (status_of(voucher), owed_for_vouchers(), town.house("L50")) == ("RETURNED", 3_00, 3_00)
    town.wait(days=8)
    assert actions.expire_vouchers(now=town.now) == 1
    assert (status_of(voucher), town.house("L50"), town.house("E11")) == ("EXPIRED", 0, 2_00)
    assert books.check_books() == []


def test_a_merchant_who_cannot_carry_a_refund_owes_the_vouchers_share_too(town, mall) -> None:
    lin, shop = town.customer("林晓", 100_00), mall.shop()
    voucher = mall.voucher(lin)
    paid = mall.pay(lin, mall.sale(shop, 10_00), voucher.id)
    mall.give_back(shop, paid, 10_00)
    assert (shop.money(), shop.money("A30"), town.money(lin)[0], town.house("L50")) == (0, 6, 100_00, 5_00)
    mall.bought(lin, shop, 20_00)
    assert actions.recover_debts(now=town.now) == 6
    assert books.check_books() == []


class Undone(Exception):
    """Rolls an example of a property back."""


def _refund_in_parts(town, mall, data, paid_in: int, part: int) -> None:
    lin, shop = town.customer("林晓", 60_00), mall.shop()
    voucher = mall.voucher(lin, amount=Money(part), min_spend=Money(paid_in))
    paid = mall.pay(lin, mall.sale(shop, paid_in), voucher.id)
    left = paid_in
    for _ in range(data.draw(st.integers(1, 5), label="refunds")):
        if not left:
            break
        back = data.draw(st.integers(1, left), label="refund")
        mall.give_back(shop, paid, back)
        left -= back
        gone = share(paid_in - left, paid=paid_in, part=part)
        assert 0 <= gone <= part
        assert town.house("L50") == owed_for_vouchers() == gone
        assert town.money(lin)[0] == 60_00 - (paid_in - part) + (paid_in - left - gone)
    if left:
        mall.give_back(shop, paid, left)
    assert town.house("L50") == owed_for_vouchers() == part
    assert town.money(lin)[0] == 60_00
    assert sum(Refund.objects.filter(refund_of=paid.id).values_list("order__amount", flat=True)) == paid_in - part
    raise Undone


@pytest.mark.row("W-25")
@settings(max_examples=12, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(data=st.data())
def test_whatever_is_refunded_the_shares_add_up_and_the_books_hold(town, mall, data) -> None:
    paid_in = data.draw(st.integers(10, 50_00), label="paid")
    part = data.draw(st.integers(1, paid_in - 1), label="voucher")
    with pytest.raises(Undone), transaction.atomic():
        _refund_in_parts(town, mall, data, paid_in, part)


@settings(max_examples=300, deadline=None)
@given(st.integers(2, 10_000_00), st.data())
def test_the_rounding_never_gives_more_than_it_has_and_ends_exactly(paid, data) -> None:
    part = data.draw(st.integers(1, paid - 1))
    cuts = sorted(data.draw(st.lists(st.integers(0, paid), max_size=8)))
    shares = [share(at, paid=paid, part=part) for at in (0, *cuts, paid)]
    steps = [after - before for before, after in itertools.pairwise(shares)]
    assert all(step >= 0 for step in steps)
    assert sum(steps) == part
    for before, after, step in zip((0, *cuts), (*cuts, paid), steps, strict=True):
        assert step <= after - before
