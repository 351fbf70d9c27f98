"""Payments by card and vouchers over HTTP; and what a closed card could not take, chosen anew with the PIN."""

from uuid import uuid4

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from tests.wallet.mall import Mall
from tests.wallet.scripted import ScriptedBank
from tests.wallet.town import Town
from tests.web.conftest import SignedIn, text_of
from tests.web.test_wallet_pages import hidden

from kefu.ledger import queries as books
from kefu.wallet import queries
from kefu.wallet.models import Campaign, Order, Voucher

PIN = "482913"


@pytest.fixture
def mall(town: Town) -> Mall:
    return Mall(town)


@pytest.mark.row("W-25")
def test_a_sale_is_paid_by_card_with_a_voucher_and_says_paid_only_when_it_is(
    town: Town, mall: Mall, browser: SignedIn
) -> None:
    scripted, lin, shop = ScriptedBank, town.customer("林一", money=10_00), mall.shop()
    card, voucher = town.card(lin), mall.voucher(lin)
    sale = mall.sale(shop, 128_50)
    payer, seller = browser(lin), browser(shop.actor)
    look = text_of(payer.get(f"/pay/{sale.token}/"))
    for words in ("从哪里付", "····0012", "秋天好礼", "不用代金券", "不能叠加"):
        assert words in look
    confirm = text_of(payer.post(f"/pay/{sale.token}/", {"source": str(card), "voucher": str(voucher.id)}))
    for words in ("从银行卡付出", "招商银行 (0012)", "¥123.50", "−¥5.00", "商户收到"):
        assert words in confirm
    assert "付款中" in text_of(payer.get("/vouchers/"))
    scripted.outcome = "PROCESSING"
    given = {name: hidden(confirm, name) for name in ("key", "quote")}
    where = payer.post(f"/pay/{sale.token}/confirm", given)["Location"]
    town.pump.run()
    waiting = text_of(payer.get(where))
    for words in ("还没有付成", "银行已受理", "付款银行卡", "再向银行查一次"):
        assert words in waiting
    assert "已付给商户" not in waiting
    assert "银行还没有答复" in text_of(browser(town.customer("王二")).get(f"/pay/{sale.token}/"))
    assert "处理中" in text_of(seller.get("/shop/"))
    order = Order.objects.get(kind="payment")
    scripted.outcome = "SUCCEEDED"
    town.ask_bank(lin, queries.order_for(lin, order.id))
    done = text_of(payer.get(where))
    for words in ("已付给商户", "代金券支付", "¥5.00", "银行流水", "退款先退回付款时用的招商银行 (0012)"):
        assert words in done
    assert "已用完" in text_of(payer.get("/vouchers/"))
    assert "¥128.50" in text_of(seller.get("/shop/"))
    assert town.money(lin) == (10_00, 0)
    assert books.check_books() == []


@pytest.mark.row("W-25")
@pytest.mark.parametrize(
    ("given", "status"),
    [({"source": "nonsense"}, 422), ({"source": str(uuid4())}, 422), ({"voucher": str(uuid4())}, 422)],
    ids=["nonsense", "another's card", "another's voucher"],
)
def test_what_is_not_theirs_is_refused_at_the_field_and_nothing_is_quoted(
    town: Town, mall: Mall, browser: SignedIn, given: dict[str, str], status: int
) -> None:
    lin, shop = town.customer("林一", money=300_00), mall.shop()
    sale = mall.sale(shop, 20_00)
    answer = browser(lin).post(f"/pay/{sale.token}/", given)
    assert (answer.status_code, "下一步" in text_of(answer)) == (status, True)
    assert not Order.objects.filter(kind="payment").exists()


