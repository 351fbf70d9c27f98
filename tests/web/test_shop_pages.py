"""Merchants over HTTP: a link is paid, money asked back, answered, disputed, decided; and whose place is whose."""

import io
from uuid import uuid4

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from PIL import Image
from tests.wallet.mall import Mall
from tests.wallet.town import Town
from tests.web.conftest import SignedIn, text_of
from tests.web.test_wallet_pages import hidden

from kefu.cases import tasks
from kefu.cases.models import Case, Proposal
from kefu.ledger import queries as books
from kefu.wallet import actions
from kefu.wallet.models import Merchant, MerchantStaff, Order, Refund, Sale

PIN = "482913"


@pytest.fixture
def mall(town: Town) -> Mall:
    return Mall(town)


def picture() -> io.BytesIO:
    out = io.BytesIO()
    Image.new("RGB", (8, 8), "red").save(out, format="PNG")
    out.seek(0)
    out.name = "shot.png"
    return out


def asked(client: Client, paid: str, **more: object) -> str:
    form = text_of(client.get(f"/orders/{paid}/refund/"))
    given = {"key": hidden(form, "key"), "amount": "40", "reason": "faulty", "words": "蛋糕是坏的", "pin": PIN, **more}
    answer = client.post(f"/orders/{paid}/refund/", given)
    assert answer.status_code == 302, text_of(answer)
    return str(answer["Location"])


@pytest.mark.row("W-06")
@pytest.mark.row("W-16")
def test_link_of_a_merchant_is_looked_at_confirmed_and_paid_once(town: Town, mall: Mall, browser: SignedIn) -> None:
    lin, shop = town.customer("林一", money=300_00), mall.shop()
    seller, payer = browser(shop.actor), browser(lin)
    new = {"no": "CAKE-1", "subject": "生日蛋糕", "amount": "128.50", "minutes": "30"}
    made = seller.post("/shop/sales/", new)["Location"]
    page = text_of(seller.get(made))
    token = Sale.objects.get(no="CAKE-1").token
    assert f"/pay/{token}/" in page
    stranger = Client().get(f"/pay/{token}/")
    assert stranger["Location"] == f"/signin/?next=%2Fpay%2F{token}%2F"
    look = text_of(payer.get(f"/pay/{token}/"))
    for words in ("晨光面包店", "¥128.50", "生日蛋糕", "CAKE-1"):
        assert words in look
    confirm = text_of(payer.post(f"/pay/{token}/"))
    assert "付给晨光面包店 ¥128.50" in confirm
    assert Order.objects.filter(kind="payment").count() == 0
    given = {name: hidden(confirm, name) for name in ("key", "quote")}
    first, again = (payer.post(f"/pay/{token}/confirm", given) for _ in range(2))
    assert first["Location"] == again["Location"]
    order = text_of(payer.get(first["Location"]))
    for words in ("付给晨光面包店", "已付给商户", "申请退款", "生日蛋糕"):
        assert words in order
    assert "您已经付过这笔订单" in text_of(payer.get(f"/pay/{token}/"))
    other = browser(town.customer("王二", money=300_00))
    assert "没有任何款项变动" in text_of(other.get(f"/pay/{token}/"))
    refused = other.post(f"/pay/{token}/")
    assert (refused.status_code, "没有重复扣款" in text_of(refused)) == (409, True)
    assert payer.get("/pay/no-such-link/").status_code == 404
    assert "¥128.50" in text_of(seller.get("/shop/"))
    assert "付给晨光面包店" in text_of(payer.get("/activity/?kind=payment&q=晨光"))
    assert town.money(lin) == (300_00 - 128_50, 0)


