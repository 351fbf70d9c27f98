"""Payments by a linked card: the merchant is paid when the bank has charged it, and back it goes by the same way."""

from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from uuid import UUID, uuid4

import pytest
from django.db import IntegrityError, connections, transaction
from tests.wallet.mall import Mall

from kefu.core.actor import SYSTEM
from kefu.core.brand import brand
from kefu.core.refusal import NotFound, Refusal
from kefu.ledger import queries as books
from kefu.notices.models import Notice
from kefu.wallet import actions, queries
from kefu.wallet.models import Order, Payment, Rerouting, Sale
from kefu.wallet.queries.shop.merchant import payments_for, sale_for_token
from kefu.wallet.queries.spending import spent_for


@pytest.fixture
def mall(town) -> Mall:
    return Mall(town)


@pytest.fixture
def bought(town, mall):
    """A customer with ¥10 in the balance who paid ¥100 at a shop by card."""
    lin, shop = town.customer("林晓", 10_00), mall.shop(mdr_ppm=6_000)
    return lin, shop, mall.pay_by_card(lin, mall.sale(shop, 100_00))


def notices(who) -> list[str]:
    return list(Notice.objects.filter(user_id=who.uuid).order_by("id").values_list("kind", flat=True))


def codes(order) -> list[str]:
    return [step.code for step in order.steps if step.state == "done"]


def coming(order) -> list[str]:
    return [step.code for step in order.steps if step.state != "done"]


@pytest.mark.row("W-25")
def test_the_merchant_is_paid_once_the_bank_has_charged_the_card(town, mall, scripted) -> None:
    lin, wang, shop = town.customer("林晓", 10_00), town.customer("王芳", 200_00), mall.shop()
    sale = mall.sale(shop, 100_00)
    scripted.outcome = "PROCESSING"
    paid = mall.pay_by_card(lin, sale)
    assert (paid.status, shop.money(), town.money(lin)) == ("SUBMITTED", 0, (10_00, 0))
    assert coming(paid) == ["bank_result", "paid"]
    assert "招商银行" in paid.card
    assert mall.sale_status(sale) == "PAYING"
    assert sale_for_token(lin, sale.token).order_id == paid.id
    assert "payment_done" not in notices(lin)
    with pytest.raises(Refusal, match=r"wallet\.sale\.paying"):
        mall.quote(wang, sale)
    with pytest.raises(Refusal, match=r"wallet\.sale\.paying"):
        actions.close_sale(actor=shop.actor, sale_id=sale.id, now=town.now)
    scripted.of[paid.instruction_id] = "SUCCEEDED"
    done = town.ask_bank(lin, paid)
    assert (done.status, done.shown_status, town.money(lin)) == ("SUCCEEDED", "SUCCEEDED", (10_00, 0))
    assert (shop.money(), mall.sale_status(sale)) == (100_00 - 60, "PAID")
    assert town.house("A20") == 310_00
    assert notices(lin)[-1] == "payment_done"
    actions.apply_outcome(actor=SYSTEM, order_id=paid.id, advice_id=_advice(done), now=town.now)
    assert shop.money() == 100_00 - 60


def _advice(order) -> UUID:
    return UUID(next(step.source_ref for step in order.steps if step.code == "paid").removeprefix("advice:"))


@pytest.mark.row("W-25")
def test_a_refused_charge_leaves_the_sale_to_be_paid_otherwise(town, mall, scripted) -> None:
    lin, shop = town.customer("林晓", 150_00), mall.shop()
    sale = mall.sale(shop, 100_00)
    scripted.outcome, scripted.reason = "FAILED", "insufficient_funds"
    failed = mall.pay_by_card(lin, sale)
    assert (failed.status, failed.reason_text, shop.money()) == ("FAILED", "银行卡余额不足", 0)
    assert notices(lin)[-1] == "payment_failed"
    assert (mall.sale_status(sale), payments_for(shop.actor, now=town.now)) == ("OPEN", [])
    again = mall.pay(lin, sale)
    assert (again.status, town.money(lin)) == ("SUCCEEDED", (50_00, 0))
    assert sale_for_token(lin, sale.token).order_id == again.id
    assert Payment.objects.filter(sale_id=sale.id).count() == 2
    with pytest.raises(IntegrityError, match="one_payment_per_sale"), transaction.atomic():
        Payment.objects.filter(pk=failed.id).update(failed_at=None)


