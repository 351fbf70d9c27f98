"""Paying a merchant: once a sale, whoever pays; the merchant's fee; what is held, captured and given back."""

from concurrent.futures import ThreadPoolExecutor
from uuid import uuid4

import pytest
from django.db import connections
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from tests.wallet.mall import Mall

from kefu.core.actor import SYSTEM
from kefu.core.money import Money
from kefu.core.refusal import NotFound, Refusal
from kefu.ledger import queries as books
from kefu.notices.models import Notice
from kefu.wallet import actions, queries
from kefu.wallet.actions.shop import merchant, payment
from kefu.wallet.actions.shop.sale import NewSale
from kefu.wallet.models import Merchant, Order, Payment, Sale
from kefu.wallet.queries.shop import merchant as shops
from kefu.wallet.rules.shop import mdr, trouble


@pytest.fixture
def mall(town) -> Mall:
    return Mall(town)


@pytest.mark.row("W-06")
def test_payment_goes_to_the_merchant_less_their_fee_and_the_payer_pays_none(town, mall) -> None:
    lin, shop = town.customer("林晓", 300_00), mall.shop()
    sale = mall.sale(shop, 128_50, no="CAKE-7")
    quote = mall.quote(lin, sale)
    assert (quote.amount.minor, quote.fee.minor, quote.payee_masked_name) == (128_50, 0, "晨光面包店")
    assert Order.objects.filter(kind="payment").count() == 0
    done = mall.pay(lin, sale)
    assert (done.status, done.direction, done.kind, done.counterparty_masked) == ("SUCCEEDED", "out", "payment", "晨光面包店")
    assert [step.code for step in done.steps] == ["created", "paid"]
    assert done.settled_at is not None
    assert town.money(lin) == (300_00 - 128_50, 0)
    assert (shop.money(), town.house("I13")) == (128_50 - 77, 77)
    seen = shops.payment_for(shop.actor, done.id, now=town.now)
    assert (seen.sale_no, seen.captured.minor, seen.mdr.minor, seen.left.minor) == ("CAKE-7", 128_50, 77, 128_50)
    assert seen.payer_masked.endswith("*") or "*" in seen.payer_masked
    assert mall.sale_status(sale) == "PAID"
    told = Notice.objects.get(user_id=lin.uuid, kind="payment_done").values
    assert (told["amount"], told["merchant"]) == ("¥128.50", "晨光面包店")
    assert books.check_books() == []


@pytest.mark.row("W-06")
def test_sale_is_paid_once_by_tabs_keys_and_other_customers(town, mall) -> None:
    lin, wang, shop = town.customer("林晓", 300_00), town.customer("王芳", 300_00), mall.shop()
    sale = mall.sale(shop, 100_00)
    one, two, other = mall.quote(lin, sale), mall.quote(lin, sale), mall.quote(wang, sale)
    key = uuid4()
    made = actions.create_payment(actor=lin, key=key, quote_id=one.id, now=town.now)
    for again in (key, uuid4()):
        assert actions.create_payment(actor=lin, key=again, quote_id=one.id, now=town.now).id == made.id
    for who, quote in ((lin, two), (wang, other)):
        with pytest.raises(Refusal, match=r"wallet\.sale\.paid"):
            actions.create_payment(actor=who, key=uuid4(), quote_id=quote.id, now=town.now)
    with pytest.raises(Refusal, match=r"wallet\.sale\.paid"):
        mall.quote(wang, sale)
    assert (town.money(lin), town.money(wang)) == ((200_00, 0), (300_00, 0))
    assert Order.objects.filter(kind="payment").count() == 1


@pytest.mark.row("W-06")
def test_forty_at_once_pay_one_sale_once(committed_town) -> None:
    town, mall = committed_town, Mall(committed_town)
    shop = mall.shop()
    sale = mall.sale(shop, 10_00)
    payers = [town.customer(f"客{chr(0x4E00 + n)}", 50_00) for n in range(4)]
    quotes = [(who, mall.quote(who, sale).id) for who in payers for _ in range(10)]

    def pay(given: tuple[object, object]) -> str:
        who, quote_id = given
        try:
            return actions.create_payment(actor=who, key=uuid4(), quote_id=quote_id, now=town.now).status
        except Refusal as refused:
            return refused.code
        finally:
            connections["default"].close()

    with ThreadPoolExecutor(12) as pool:
        told = list(pool.map(pay, quotes))
    assert (told.count("SUCCEEDED"), told.count("wallet.sale.paid")) == (1, 39)
    assert sum(town.money(who)[0] for who in payers) == 4 * 50_00 - 10_00
    assert shop.money() == 10_00 - 6
    assert books.check_books() == []


