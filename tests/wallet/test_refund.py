"""Refunds: never more than was captured, asked of the merchant against a clock, decided by two people if need be."""

import io
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from uuid import uuid4

import pytest
from django.db import IntegrityError, connection, connections, transaction
from django.db.models import F, Sum
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from PIL import Image
from tests.wallet.mall import Mall

from kefu.core import files
from kefu.core.money import Money
from kefu.core.refusal import NotFound, Refusal
from kefu.ledger import queries as books
from kefu.notices.models import Notice
from kefu.sla import queries as clocks
from kefu.trust.models import Report
from kefu.wallet import actions, queries
from kefu.wallet.models import Order, Payment, Refund
from kefu.wallet.queries.shop import refund as refunds
from kefu.wallet.queries.shop.merchant import sale_for_token


@pytest.fixture
def mall(town) -> Mall:
    return Mall(town)


@pytest.fixture
def bought(town, mall):
    """A customer with ¥200 left who paid ¥100 at a shop."""
    lin, shop = town.customer("林晓", 300_00), mall.shop()
    return lin, shop, mall.bought(lin, shop, 100_00)


def picture(who, now, tmp_path, settings):
    settings.KEFU_FILES = tmp_path
    out = io.BytesIO()
    Image.new("RGB", (8, 8), "red").save(out, format="PNG")
    return files.store_file(owner_ref=who.ref, name="x.png", content=out.getvalue(), purpose="refund", now=now).id


def codes(order):
    return [(step.code, step.state) for step in order.steps]


@pytest.mark.row("W-25")
def test_merchant_gives_back_in_three_parts_exactly_and_no_more(town, mall, bought) -> None:
    lin, shop, paid = bought
    mall.bought(lin, shop, 50_00)
    for part, status, left in ((33_33, "PARTIALLY_REFUNDED", 66_67), (33_33, "PARTIALLY_REFUNDED", 33_34)):
        mall.give_back(shop, paid, part)
        order = queries.order_for(lin, paid.id)
        assert (order.shown_status, order.captured.minor - order.refunded.minor) == (status, left)
    with pytest.raises(Refusal, match=r"wallet\.refund\.too_much") as refused:
        mall.give_back(shop, paid, 33_35)
    assert "¥33.34" in str(refused.value.reader_text())
    mall.give_back(shop, paid, 33_34)
    order = queries.order_for(lin, paid.id)
    assert (order.status, order.shown_status) == ("SUCCEEDED", "REFUNDED")
    assert town.money(lin) == (250_00, 0)
    assert shop.money() == 50_00 - 60 - 30
    back = queries.orders_for(lin, kind="refund")
    assert sorted(o.amount.minor for o in back) == [33_33, 33_33, 33_34]
    assert {(o.direction, o.status, o.counterparty_masked) for o in back} == {("in", "SUCCEEDED", "晨光面包店")}
    assert codes(queries.order_for(lin, back[0].id)) == [("created", "done"), ("refunded", "done")]
    with pytest.raises(Refusal, match=r"wallet\.refund\.too_much"):
        mall.give_back(shop, paid, 1)
    assert books.check_books() == []


@pytest.mark.row("W-25")
def test_refund_is_never_refunded_nor_another_merchants_payment(town, mall, bought) -> None:
    lin, shop, paid = bought
    other = mall.shop("别家书店")
    mall.give_back(shop, paid, 10_00)
    back = queries.orders_for(lin, kind="refund")[0]
    for who, order in ((shop, back), (other, paid)):
        with pytest.raises(NotFound):
            mall.give_back(who, order, 1_00)
    with pytest.raises(NotFound):
        mall.ask(lin, back, 1_00)
    with pytest.raises(NotFound):
        mall.ask(town.customer("王芳"), paid, 1_00)


@pytest.mark.row("W-25")
def test_fifty_refunds_at_once_never_exceed_what_was_captured(committed_town) -> None:
    town, mall = committed_town, Mall(committed_town)
    lin, shop = town.customer("林晓", 300_00), mall.shop()
    paid = mall.bought(lin, shop, 100_00)

    def give(_: int) -> str:
        try:
            mall.give_back(shop, paid, 7_00)
            return "paid"
        except Refusal as refused:
            return refused.code
        finally:
            connections["default"].close()

    with ThreadPoolExecutor(12) as pool:
        told = list(pool.map(give, range(50)))
    assert told.count("paid") == 14
    assert set(told) == {"paid", "wallet.refund.too_much"}
    assert Payment.objects.get(pk=paid.id).refunded == 98_00
    assert Order.objects.filter(kind="refund").aggregate(sum=Sum("amount"))["sum"] == 98_00
    assert town.money(lin) == (298_00, 0)
    assert books.check_books() == []