@pytest.mark.row("W-25")
def test_a_charge_that_succeeds_after_its_refusal_is_the_payers_and_pays_nobody(town, mall, scripted) -> None:
    lin, shop = town.customer("林晓", 150_00), mall.shop()
    sale = mall.sale(shop, 100_00)
    scripted.outcome, scripted.reason = "FAILED", "risk"
    failed = mall.pay_by_card(lin, sale)
    mall.pay(lin, sale)
    scripted.of[failed.instruction_id] = "SUCCEEDED"
    late = town.ask_bank(lin, failed)
    assert (late.status, late.reason) == ("RETURNED", "charged_late")
    assert town.money(lin) == (150_00, 0)
    assert shop.money() == 100_00 - 60
    assert notices(lin)[-1] == "payment_charged_late"
    assert queries.carried_orders([late.id])[0].booked == 100_00
    town.ask_bank(lin, late)
    assert town.money(lin) == (150_00, 0)


@pytest.mark.row("W-25")
def test_an_unknown_charge_is_neither_paid_nor_failed_and_is_settled_when_people_have_it(town, mall, scripted) -> None:
    lin, shop = town.customer("林晓", 10_00), mall.shop()
    sale = mall.sale(shop, 100_00)
    scripted.down = True
    order = mall.pay_by_card(lin, sale)
    town.wait(minutes=40)
    assert order.status in ("CREATED", "UNKNOWN")
    assert (shop.money(), mall.sale_status(sale)) == (0, "PAYING")
    actions.close_expired(now=town.now)
    assert mall.sale_status(sale) == "PAYING"
    Order.objects.filter(pk=order.id).update(status="MANUAL", previous="CREATED")
    scripted.down = False
    for _ in range(2):
        settled = town.ask_bank(lin, order)
    assert (settled.status, shop.money(), mall.sale_status(sale)) == ("SUCCEEDED", 100_00 - 60, "PAID")


def test_a_card_of_another_a_removed_one_and_a_sale_taken_later_are_refused(town, mall) -> None:
    lin, wang, shop = town.customer("林晓", 1_00), town.customer("王芳", 1_00), mall.shop()
    sale, later = mall.sale(shop, 5_00), mall.sale(shop, 5_00, later=True)
    own = town.card(lin)
    for card in (town.card(wang), uuid4()):
        with pytest.raises(NotFound):
            actions.quote_payment(actor=lin, token=sale.token, card_id=card, now=town.now)
    with pytest.raises(Refusal, match=r"wallet\.payment\.card_not_taken"):
        actions.quote_payment(actor=lin, token=later.token, card_id=own, now=town.now)
    actions.unlink_card(actor=lin, instrument_id=own, now=town.now)
    with pytest.raises(NotFound):
        actions.quote_payment(actor=lin, token=sale.token, card_id=own, now=town.now)
    assert not Order.objects.filter(kind="payment").exists()


def test_a_card_taken_off_the_wallet_since_the_quote_is_not_charged(town, mall) -> None:
    lin, shop = town.customer("林晓", 1_00), mall.shop()
    sale = mall.sale(shop, 5_00)
    quote = mall.quote_by_card(lin, sale)
    actions.unlink_card(actor=lin, instrument_id=town.card(lin), now=town.now)
    with pytest.raises(NotFound):
        actions.create_payment(actor=lin, key=uuid4(), quote_id=quote.id, now=town.now)
    assert (mall.sale_status(sale), Order.objects.filter(kind="payment").exists()) == ("OPEN", False)