def test_unpaid_sale_closes_on_its_time_and_cannot_be_paid_then(town, mall) -> None:
    lin, shop = town.customer("林晓", 300_00), mall.shop()
    sale, taken_back = mall.sale(shop, 100_00), mall.sale(shop, 50_00)
    quote = mall.quote(lin, sale)
    actions.close_sale(actor=shop.actor, sale_id=taken_back.id, now=town.now)
    assert actions.close_sale(actor=shop.actor, sale_id=taken_back.id, now=town.now).status == "CLOSED"
    town.wait(minutes=4)
    Sale.objects.filter(pk=sale.id).update(expires_at=town.now)
    for attempt in (
        lambda: actions.create_payment(actor=lin, key=uuid4(), quote_id=quote.id, now=town.now),
        lambda: mall.quote(lin, sale),
        lambda: mall.quote(lin, taken_back),
    ):
        with pytest.raises(Refusal, match=r"wallet\.sale\.closed"):
            attempt()
    assert (actions.close_expired(now=town.now), mall.sale_status(sale)) == (1, "CLOSED")
    assert town.money(lin) == (300_00, 0)


@pytest.mark.row("W-06")
@pytest.mark.parametrize("part", [None, 70_00])
def test_authorised_first_then_captured_whole_or_in_part_the_rest_is_free(town, mall, part) -> None:
    lin, shop = town.customer("林晓", 300_00), mall.shop()
    held = mall.pay(lin, mall.sale(shop, 100_00, later=True))
    assert (held.status, town.money(lin), shop.money()) == ("HELD", (200_00, 100_00), 0)
    assert [step.code for step in held.steps] == ["created", "authorised", "capture", "paid"]
    amount = Money(part) if part else None
    taken = actions.capture_payment(actor=shop.actor, order_id=held.id, amount=amount, now=town.now)
    took = part or 100_00
    assert (taken.captured.minor, taken.authorised.minor) == (took, 100_00)
    order = queries.order_for(lin, held.id)
    assert (order.status, order.amount.minor, order.captured) == ("SUCCEEDED", took, Money(took))
    assert (town.money(lin), shop.money()) == ((300_00 - took, 0), took - mdr(took, 6_000))
    with pytest.raises(Refusal, match=r"wallet\.payment\.not_capturable"):
        actions.capture_payment(actor=shop.actor, order_id=held.id, now=town.now)
    with pytest.raises(Refusal, match=r"wallet\.payment\.not_capturable"):
        actions.void_payment(actor=shop.actor, order_id=held.id, now=town.now)
    assert books.check_books() == []


def test_authorisation_is_voided_by_the_merchant_or_by_time(town, mall) -> None:
    lin, shop = town.customer("林晓", 300_00), mall.shop()
    first, second = (mall.sale(shop, 100_00, later=True) for _ in range(2))
    one, two = mall.pay(lin, first), mall.pay(lin, second)
    with pytest.raises(Refusal, match=r"not_capturable"):
        actions.capture_payment(actor=shop.actor, order_id=one.id, amount=Money(100_01), now=town.now)
    assert actions.void_payment(actor=shop.actor, order_id=one.id, now=town.now).status == "CANCELLED"
    assert town.money(lin) == (200_00, 100_00)
    town.wait(days=8)
    assert (actions.void_expired(now=town.now), actions.void_expired(now=town.now)) == (1, 0)
    assert (town.money(lin), queries.order_for(lin, two.id).status) == ((300_00, 0), "CANCELLED")
    assert (mall.sale_status(first), mall.sale_status(second), shop.money()) == ("CLOSED", "CLOSED", 0)
    assert books.check_books() == []


def test_a_bad_row_holds_no_other_up_and_is_tried_again(town, mall, monkeypatch, caplog) -> None:
    lin, shop = town.customer("林晓", 300_00), mall.shop()
    bad, good = (mall.pay(lin, mall.sale(shop, 100_00, later=True)) for _ in range(2))
    town.wait(days=8)
    real = payment._void

    def void(actor, row, *, now) -> None:
        if row.pk == bad.id:
            Payment.objects.filter(pk=row.pk).update(merchant=row.merchant)  # undone with the rest
            raise RuntimeError("a row that nobody foresaw")
        real(actor, row, now=now)

    monkeypatch.setattr(payment, "_void", void)
    assert actions.void_expired(now=town.now) == 1
    assert queries.order_for(lin, good.id).status == "CANCELLED"
    assert (town.money(lin), queries.order_for(lin, bad.id).status) == ((200_00, 100_00), "HELD")
    assert str(bad.id) in caplog.text
    monkeypatch.undo()
    assert (actions.void_expired(now=town.now), town.money(lin)) == (1, (300_00, 0))
    assert books.check_books() == []