def test_database_itself_refuses_more_than_was_captured(mall, bought) -> None:
    _lin, _shop, paid = bought
    with pytest.raises(IntegrityError), transaction.atomic():
        Payment.objects.filter(pk=paid.id).update(refunded=F("captured") + 1)


@given(parts=st.lists(st.integers(1, 60_00), min_size=1, max_size=6), amount=st.integers(1, 100_00))
@settings(max_examples=12, deadline=None, suppress_health_check=list(HealthCheck))
def test_whatever_parts_are_asked_back_sums_are_exact(town, parts, amount) -> None:
    mall = Mall(town)
    with transaction.atomic():
        lin, shop = town.customer("林晓", 300_00), mall.shop(f"店{uuid4().hex[:8]}")
        paid, back = mall.bought(lin, shop, amount), 0
        for part in parts:
            if back + part > amount:
                with pytest.raises(Refusal, match=r"wallet\.refund\.too_much"):
                    mall.give_back(shop, paid, part)
            else:
                mall.give_back(shop, paid, part)
                back += part
        assert town.money(lin) == (300_00 - amount + back, 0)
        assert Payment.objects.get(pk=paid.id).refunded == back <= amount
        assert books.check_books() == []
        transaction.set_rollback(True)


@pytest.mark.row("W-25")
def test_what_the_payable_cannot_carry_is_the_merchants_debt_and_recovered_later(town, mall, bought) -> None:
    lin, shop, paid = bought
    mall.give_back(shop, paid, 100_00)
    assert (town.money(lin), shop.money(), shop.money("A30")) == ((300_00, 0), 0, 60)
    assert books.check_books() == []
    assert actions.recover_debts(now=town.now) == 0
    mall.bought(lin, shop, 10_00)
    assert (actions.recover_debts(now=town.now), actions.recover_debts(now=town.now)) == (60, 0)
    assert (shop.money(), shop.money("A30")) == (10_00 - 6 - 60, 0)
    covered = books.safeguarding()
    assert covered.excess == 0
    assert books.check_books() == []


@pytest.mark.row("F-05")
def test_customer_asks_with_evidence_merchant_agrees_money_is_back(town, mall, bought, tmp_path, settings) -> None:
    lin, shop, paid = bought
    shot = picture(lin, town.now, tmp_path, settings)
    asked = mall.ask(lin, paid, 40_00, file_ids=(shot,))
    assert (asked.kind, asked.status, asked.refund_of) == ("refund", "CREATED", paid.id)
    assert codes(asked) == [
        ("created", "done"), ("refund_asked", "done"), ("merchant_answer", "now"), ("refunded", "next"),
    ]  # fmt: skip
    seen = refunds.refund_for(shop.actor, asked.id, now=town.now)
    assert (seen.reason, seen.amount.minor, seen.notes[0].words) == ("质量问题", 40_00, "蛋糕是坏的")
    assert seen.clock is not None
    assert seen.clock.due_at == town.now + timedelta(hours=48)
    assert refunds.refund_file_for(shop.actor, shot, now=town.now).id == shot
    with pytest.raises(NotFound):
        refunds.refund_file_for(mall.shop("别家书店").actor, shot, now=town.now)
    assert town.money(lin) == (200_00, 0)
    done = actions.answer_refund(actor=shop.actor, order_id=asked.id, agree=True, words="抱歉", now=town.now)
    assert (done.status, done.answered_at) == ("PAID", town.now)
    assert queries.order_for(lin, asked.id).status == "SUCCEEDED"
    assert town.money(lin) == (240_00, 0)
    assert clocks.clocks_of(f"order:{asked.id}", now=town.now)[0].status == "STOPPED"
    for agree in (True, False):
        with pytest.raises(Refusal, match=r"wallet\.refund\.moved"):
            actions.answer_refund(actor=shop.actor, order_id=asked.id, agree=agree, words="再想想", now=town.now)
    assert town.money(lin) == (240_00, 0)
    assert Notice.objects.filter(user_id=lin.uuid, kind="refund_paid").count() == 1
    assert books.check_books() == []