def test_limits_and_a_stop_hold_for_cards_too(town, mall) -> None:
    lin, shop = town.customer("林晓", 1_00, tier=2, proof=1), mall.shop()
    mall.pay_by_card(lin, mall.sale(shop, 900_00))
    with pytest.raises(Refusal, match=r"wallet\.limit\.daily"):
        mall.pay_by_card(lin, mall.sale(shop, 200_00))
    actions.stop_outflows(actor=lin, reason_code="phone_lost", now=town.now)
    with pytest.raises(Refusal, match=r"wallet\.account\.outflows_stopped"):
        mall.pay_by_card(lin, mall.sale(shop, 1_00))


@pytest.mark.row("W-25")
def test_two_payers_race_for_a_sale_and_one_card_is_charged(committed_town, scripted) -> None:
    town = committed_town
    mall = Mall(town)
    shop = mall.shop()
    people = [town.customer(name, 1_00) for name in ("林晓", "王芳", "赵刚", "李雷")]
    sale = mall.sale(shop, 100_00)
    quotes = [mall.quote_by_card(who, sale) for who in people]

    def pay(at: int) -> str:
        try:
            return str(
                actions.create_payment(actor=people[at], key=uuid4(), quote_id=quotes[at].id, now=town.now).status
            )
        except Refusal as refusal:
            return refusal.code
        finally:
            connections.close_all()

    with ThreadPoolExecutor(4) as pool:
        ends = sorted(pool.map(pay, range(4)))
    assert ends == ["CREATED", "wallet.sale.paying", "wallet.sale.paying", "wallet.sale.paying"]
    town.pump.run()
    assert Payment.objects.filter(sale_id=sale.id).count() == 1
    assert (Sale.objects.get(pk=sale.id).status, shop.money()) == ("PAID", 100_00 - 60)


@pytest.mark.row("W-25")
def test_a_refund_goes_back_to_the_card_and_is_there_when_the_bank_says_so(town, mall, bought, scripted) -> None:
    lin, shop, paid = bought
    scripted.outcome = "PROCESSING"
    mall.give_back(shop, paid, 40_00)
    town.pump.run()
    back = _back(lin)
    assert (back.status, back.card, town.money(lin)) == ("SUBMITTED", paid.card, (10_00, 0))
    assert back.bank_ref.startswith("SB")
    assert coming(back) == ["bank_result", "refunded_card"]
    assert queries.order_for(lin, paid.id).shown_status == "PARTIALLY_REFUNDED"
    assert notices(lin)[-1] == "refund_sent"
    assert queries.carried_orders([back.id])[0].booked is None
    scripted.of[back.instruction_id] = "SUCCEEDED"
    done = town.ask_bank(lin, back)
    assert (done.status, town.money(lin), town.house("L20")) == ("SUCCEEDED", (10_00, 0), 40_00)
    assert notices(lin)[-1] == "refund_arrived"
    assert queries.carried_orders([back.id])[0].booked == 40_00
    with pytest.raises(Refusal, match=r"wallet\.refund\.route_taken"):
        reroute(town, lin, done)
    with pytest.raises(Refusal, match=r"wallet\.refund\.too_much"):
        mall.give_back(shop, paid, 60_01)


def _back(who, kind: str = "refund"):
    return queries.order_for(who, queries.orders_for(who, kind=kind)[0].id)


def reroute(town, who, order, card=None, *, proved=True, key=None):
    if proved:
        town.prove(who, f"reroute:{order.id}")
    made = actions.reroute_refund(actor=who, key=key or uuid4(), order_id=order.id, card_id=card, now=town.now)
    town.pump.run()
    return queries.order_for(who, made.id)


@pytest.fixture
def kept(town, mall, bought, scripted):
    """A refund of ¥40 that the closed card could not take."""
    lin, shop, paid = bought
    scripted.outcome, scripted.reason = "FAILED", "card_closed"
    mall.give_back(shop, paid, 40_00)
    town.pump.run()
    scripted.outcome = "SUCCEEDED"
    return lin, shop, _back(lin)