def test_one_merchant_that_cannot_be_judged_leaves_the_others_judged(town, mall, monkeypatch, caplog) -> None:
    lin, bad, worse = town.customer("林晓", 3_000_00), mall.shop("甲店"), mall.shop("乙店")
    for shop in (bad, worse):
        for _ in range(10):
            mall.give_back(shop, mall.bought(lin, shop, 10_00), 5_00)
    town.wait(minutes=1)
    real = merchant.hold_merchant

    def hold(*, merchant_id, **rest):
        if merchant_id == bad.id:
            raise RuntimeError("a merchant that nobody foresaw")
        return real(merchant_id=merchant_id, **rest)

    monkeypatch.setattr(merchant, "hold_merchant", hold)
    assert actions.hold_troubled(now=town.now) == 1
    statuses = dict(Merchant.objects.values_list("name", "status"))
    assert statuses == {"甲店": "OPEN", "乙店": "HELD"}
    assert str(bad.id) in caplog.text
    monkeypatch.undo()
    assert actions.hold_troubled(now=town.now) == 1


def test_stopped_payer_pays_nothing_and_a_hold_waits(town, mall) -> None:
    lin, shop = town.customer("林晓", 300_00), mall.shop()
    held, quoted = mall.pay(lin, mall.sale(shop, 100_00, later=True)), mall.quote(lin, mall.sale(shop, 10_00))
    actions.stop_outflows(actor=lin, reason_code="stolen", now=town.now)
    with pytest.raises(Refusal, match=r"outflows_stopped"):
        actions.create_payment(actor=lin, key=uuid4(), quote_id=quoted.id, now=town.now)
    with pytest.raises(Refusal, match=r"wallet\.payment\.payer_stopped"):
        actions.capture_payment(actor=shop.actor, order_id=held.id, now=town.now)
    assert (town.money(lin), shop.money()) == ((200_00, 100_00), 0)


def test_large_payment_takes_the_pin_and_too_little_money_is_said(town, mall) -> None:
    lin, shop = town.customer("林晓", 9_000_00), mall.shop()
    quote = mall.quote(lin, mall.sale(shop, 5_000_00))
    assert quote.needs_pin
    with pytest.raises(Refusal, match=r"identity\.level\.insufficient"):
        actions.create_payment(actor=lin, key=uuid4(), quote_id=quote.id, now=town.now)
    town.prove(lin, f"quote:{quote.id}")
    assert actions.create_payment(actor=lin, key=uuid4(), quote_id=quote.id, now=town.now).status == "SUCCEEDED"
    with pytest.raises(Refusal, match=r"insufficient_funds"):
        mall.quote(lin, mall.sale(shop, 4_000_01))


def test_merchants_see_their_own_and_customers_no_shop(town, mall) -> None:
    lin, mine, theirs = town.customer("林晓", 300_00), mall.shop(), mall.shop("别家书店")
    paid, sale = mall.bought(lin, mine, 100_00), mall.sale(theirs, 5_00)
    assert shops.payments_for(theirs.actor, now=town.now) == []
    for read in (
        lambda: shops.payment_for(theirs.actor, paid.id, now=town.now),
        lambda: actions.close_sale(actor=mine.actor, sale_id=sale.id, now=town.now),
        lambda: actions.create_sale(actor=lin, given=None, now=town.now),
        lambda: shops.shop_for(lin, now=town.now),
        lambda: shops.shop_for(town.staff("甲", "operator"), now=town.now),
        lambda: queries.order_for(mine.actor, paid.id, now=town.now),
        lambda: mall.quote(mine.actor, sale),
        lambda: shops.sale_for_token(lin, "nothing"),
    ):
        with pytest.raises(Refusal) as refused:
            read()
        assert refused.value.code in ("core.thing.not_found", "identity.role.insufficient")


@pytest.mark.parametrize(
    ("no", "amount", "subject"), [("", 1, "x"), ("a b", 1, "x"), ("ok", 0, "x"), ("ok", 50_000_01, "x"), ("ok", 1, " ")]
)
def test_unfit_sales_are_refused(town, mall, no, amount, subject) -> None:
    shop = mall.shop()
    given = NewSale(no=no, amount=Money(amount), subject=subject)
    with pytest.raises(Refusal, match=r"wallet\.sale\.unfit|core\.amount"):
        actions.create_sale(actor=shop.actor, given=given, now=town.now)
    assert Sale.objects.count() == 0


def test_number_of_a_sale_is_used_once(mall) -> None:
    shop = mall.shop()
    first = mall.sale(shop, 100_00, no="N1")
    assert mall.sale(shop, 100_00, no="N1").id == first.id
    with pytest.raises(Refusal, match=r"wallet\.sale\.no_taken"):
        mall.sale(shop, 100_01, no="N1")