@pytest.mark.row("F-05")
def test_refund_is_asked_with_a_picture_and_given_back_by_the_merchant(
    town: Town, mall: Mall, browser: SignedIn
) -> None:
    lin, shop = town.customer("林一", money=300_00), mall.shop()
    paid = mall.bought(lin, shop, 100_00)
    town.prove(lin, "any")
    client, seller = browser(lin), browser(shop.actor)
    form = text_of(client.get(f"/orders/{paid.id}/refund/"))
    for words in ("¥100.00", "最迟 48 小时", "质量问题"):
        assert words in form
    wrong = client.post(
        f"/orders/{paid.id}/refund/",
        {"key": str(uuid4()), "amount": "40", "reason": "faulty", "words": "坏", "pin": "000000"},
    )
    assert wrong.status_code in (409, 422)
    assert Refund.objects.count() == 0
    over = client.post(
        f"/orders/{paid.id}/refund/",
        {"key": str(uuid4()), "amount": "100.01", "reason": "faulty", "words": "坏", "pin": PIN},
    )
    assert "最多还能退 ¥100.00" in text_of(over)
    where = asked(client, paid.id, files=[picture()])
    page = text_of(client.get(where))
    for words in ("等商户答复", "接下来", "蛋糕是坏的", "附件 1", "撤回退款申请"):
        assert words in page
    assert client.get(f"/orders/{paid.id}/refund/")["Location"] == where
    file = page.split("/refunds/files/")[1].split('"')[0]
    refund = where.strip("/").split("/")[-1]
    assert "最迟答复" in text_of(seller.get("/shop/refunds/"))
    assert seller.get(f"/refunds/files/{file}").status_code == 200
    assert browser(mall.shop("别家书店").actor).get(f"/refunds/files/{file}").status_code == 404
    assert "同意，退还 ¥40.00" in text_of(seller.get(f"/shop/refunds/{refund}/"))
    assert seller.post(f"/shop/refunds/{refund}/answer", {"decision": "agree", "words": "抱歉"}).status_code == 302
    assert seller.post(f"/shop/refunds/{refund}/answer", {"decision": "agree"}).status_code == 409
    assert "款项已退回原来付款的余额" in text_of(client.get(where))
    whole = text_of(client.get(f"/orders/{paid.id}/"))
    for words in ("部分退款", "已退 ¥40.00，还可退 ¥60.00"):
        assert words in whole
    assert town.money(lin) == (240_00, 0)
    assert books.check_books() == []


@pytest.mark.row("F-06")
def test_refused_refund_is_disputed_taken_by_an_agent_and_decided_by_two(
    town: Town, mall: Mall, browser: SignedIn
) -> None:
    lin, shop = town.customer("林一", money=300_00), mall.shop()
    paid = mall.bought(lin, shop, 100_00)
    town.prove(lin, "any")
    client, seller = browser(lin), browser(shop.actor)
    where = asked(client, paid.id, amount="100")
    refund = where.strip("/").split("/")[-1]
    silent = seller.post(f"/shop/refunds/{refund}/answer", {"decision": "refuse", "words": ""})
    assert silent.status_code == 422
    seller.post(f"/shop/refunds/{refund}/answer", {"decision": "refuse", "words": "送达时完好"})
    page = text_of(client.get(where))
    assert "送达时完好" in page
    assert "请平台介入" in page
    client.post(f"{where}refund/escalate", {"words": "有照片"})
    assert "平台正在核实双方的说法" in text_of(client.get(where))
    tasks.open_refund_case(order=refund, customer=str(lin.uuid))
    case = Case.objects.get(kind="refund")
    agent, boss = browser(town.staff("甲")), browser(town.staff("乙", "supervisor"))
    assert case.no in text_of(agent.get("/console/refunds/"))
    assert agent.get(f"/console/case/{case.id}/").status_code == 404
    taken = agent.post(f"/console/case/{case.id}/take")["Location"]
    seen = text_of(agent.get(taken))
    for words in ("送达时完好", "有照片", "裁定退款", "蛋糕是坏的"):
        assert words in seen
    agent.post(f"/console/case/{case.id}/refund", {"amount": "70", "reason": "照片清楚"})
    proposal = Proposal.objects.get(action="refund")
    card = text_of(boss.get(f"/console/approvals/{proposal.id}/"))
    assert "商户应付款 → 客户余额" in card
    boss.post(f"/console/approvals/{proposal.id}/decide", {"decision": "approve", "words": ""})
    assert town.money(lin) == (270_00, 0)
    assert "已退回余额" in text_of(client.get(where))
    assert "¥70.00" in text_of(seller.get(f"/shop/payments/{paid.id}/"))
    assert "没有等平台裁定的退款" in text_of(agent.get("/console/refunds/"))