@pytest.mark.row("W-25")
def test_what_a_closed_card_cannot_take_is_kept_and_goes_into_the_balance_with_the_pin(town, kept) -> None:
    lin, _, back = kept
    assert (back.status, back.shown_status, back.is_kept, back.reason_text) == (
        "FAILED", "KEPT", True, "银行卡已注销",
    )  # fmt: skip
    assert (town.money(lin), town.house("L20"), notices(lin)[-1]) == ((10_00, 0), 40_00, "refund_kept")
    with pytest.raises(Refusal, match=r"identity\.level\.insufficient"):
        reroute(town, lin, back, proved=False)
    key = uuid4()
    order = reroute(town, lin, back, key=key)
    assert (order.kind, order.status, order.amount.minor, order.money_of) == ("reroute", "SUCCEEDED", 40_00, back.id)
    assert (town.money(lin), town.house("L20"), notices(lin)[-1]) == ((50_00, 0), 0, "refund_rerouted")
    assert reroute(town, lin, back, key=key).id == order.id
    seen = queries.order_for(lin, back.id)
    assert (seen.shown_status, seen.rerouted_to) == ("REROUTED", order.id)
    assert {"refund_sent", "refund_kept", "rerouted"} <= set(codes(seen))
    with pytest.raises(Refusal, match=r"wallet\.refund\.route_taken"):
        reroute(town, lin, back)
    assert town.money(lin) == (50_00, 0)


@pytest.mark.row("W-25")
def test_another_card_can_be_chosen_and_when_it_is_closed_too_the_money_is_kept_again(town, kept, scripted) -> None:
    lin, _, back = kept
    first = town.card(lin)
    other = town.second_card(lin)
    with pytest.raises(Refusal, match=r"wallet\.refund\.route_unfit"):
        reroute(town, lin, back, first)
    with pytest.raises(Refusal, match=r"wallet\.refund\.route_unfit"):
        reroute(town, lin, back, town.card(town.customer("王芳", 1_00)))
    scripted.outcome = "FAILED"
    first = reroute(town, lin, back, other)
    assert (first.status, first.shown_status, town.house("L20")) == ("FAILED", "KEPT", 40_00)
    last = reroute(town, lin, first)
    assert (last.status, town.money(lin), town.house("L20")) == ("SUCCEEDED", (50_00, 0), 0)
    assert queries.order_for(lin, first.id).shown_status == "REROUTED"


@pytest.mark.row("W-25")
def test_money_that_comes_back_after_it_had_arrived_is_kept_for_its_owner(town, mall, bought, scripted) -> None:
    lin, shop, paid = bought
    mall.give_back(shop, paid, 40_00)
    town.pump.run()
    back = _back(lin)
    assert back.status == "SUCCEEDED"
    scripted.of[back.instruction_id], scripted.reason = "RETURNED", "card_closed"
    came = town.ask_bank(lin, back)
    assert (came.status, came.shown_status, town.house("L20")) == ("RETURNED", "KEPT", 80_00)
    town.ask_bank(lin, came)
    assert town.house("L20") == 80_00
    order = reroute(town, lin, came, town.second_card(lin))
    assert (order.status, order.kind, town.money(lin)) == ("SUCCEEDED", "reroute", (10_00, 0))


@pytest.mark.row("W-25")
def test_a_refund_of_a_refund_and_an_order_of_another_cannot_be_rerouted(town, mall, kept) -> None:
    lin, shop, back = kept
    wang = town.customer("王芳", 1_00)
    with pytest.raises(NotFound):
        reroute(town, wang, back)
    with pytest.raises(NotFound):
        reroute(town, lin, queries.orders_for(lin, kind="payment")[0])
    with pytest.raises(NotFound):
        mall.give_back(shop, back, 1_00)
    with pytest.raises(NotFound):
        mall.ask(lin, back, 1_00)