def test_new_merchant_sells_when_somebody_else_has_approved(town, mall) -> None:
    maker, checker = town.staff("甲", "operator"), town.staff("乙", "supervisor")
    shop = mall.shop(approved=False)
    with pytest.raises(Refusal, match=r"wallet\.merchant\.closed"):
        mall.sale(shop, 1_00)
    Merchant.objects.filter(pk=shop.id).update(registered_by=maker.ref)
    with pytest.raises(Refusal, match=r"wallet\.merchant\.same_person"):
        actions.approve_merchant(actor=maker, merchant_id=shop.id, now=town.now)
    for nobody in (town.staff("丙"), shop.actor):
        with pytest.raises(Refusal, match=r"identity\.role\.insufficient"):
            actions.approve_merchant(actor=nobody, merchant_id=shop.id, now=town.now)
    assert actions.approve_merchant(actor=checker, merchant_id=shop.id, now=town.now).status == "OPEN"
    with pytest.raises(Refusal, match=r"wallet\.merchant\.moved"):
        actions.approve_merchant(actor=checker, merchant_id=shop.id, now=town.now)
    assert mall.sale(shop, 1_00).status == "OPEN"


def test_money_of_a_merchant_is_due_after_its_days_less_the_reserve(town, mall) -> None:
    lin, shop = town.customer("林晓", 3_000_00), mall.shop(mdr_ppm=10_000, settlement_days=7, reserve_ppm=100_000)
    mall.bought(lin, shop, 1_000_00)
    seen = shops.shop_for(shop.actor, now=town.now)
    assert (seen.payable.minor, seen.waiting.minor, seen.due.minor, seen.reserve.minor) == (990_00, 990_00, 0, 0)
    assert seen.today.minor == 1_000_00
    town.wait(days=7, minutes=1)
    mall.bought(lin, shop, 100_00)
    seen = shops.shop_for(shop.actor, now=town.now)
    assert (seen.payable.minor, seen.waiting.minor, seen.due.minor) == (1_089_00, 99_00, 891_00)
    assert (seen.reserve.minor, seen.owed.minor) == (99_00, 0)


@given(amount=st.integers(1, 50_000_00), ppm=st.integers(0, 100_000))
@settings(max_examples=300, suppress_health_check=[HealthCheck.function_scoped_fixture])
def test_fee_of_a_merchant_is_the_exact_share_half_up(amount: int, ppm: int) -> None:
    cost = mdr(amount, ppm)
    assert 0 <= cost <= amount
    assert abs(cost * 1_000_000 - amount * ppm) * 2 <= 1_000_000


@pytest.mark.parametrize(
    ("payments", "refunded", "escalated", "why"),
    [(10, 3, 0, "refunds"), (10, 2, 0, ""), (9, 9, 0, ""), (30, 0, 3, "complaints"), (31, 0, 3, ""), (2, 0, 2, "")],
)
def test_trouble_is_a_share_of_enough_payments(payments, refunded, escalated, why) -> None:
    assert trouble(payments=payments, refunded=refunded, escalated=escalated) == why


def test_merchant_with_too_many_refunds_is_held_and_let_go_on_once_judged(town, mall) -> None:
    lin, shop = town.customer("林晓", 3_000_00), mall.shop()
    paid = [mall.bought(lin, shop, 10_00) for _ in range(10)]
    for order in paid[:3]:
        mall.give_back(shop, order, 5_00)
    town.wait(minutes=1)
    assert (actions.hold_troubled(now=town.now), actions.hold_troubled(now=town.now)) == (1, 0)
    assert Merchant.objects.get(pk=shop.id).hold_reason == "refunds"
    with pytest.raises(Refusal, match=r"wallet\.merchant\.closed"):
        mall.sale(shop, 1_00)
    mall.give_back(shop, paid[4], 5_00)
    actions.reopen_merchant(actor=SYSTEM, merchant_id=shop.id, now=town.now)
    assert actions.hold_troubled(now=town.now) == 0
    assert mall.sale(shop, 1_00).status == "OPEN"


def test_another_customers_payment_looks_like_none(town, mall) -> None:
    lin, wang, shop = town.customer("林晓", 300_00), town.customer("王芳"), mall.shop()
    paid = mall.bought(lin, shop, 100_00)
    with pytest.raises(NotFound):
        queries.order_for(wang, paid.id)
    assert [o.id for o in queries.orders_for(lin, text="晨光")] == [paid.id]
    assert Payment.objects.get(pk=paid.id).captured == 100_00