@pytest.mark.row("W-25")
@pytest.mark.row("F-05")
def test_a_refund_to_a_closed_card_waits_for_its_owners_choice_and_goes_into_the_balance(
    town: Town, mall: Mall, browser: SignedIn
) -> None:
    scripted, lin, shop = ScriptedBank, town.customer("林一", money=10_00), mall.shop()
    paid = mall.pay_by_card(lin, mall.sale(shop, 100_00))
    scripted.outcome, scripted.reason = "FAILED", "card_closed"
    seller, client = browser(shop.actor), browser(lin)
    page = text_of(seller.get(f"/shop/payments/{paid.id}/"))
    seller.post(f"/shop/payments/{paid.id}/refund", {"key": hidden(page, "key"), "amount": "40", "words": ""})
    town.pump.run()
    back = Order.objects.get(kind="refund")
    kept = text_of(client.get(f"/orders/{back.id}/"))
    for words in ("等您选择去向", "银行卡已注销", "¥40.00 为您保管着", "选择退款去向"):
        assert words in kept
    assert "已退款" not in kept
    assert "原卡收不了" in text_of(client.get(f"/orders/{paid.id}/"))
    assert "原卡收不了" in text_of(seller.get("/shop/refunds/"))
    town.prove(lin, "any")
    door = f"/orders/{back.id}/route/"
    form = text_of(client.get(door))
    assert "招商银行 (0012)" in form
    key = hidden(form, "key")
    for wrong, words in (
        ({"route": "balance", "pin": "000000"}, "支付密码"),
        ({"route": "moon", "pin": PIN}, "退到哪里"),
        ({"pin": PIN}, "退到哪里"),
    ):
        answer = client.post(door, {"key": key, **wrong})
        assert (answer.status_code in (403, 409, 422), words in text_of(answer)) == (True, True)
    assert town.money(lin) == (10_00, 0)
    first, again = (client.post(door, {"key": key, "route": "balance", "pin": PIN}) for _ in range(2))
    assert first["Location"] == again["Location"]
    assert town.money(lin) == (50_00, 0)
    moved = text_of(client.get(first["Location"]))
    for words in ("款项已按您的选择存入余额", "看原退款", "+¥40.00"):
        assert words in moved
    assert "已改退" in text_of(client.get(f"/orders/{back.id}/"))
    assert client.get(door)["Location"] == first["Location"]
    second = client.post(door, {"key": str(uuid4()), "route": "balance", "pin": PIN})
    assert (second.status_code, "已经有去向" in text_of(second)) == (409, True)
    assert "改退" in text_of(client.get("/activity/?kind=reroute"))
    assert "refund_kept" in [notice.kind for notice in _notices(lin)]
    assert books.check_books() == []


def _notices(who: object) -> list[object]:
    from kefu.notices.models import Notice

    return list(Notice.objects.filter(user_id=who.uuid))  # type: ignore[attr-defined]


def test_vouchers_are_taken_once_and_their_page_is_few_queries(town: Town, mall: Mall, browser: SignedIn) -> None:
    lin = town.customer("林一")
    client = browser(lin)
    assert "还没有代金券" in text_of(client.get("/vouchers/"))
    campaigns = [mall.campaign(name=f"活动{at}", merchant_id=mall.shop(f"店{at}").id) for at in range(3)]
    for _ in range(2):
        assert client.post(f"/vouchers/{campaigns[0].id}/take")["Location"] == "/vouchers/"
    assert Voucher.objects.count() == 1
    with CaptureQueriesContext(connection) as made:
        page = text_of(client.get("/vouchers/"))
    assert len(made) <= 12
    for words in ("活动0", "只限店0", "满 ¥10.00 可用", "可以领取", "活动2"):
        assert words in page
    assert client.post(f"/vouchers/{uuid4()}/take").status_code == 404
    assert client.get(f"/vouchers/{campaigns[0].id}/take").status_code == 405


def test_a_campaign_is_proposed_by_one_and_opened_by_another_in_the_office(
    town: Town, mall: Mall, browser: SignedIn
) -> None:
    maker, checker = town.staff("甲", "operator"), town.staff("乙", "supervisor")
    first, second = browser(maker), browser(checker)
    given = {
        "name": "冬天好礼", "amount": "5", "min_spend": "10", "count": "100", "merchant": "",
        "valid_from": "2026-01-01T00:00", "valid_until": "2099-01-01T00:00",
    }  # fmt: skip
    for wrong in ({"amount": "20"}, {"amount": "x"}, {"count": "0"}, {"valid_until": "2025-01-01T00:00"}, {"merchant": "x"}):
        assert first.post("/office/campaigns/", {**given, **wrong}).status_code == 422
    assert not Campaign.objects.exists()
    assert first.post("/office/campaigns/", given)["Location"] == "/office/campaigns/"
    row = Campaign.objects.get()
    assert "等另一位同事复核" in text_of(first.get("/office/campaigns/"))
    assert first.post(f"/office/campaigns/{row.id}/open").status_code == 403
    assert second.post(f"/office/campaigns/{row.id}/open").status_code == 302
    assert "发放中" in text_of(second.get("/office/campaigns/"))
    assert second.post(f"/office/campaigns/{row.id}/end").status_code == 302
    assert Campaign.objects.get().status == "ENDED"
    assert second.post(f"/office/campaigns/{row.id}/moon").status_code in (400, 404, 422)
    assert browser(town.staff("丙")).get("/office/campaigns/").status_code in (403, 404)
    assert browser(town.customer("林一")).get("/office/campaigns/").status_code in (302, 403, 404)