@pytest.mark.row("F-05")
def test_asking_is_bound_to_pin_window_amount_and_one_at_a_time(town, mall, bought) -> None:
    lin, shop, paid = bought
    asking = mall.ask.__globals__["Asking"](order_id=paid.id, amount=Money(1_00), reason="faulty", words="坏")
    with pytest.raises(Refusal, match=r"identity\.level\.insufficient"):
        actions.request_refund(actor=lin, key=uuid4(), asking=asking, now=town.now)
    with pytest.raises(Refusal, match=r"wallet\.refund\.too_much"):
        mall.ask(lin, paid, 100_01)
    with pytest.raises(Refusal, match=r"wallet\.refund\.not_refundable"):
        mall.ask(lin, paid, 1_00, reason="merchant")
    assert Order.objects.filter(kind="refund").count() == 0
    key = uuid4()
    first = actions.request_refund(actor=lin, key=key, asking=asking, now=town.now)
    assert actions.request_refund(actor=lin, key=key, asking=asking, now=town.now).id == first.id
    with pytest.raises(Refusal, match=r"wallet\.refund\.open"):
        mall.ask(lin, paid, 1_00)
    with pytest.raises(Refusal, match=r"wallet\.refund\.open"):
        mall.give_back(shop, paid, 1_00)
    assert actions.withdraw_refund(actor=lin, order_id=first.id, now=town.now).status == "CANCELLED"
    assert actions.withdraw_refund(actor=lin, order_id=first.id, now=town.now).status == "CANCELLED"
    with pytest.raises(Refusal, match=r"wallet\.refund\.moved"):
        actions.answer_refund(actor=shop.actor, order_id=first.id, agree=True, words="", now=town.now)
    town.wait(days=90, seconds=1)
    with pytest.raises(Refusal, match=r"wallet\.refund\.not_refundable"):
        mall.ask(lin, paid, 1_00)
    assert not refunds.refundable_for(lin, paid.id, now=town.now - timedelta(seconds=2)).why_not
    assert "可退期限" in refunds.refundable_for(lin, paid.id, now=town.now).why_not
    assert town.money(lin) == (200_00, 0)


@pytest.mark.row("F-06")
def test_merchant_refuses_with_words_then_the_customer_has_the_platform_step_in(town, mall, bought) -> None:
    lin, shop, paid = bought
    asked = mall.ask(lin, paid, 100_00)
    with pytest.raises(Refusal, match=r"wallet\.refund\.words_unfit"):
        actions.answer_refund(actor=shop.actor, order_id=asked.id, agree=False, words=" ", now=town.now)
    with pytest.raises(Refusal, match=r"wallet\.refund\.moved"):
        actions.escalate_refund(actor=lin, order_id=asked.id, now=town.now)
    actions.answer_refund(actor=shop.actor, order_id=asked.id, agree=False, words="送达时完好", now=town.now)
    seen = queries.order_for(lin, asked.id)
    assert codes(seen)[-2:] == [("refund_refused", "done"), ("your_word", "now")]
    assert refunds.refund_for(lin, asked.id, now=town.now).notes[-1].words == "送达时完好"
    after = actions.escalate_refund(actor=lin, order_id=asked.id, words="有照片为证", now=town.now)
    assert codes(after)[-2:] == [("platform_decides", "now"), ("refunded", "next")]
    for late in (
        lambda: actions.answer_refund(actor=shop.actor, order_id=asked.id, agree=True, words="", now=town.now),
        lambda: actions.withdraw_refund(actor=lin, order_id=asked.id, now=town.now),
    ):
        with pytest.raises(Refusal, match=r"wallet\.refund\.moved"):
            late()
    assert town.money(lin) == (200_00, 0)


@pytest.mark.row("F-06")
def test_silent_merchant_is_stepped_over_when_the_clock_ends_and_not_before(town, mall, bought) -> None:
    lin, _shop, paid = bought
    asked = mall.ask(lin, paid, 100_00)
    town.wait(hours=48)
    assert actions.step_in(now=town.now) == 0
    town.wait(seconds=1)
    assert (actions.step_in(now=town.now), actions.step_in(now=town.now)) == (1, 0)
    seen = queries.order_for(lin, asked.id)
    assert codes(seen)[2:] == [("refund_unanswered", "done"), ("platform_decides", "now"), ("refunded", "next")]
    assert Notice.objects.filter(user_id=lin.uuid, kind="refund_escalated").count() == 1


def test_refusal_that_nobody_disputes_is_final_after_its_days(town, mall, bought) -> None:
    lin, shop, paid = bought
    asked = mall.ask(lin, paid, 100_00)
    actions.answer_refund(actor=shop.actor, order_id=asked.id, agree=False, words="送达时完好", now=town.now)
    town.wait(days=15)
    assert actions.end_refused(now=town.now) == 0
    town.wait(seconds=1)
    assert (actions.end_refused(now=town.now), actions.end_refused(now=town.now)) == (1, 0)
    seen = queries.order_for(lin, asked.id)
    assert (seen.status, seen.reason_text) == ("FAILED", "商户不同意退款")
    assert mall.ask(lin, paid, 100_00).status == "CREATED"