@pytest.mark.row("W-25")
def test_two_tabs_choose_a_route_at_once_and_the_money_goes_one_way(committed_town, scripted) -> None:
    town = committed_town
    mall = Mall(town)
    lin, shop = town.customer("林晓", 10_00), mall.shop()
    paid = mall.pay_by_card(lin, mall.sale(shop, 100_00))
    scripted.outcome, scripted.reason = "FAILED", "card_closed"
    mall.give_back(shop, paid, 40_00)
    town.pump.run()
    back = _back(lin)
    other = town.second_card(lin)
    town.prove(lin, f"reroute:{back.id}")

    def choose(card) -> str:
        try:
            given = {"key": uuid4(), "order_id": back.id, "card_id": card, "now": town.now}
            actions.reroute_refund(actor=lin, **given)
        except Refusal as refusal:
            return refusal.code
        finally:
            connections.close_all()
        return "done"

    with ThreadPoolExecutor(4) as pool:
        ends = sorted(pool.map(choose, [None, other, None, other]))
    assert ends == ["done", *["wallet.refund.route_taken"] * 3]
    assert Rerouting.objects.filter(money_of=back.id).count() == 1


def test_what_the_bank_says_it_paid_after_all_is_sent_nowhere_else_until_people_have_looked(town, kept, scripted) -> None:
    lin, _, back = kept
    scripted.of[back.instruction_id] = "SUCCEEDED"
    seen = town.ask_bank(lin, back)
    assert (seen.shown_status, "contradicted" in codes(seen)) == ("KEPT", True)
    with pytest.raises(Refusal, match=r"wallet\.refund\.route_in_doubt"):
        reroute(town, lin, back)
    assert (town.money(lin), town.house("L20")) == ((10_00, 0), 40_00)
    town.wait(days=4)
    assert reroute(town, lin, back).status == "SUCCEEDED"


def test_a_stopped_account_still_gets_its_refund_but_sends_it_to_no_other_card(town, kept) -> None:
    lin, _, back = kept
    other = town.second_card(lin)
    actions.stop_outflows(actor=lin, reason_code="phone_lost", now=town.now)
    with pytest.raises(Refusal, match=r"wallet\.account\.outflows_stopped"):
        reroute(town, lin, back, other)
    assert reroute(town, lin, back).status == "SUCCEEDED"
    assert town.money(lin)[0] == 50_00


def test_the_books_hold_after_charge_refund_return_and_rerouting(town, mall, bought, scripted) -> None:
    lin, shop, paid = bought
    mall.give_back(shop, paid, 30_00)
    town.pump.run()
    back = _back(lin)
    scripted.of[back.instruction_id], scripted.reason = "RETURNED", "card_closed"
    town.ask_bank(lin, back)
    reroute(town, lin, back)
    mall.give_back(shop, paid, 70_00)
    town.pump.run()
    assert books.balance(f"merchant:{shop.id}", code="A30").posted == 60
    safe = town.house("A10") + town.house("A20")
    owed = town.money(lin)[0] + town.house("L20") + shop.money()
    assert safe >= owed
    assert books.check_books() == []


def test_what_a_card_paid_is_not_spent_from_the_wallet_nor_what_came_back_instead_of_it(town, mall, bought, scripted) -> None:
    lin, shop, paid = bought
    scripted.outcome, scripted.reason = "FAILED", "card_closed"
    mall.give_back(shop, paid, 40_00)
    town.pump.run()
    reroute(town, lin, _back(lin))
    late = mall.pay_by_card(lin, mall.sale(shop, 20_00))
    scripted.of[late.instruction_id] = "SUCCEEDED"
    assert town.ask_bank(lin, late).status == "RETURNED"
    scripted.outcome = "SUCCEEDED"
    mall.bought(lin, shop, 7_00)
    today = town.now.astimezone(brand().zone).date()
    assert [one.amount.minor for one in spent_for(lin, first=today, last=today + timedelta(days=1))] == [7_00]
    assert books.check_books() == []