def test_merchant_captures_releases_and_gives_back_on_the_payments_page(
    town: Town, mall: Mall, browser: SignedIn
) -> None:
    lin, shop = town.customer("林一", money=300_00), mall.shop()
    held, freed = (mall.pay(lin, mall.sale(shop, 100_00, later=True)) for _ in range(2))
    seller = browser(shop.actor)
    assert "已预授权" in text_of(browser(lin).get(f"/orders/{held.id}/"))
    assert seller.post(f"/shop/payments/{held.id}/capture", {"amount": "200"}).status_code == 409
    seller.post(f"/shop/payments/{held.id}/capture", {"amount": "80"})
    seller.post(f"/shop/payments/{freed.id}/void")
    assert town.money(lin) == (220_00, 0)
    page = text_of(seller.get(f"/shop/payments/{held.id}/"))
    given = {"key": hidden(page, "key"), "amount": "30", "words": "下次再来"}
    for _again in range(2):
        assert seller.post(f"/shop/payments/{held.id}/refund", given).status_code == 302
    assert town.money(lin) == (250_00, 0)
    assert seller.post(f"/shop/payments/{held.id}/refund", {**given, "key": str(uuid4()), "amount": "x"}).status_code == 422
    assert "部分退款" in text_of(seller.get("/shop/payments/?q=生日"))


def test_shops_customers_and_staff_have_each_their_own_place(town: Town, mall: Mall, browser: SignedIn) -> None:
    lin, shop, other = town.customer("林一", money=300_00), mall.shop(), mall.shop("别家书店")
    paid = mall.bought(lin, shop, 10_00)
    seller, rival, agent, client = (browser(who) for who in (shop.actor, other.actor, town.staff("甲"), lin))
    for url in ("/shop/", "/shop/sales/", "/shop/payments/", "/shop/refunds/"):
        assert seller.get(url).status_code == 200
        assert agent.get(url).status_code == client.get(url).status_code == 403
        assert Client().get(url)["Location"].startswith("/shop/signin/")
    assert rival.get(f"/shop/payments/{paid.id}/").status_code == 404
    for url in ("/", "/console/", "/office/", "/activity/", f"/orders/{paid.id}/", "/chat/", "/console/refunds/"):
        assert seller.get(url).status_code in (302, 403)
        assert "林" not in text_of(seller.get(url))
    assert seller.post(f"/orders/{paid.id}/refund/", {}).status_code == 403
    assert rival.post(f"/shop/payments/{paid.id}/refund", {"key": str(uuid4()), "amount": "1"}).status_code == 404
    assert seller.post("/signout/")["Location"] == "/shop/signin/"
    assert seller.post("/live/pass").status_code == 401
    assert rival.post("/live/pass").status_code == 200


def test_pages_of_a_shop_are_few_queries_however_much_is_sold(town: Town, mall: Mall, browser: SignedIn) -> None:
    lin, shop = town.customer("林一", money=900_00), mall.shop()
    paid = [mall.bought(lin, shop, 10_00) for _ in range(6)]
    for order in paid[:4]:
        mall.ask(lin, order, 5_00)
    mall.give_back(shop, paid[5], 5_00)
    seller, client = browser(shop.actor), browser(lin)
    for who, url in (
        (seller, "/shop/"), (seller, "/shop/sales/"), (seller, "/shop/payments/"), (seller, "/shop/refunds/"),
        (seller, f"/shop/payments/{paid[5].id}/"), (client, f"/orders/{paid[5].id}/"), (client, "/activity/"),
        (client, f"/orders/{paid[4].id}/refund/"),
    ):  # fmt: skip
        with CaptureQueriesContext(connection) as caught:
            assert who.get(url).status_code == 200
        assert len(caught) <= 12, (url, len(caught))


