"""Questions about merchants' payments and refunds: traced by number, said as the books have it."""

from uuid import uuid4

import pytest
from tests.assistant.test_answers import ask, assert_grounded, codes
from tests.wallet.mall import Mall
from tests.wallet.scripted import ScriptedBank
from tests.wallet.town import Town

from kefu.wallet import actions, queries


@pytest.fixture
def mall(town: Town) -> Mall:
    return Mall(town)


@pytest.mark.row("F-05", "Q-04")
def test_wish_for_a_refund_leads_to_the_payment_that_is_meant(town: Town, mall: Mall) -> None:
    lin, shop = town.customer("林晓", 300_00), mall.shop()
    paid = mall.bought(lin, shop, 100_00)
    said = ask(town, lin, "我要退款")
    assert_grounded(said)
    assert said.cause == "OK_IN_TIME"
    assert "¥100.00" in said.headline
    assert [b.argument for b in said.buttons if b.code == "link"] == [f"/orders/{paid.id}/refund/"]
    town.wait(days=91)
    late = ask(town, lin, "我要退款")
    assert late.cause == "NOT_ALLOWED"
    assert "可退期限" in late.headline


@pytest.mark.row("F-07")
def test_late_refund_is_traced_by_its_number_or_the_payments_to_where_it_stands(town: Town, mall: Mall) -> None:
    lin, shop = town.customer("林晓", 300_00), mall.shop()
    nothing = ask(town, lin, "退款怎么还没到")
    assert (nothing.cause, "没有它的入账记录" in nothing.headline) == ("NEED_EVIDENCE", True)
    paid, other = mall.bought(lin, shop, 100_00), mall.bought(lin, shop, 50_00)
    asked = mall.ask(lin, paid, 100_00)
    for number in (asked.no, paid.no):
        waiting = ask(town, lin, f"退款怎么还没到，订单号{number}")
        assert_grounded(waiting)
        assert waiting.cause == "UNKNOWN_WAIT"
        assert "还在等商户答复" in waiting.headline
        assert waiting.order_id == asked.id
    absent = ask(town, lin, f"退款怎么还没到，订单号{other.no}")
    assert absent.cause == "NEED_EVIDENCE"
    town.wait(hours=49)
    actions.step_in(now=town.now)
    assert "由平台核实裁定" in ask(town, lin, "退款怎么还没到").headline


@pytest.mark.row("F-07")
def test_refund_that_came_is_shown_with_its_posting(town: Town, mall: Mall) -> None:
    lin, shop = town.customer("林晓", 300_00), mall.shop()
    paid = mall.bought(lin, shop, 100_00)
    mall.give_back(shop, paid, 30_00)
    for text in ("退款退到哪了", "退款怎么还没到"):
        said = ask(town, lin, text)
        assert_grounded(said)
        assert "¥30.00" in said.headline
        assert "¥230.00" in said.text
        assert any(source.kind == "entry" for source in said.sources)


@pytest.mark.row("F-06")
def test_refused_refund_names_the_way_to_the_platform(town: Town, mall: Mall) -> None:
    lin, shop = town.customer("林晓", 300_00), mall.shop()
    asked = mall.ask(lin, mall.bought(lin, shop, 100_00), 100_00)
    actions.answer_refund(actor=shop.actor, order_id=asked.id, agree=False, words="送达时完好", now=town.now)
    said = ask(town, lin, "商家不同意退款怎么办")
    assert said.cause == "MERCHANT_REFUSED"
    assert "平台介入" in said.text
    assert "human" in codes(said)


@pytest.mark.row("F-08")
def test_failed_payment_has_one_cause(town: Town, mall: Mall) -> None:
    lin, shop = town.customer("林晓", 300_00), mall.shop()
    assert ask(town, lin, "付款失败").cause == "NEED_EVIDENCE"
    held = mall.pay(lin, mall.sale(shop, 100_00, later=True))
    assert "已预授权" in ask(town, lin, "付款失败").headline
    actions.void_payment(actor=shop.actor, order_id=held.id, now=town.now)
    assert ask(town, lin, "付款失败").cause == "FAILED_RETURNED"
    actions.stop_outflows(actor=lin, reason_code="stolen", now=town.now)
    assert "停止" in ask(town, lin, "付款失败").text


@pytest.mark.row("F-05", "F-07")
def test_refund_to_a_closed_card_is_answered_with_the_customers_own_facts(town: Town, mall: Mall) -> None:
    lin, shop = town.customer("林晓", 10_00), mall.shop()
    paid = mall.pay_by_card(lin, mall.sale(shop, 100_00))
    wish = ask(town, lin, "我要退款")
    assert_grounded(wish)
    assert "招商银行 (0012)" in wish.text
    ScriptedBank.outcome = "PROCESSING"
    mall.give_back(shop, paid, 30_00)
    town.pump.run()
    back = queries.order_for(lin, queries.orders_for(lin, kind="refund")[0].id)
    waiting = ask(town, lin, "退款怎么还没到")
    assert_grounded(waiting)
    assert (waiting.cause, "还没有到账" in waiting.headline, back.bank_ref in waiting.text) == ("UNKNOWN_WAIT", True, True)
    ScriptedBank.of[back.instruction_id], ScriptedBank.reason = "FAILED", "card_closed"
    town.ask_bank(lin, back)
    for text in ("退款退到已经注销的银行卡怎么办", "退款退到哪了", "退款怎么还没到"):
        said = ask(town, lin, text)
        assert_grounded(said)
        assert (said.cause, said.order_id) == ("USER_FIX", back.id)
        for words in ("¥30.00", "招商银行 (0012)", "银行卡已注销", "为您保管"):
            assert words in said.headline + said.text
        assert [b.argument for b in said.buttons if b.code == "link"] == [f"/orders/{back.id}/route/"]
    town.prove(lin, f"reroute:{back.id}")
    actions.reroute_refund(actor=lin, key=uuid4(), order_id=back.id, now=town.now)
    done = ask(town, lin, "退款退到哪了")
    assert_grounded(done)
    assert "存入余额" in done.headline


@pytest.mark.row("F-08")
def test_payment_by_card_is_said_as_far_as_the_bank_has_come(town: Town, mall: Mall) -> None:
    lin, shop = town.customer("林晓", 10_00), mall.shop()
    town.card(lin)
    ScriptedBank.outcome = "PROCESSING"
    order = mall.pay_by_card(lin, mall.sale(shop, 100_00))
    waiting = ask(town, lin, "付款失败")
    assert_grounded(waiting)
    assert (waiting.cause, "还没有付成" in waiting.headline) == ("UNKNOWN_WAIT", True)
    ScriptedBank.of[order.instruction_id], ScriptedBank.reason = "FAILED", "insufficient_funds"
    town.ask_bank(lin, order)
    failed = ask(town, lin, "付款失败")
    assert_grounded(failed)
    assert (failed.cause, "银行卡余额不足" in failed.text) == ("FAILED_RETURNED", True)
    ScriptedBank.of[order.instruction_id] = "SUCCEEDED"
    town.ask_bank(lin, order)
    late = ask(town, lin, "付款失败")
    assert_grounded(late)
    assert "钱在您的余额里" in late.headline