@pytest.mark.row("F-05")
def test_platform_pays_what_was_approved_once_and_only_that(town, mall, bought) -> None:
    lin, _shop, paid = bought
    asked = mall.ask(lin, paid, 100_00)
    wanted = {"order_id": asked.id, "amount": Money(80_00), "case_ref": "K1"}
    with pytest.raises(Refusal, match=r"wallet\.refund\.moved"):
        actions.refund_arguments(**wanted)
    town.wait(hours=49)
    actions.step_in(now=town.now)
    with pytest.raises(Refusal, match=r"wallet\.refund\.too_much"):
        actions.refund_arguments(**{**wanted, "amount": Money(100_01)})
    approval = town.approved("wallet.pay_refund", actions.refund_arguments(**wanted))
    boss = town.staff("丁", "supervisor")
    with pytest.raises(Refusal, match=r"identity\.approval"):
        actions.pay_decided_refund(
            actor=boss, approval_id=approval, now=town.now, **{**wanted, "amount": Money(80_01)}
        )
    assert town.money(lin) == (200_00, 0)
    done = actions.pay_decided_refund(actor=boss, approval_id=approval, now=town.now, **wanted)
    assert (done.status, done.amount.minor, done.case_ref, town.money(lin)) == ("SUCCEEDED", 80_00, "K1", (280_00, 0))
    with pytest.raises(Refusal, match=r"wallet\.refund\.moved"):
        actions.pay_decided_refund(actor=boss, approval_id=approval, now=town.now, **wanted)
    assert queries.order_for(lin, paid.id).shown_status == "PARTIALLY_REFUNDED"
    assert books.check_books() == []


def test_agreement_and_withdrawal_in_the_same_moment_end_one_way(committed_town) -> None:
    """Ten requests, each withdrawn and agreed to at once: money moved exactly for those that were agreed."""
    town, mall = committed_town, Mall(committed_town)
    lin, shop = town.customer("林晓", 300_00), mall.shop()
    asked = [mall.ask(lin, mall.bought(lin, shop, 10_00), 10_00) for _ in range(10)]

    def agree(order):
        return actions.answer_refund(actor=shop.actor, order_id=order.id, agree=True, words="", now=town.now)

    def withdraw(order):
        return actions.withdraw_refund(actor=lin, order_id=order.id, now=town.now)

    def run(deed):
        try:
            deed[0](deed[1])
            return "done"
        except Refusal as refused:
            return refused.code
        finally:
            connections["default"].close()

    with ThreadPoolExecutor(10) as pool:
        told = list(pool.map(run, [(act, order) for order in asked for act in (agree, withdraw)]))
    assert (told.count("done"), told.count("wallet.refund.moved")) == (10, 10)
    agreed = Refund.objects.filter(status="PAID").count()
    assert agreed + Refund.objects.filter(status="WITHDRAWN").count() == 10
    assert town.money(lin) == (200_00 + agreed * 10_00, 0)
    assert books.check_books() == []


def test_words_are_kept_without_secrets_and_notes_are_never_changed(town, mall, bought) -> None:
    lin, shop, paid = bought
    asked = mall.ask(lin, paid, 10_00)
    actions.answer_refund(
        actor=shop.actor, order_id=asked.id, agree=False, words="我的支付密码是 482913", now=town.now
    )
    assert "482913" not in refunds.refund_for(lin, asked.id, now=town.now).notes[-1].words
    with connection.cursor() as cursor:
        cursor.execute("SELECT has_table_privilege('kefu_app', 'wallet_refundnote', 'UPDATE')")
        assert cursor.fetchone() == (False,)


@pytest.mark.row("W-06")
def test_words_of_a_merchant_are_a_strangers_for_the_customer_and_reported_as_theirs(town, mall) -> None:
    lin, shop = town.customer("林晓", 300_00), mall.shop()
    sale = mall.sale(shop, 100_00, subject="会员卡 微信abc12345")
    assert "abc12345" not in sale_for_token(lin, sale.token).subject
    paid = mall.pay(lin, sale)
    assert "abc12345" not in paid.remark
    assert [(one.ref, one.writer_id) for one in Report.objects.all()] == [(f"sale:{sale.id}", shop.actor.uuid)]
    asked = mall.ask(lin, paid, 40_00)
    actions.answer_refund(
        actor=shop.actor, order_id=asked.id, agree=False, words="退款请加微信xyz98765", now=town.now
    )
    seen = {who.kind: refunds.refund_for(who, asked.id, now=town.now).notes[-1].words for who in (lin, shop.actor)}
    assert "xyz98765" not in seen["customer"]
    assert seen["merchant"] == "退款请加微信xyz98765"
    assert Report.objects.filter(writer_id=shop.actor.uuid, ref__startswith="refund_note:").count() == 1
    assert not Report.objects.filter(writer_id=lin.uuid).exists()