def test_merchant_is_taken_down_by_one_and_let_sell_by_another(town: Town, browser: SignedIn) -> None:
    maker, checker = browser(town.staff("甲", "operator")), browser(town.staff("乙", "supervisor"))
    assert maker.post("/office/merchants/", {"name": "", "category": "food"}).status_code == 422
    maker.post("/office/merchants/", {"name": "晨光面包店", "category": "food"})
    twice = maker.post("/office/merchants/", {"name": "晨光面包店", "category": "food"})
    assert (twice.status_code, "已经登记过" in text_of(twice)) == (422, True)
    row = Merchant.objects.get()
    assert maker.post(f"/office/merchants/{row.id}/approve").status_code == 403
    assert checker.post(f"/office/merchants/{row.id}/approve").status_code == 302
    bad = maker.post(f"/office/merchants/{row.id}/login", {"login": "13800000001", "name": "小白", "password": "x"})
    assert (bad.status_code, "以字母开头" in text_of(bad)) == (422, True)
    good = {"login": "bakery-1", "name": "小白", "password": "zhangsan-li-wang-6"}
    assert maker.post(f"/office/merchants/{row.id}/login", good).status_code == 302
    seller = Client(headers={"accept-language": "zh-CN"})
    assert seller.post("/shop/signin/", {"login": "bakery-1", "password": "wrong-words-here"}).status_code == 422
    assert seller.post("/staff/signin/", {"login": "bakery-1", "password": "zhangsan-li-wang-6"}).status_code == 422
    first = {"login": "Bakery-1 ", "password": "zhangsan-li-wang-6", "new": "a quiet pond at night"}
    assert seller.post("/shop/signin/", first).status_code == 302
    waits = seller.get("/shop/")
    assert (waits.status_code, "wallet.merchant.login_waits" in text_of(waits)) == (403, True)
    seat = MerchantStaff.objects.get()
    assert maker.post(f"/office/merchants/logins/{seat.pk}/confirm").status_code == 403
    assert "新账号待确认" in text_of(checker.get("/office/merchants/"))
    assert checker.post(f"/office/merchants/logins/{seat.pk}/confirm").status_code == 302
    assert checker.post(f"/office/merchants/logins/{seat.pk}/confirm").status_code == 409
    assert "晨光面包店" in text_of(seller.get("/shop/"))
    checker.post(f"/office/merchants/{row.id}/hold")
    assert "收款已暂停：运营人员暂停" in text_of(seller.get("/shop/"))
    refused = seller.post("/shop/sales/", {"no": "A1", "subject": "面包", "amount": "5", "minutes": "30"})
    assert "现在不能收款" in text_of(refused)
    for who, deed, status in (
        (maker, "reopen", 409), (checker, "ask", 302), (checker, "ask", 409), (checker, "reopen", 403),
    ):  # fmt: skip
        assert who.post(f"/office/merchants/{row.id}/{deed}").status_code == status, deed
    assert "同意恢复收款" in text_of(maker.get("/office/merchants/"))
    assert maker.post(f"/office/merchants/{row.id}/reopen").status_code == 302
    assert seller.post("/shop/sales/", {"no": "A1", "subject": "面包", "amount": "5", "minutes": "30"}).status_code == 302
    assert "收款中" in text_of(checker.get("/office/merchants/"))
    assert actions.close_expired(now=town.now) == 0


@pytest.mark.row("S-10")
def test_merchant_is_not_approved_by_who_leads_the_registrar_or_is_led_by_them(town: Town, browser: SignedIn) -> None:
    zhao = town.staff("赵主管", "supervisor")
    maker = town.staff("钱工", "operator", zhao)
    browser(maker).post("/office/merchants/", {"name": "晨光面包店", "category": "food"})
    row = Merchant.objects.get()
    refused = browser(zhao).post(f"/office/merchants/{row.id}/approve")
    assert (refused.status_code, "同一条上下级线" in text_of(refused)) == (403, True)
    assert Merchant.objects.get().status == Merchant.PENDING
    other = browser(town.staff("孙主管", "supervisor"))
    assert other.post(f"/office/merchants/{row.id}/approve").status_code == 302
    assert Merchant.objects.get().status == Merchant.OPEN


def test_link_with_a_nul_is_no_link(town: Town, browser: SignedIn) -> None:
    client = browser(town.customer("林一"))
    assert client.get("/pay/a%00b/").status_code == 404
    assert client.post("/pay/a%00b/").status_code == 404
