"""Buying at a merchant and getting money back, in two people's windows, live."""

import re
from collections.abc import Callable

import pytest
from playwright.sync_api import expect
from tests.browser.judges import axe_finds, too_wide
from tests.browser.windows import CUSTOMER_PASSWORD, Window

from kefu.cli.throwaway import PASSWORD, Installation

pytestmark = [pytest.mark.browser]

Opener = Callable[..., Window]
PIN = "482913"
FIRST_PASSWORD = "harbour-lantern-first-31"


def office(open_window: Opener, staff_no: str) -> Window:
    """The page of merchants, in the window of one of the staff."""
    window = open_window().go("/staff/signin/?next=/office/merchants/")
    window.page.get_by_label("工号").fill(staff_no)
    window.page.get_by_label("密码").fill(PASSWORD)
    window.press("登录", exact=True)
    window.sees("登记后由另一位同事核实批准", seconds=60)
    return window


PAID = """
SELECT p.order_id::text, p.refunded FROM wallet_payment p JOIN wallet_sale s ON s.id = p.sale_id WHERE s.no = 'CAKE-1'
"""


def opened_shop(open_window: Opener, name: str = "晨光面包店", login: str = "bakery-01") -> Window:
    """A merchant that one of the staff took down and another approved; its seller's window, signed in."""
    maker, checker = office(open_window, "3001"), office(open_window, "2001")
    maker.page.get_by_label("商户名称").fill(name)
    maker.press("登记", exact=True)
    checker.go("/office/merchants/")
    waiting = checker.page.get_by_role("region", name=name)
    waiting.get_by_role("button", name="批准收款").click()
    expect(waiting).to_contain_text("收款中")
    maker.go("/office/merchants/")
    entry = maker.page.get_by_role("region", name=name)
    entry.get_by_text("加一个商户账号").click()
    entry.get_by_label("商户账号").fill(login)
    entry.get_by_label("使用人姓名").fill("白露")
    entry.get_by_label("初始密码").fill(FIRST_PASSWORD)
    entry.get_by_role("button", name="建账号").click()
    expect(entry).to_contain_text("新账号待确认")
    checker.go("/office/merchants/")
    waiting.get_by_role("button", name="确认可用").click()
    expect(waiting).not_to_contain_text("新账号待确认")
    seller = open_window().go("/shop/signin/")
    seller.page.get_by_label("商户账号").fill(login)
    seller.page.get_by_label("密码").fill(FIRST_PASSWORD)
    seller.press("登录", exact=True)
    seller.sees("设您自己的密码")
    seller.page.get_by_label("初始密码").fill(FIRST_PASSWORD)
    seller.page.get_by_label("新密码").fill(CUSTOMER_PASSWORD)
    seller.press("换好并登录", exact=True)
    seller.sees("等您答复的退款")
    return seller


def rich_buyer(open_window: Opener) -> Window:
    """A new customer with 300 yuan and a payment PIN."""
    buyer = open_window().sign_up("林晓").link_card()
    buyer.top_up("300")
    buyer.sees("已到账")
    buyer.go("/me/pin/")
    buyer.page.get_by_label("新的支付密码").fill(PIN)
    buyer.page.locator("#main form button[type=submit], #main form button:not([type])").first.click()
    return buyer


def paid_out(town: Installation, open_window: Opener, seller: Window, name: str) -> None:
    """An account that the bank has checked and the office approved is paid to; the days between pass at once."""
    seller.go("/shop/money/?lang=zh-hans").page.get_by_role("link", name="绑定账户").click()
    seller.page.get_by_label("持卡人姓名").fill(name)
    seller.page.get_by_label("银行卡号").fill(town.pan(bank="icbc"))
    seller.page.get_by_label("手机号").fill("13900006601")
    seller.press("下一步")
    seller.page.locator("input[name=code]").fill(town.bank_code("6601"))
    seller.press("核对")
    seller.sees("银行核对过了")
    seller.go("/shop/money/")
    seller.sees("待核实")
    assert not seller.button("现在结算").count()
    boss = office(open_window, "2001")
    boss.page.get_by_role("region", name="待核实的结算账户").get_by_role("button", name="核实启用").click()
    boss.page.wait_for_load_state()
    seller.go("/shop/money/")
    seller.sees("满 24 小时后才会付款")
    of_this = "WHERE merchant_id = (SELECT id FROM wallet_merchant WHERE name = %s) RETURNING 1"
    for passed in ("wallet_merchantaccount SET pays_from", "wallet_payment SET settles_at"):
        assert town.query(f"UPDATE {passed} = now() - interval '1 minute' {of_this}", name)
    seller.go("/shop/money/")
    seller.press("现在结算")
    seller.sees("已提交给银行")
    seller.sees("手动")
    seller.page.get_by_text("成功").first.wait_for()


@pytest.mark.row("W-06", "F-05", "W-25", page="/shop/")
def test_paid_by_link_asked_back_and_agreed_to_the_money_is_back_on_the_page(
    town: Installation, open_window: Opener
) -> None:
    town.mood("sunny", settle_s=0)
    seller = opened_shop(open_window)
    buyer = rich_buyer(open_window)
    seller.go("/shop/sales/")
    seller.page.get_by_label("商品名称").fill("生日蛋糕")
    seller.page.get_by_label("收款金额").fill("128.50")
    seller.page.get_by_label("订单号", exact=True).fill("CAKE-1")
    seller.press("建订单，拿付款链接")
    link = seller.page.get_by_label("付款链接", exact=True).input_value()
    seller.go("/shop/")
    buyer.go(link)
    buyer.sees("晨光面包店")
    buyer.press("下一步")
    buyer.page.get_by_role("button", name=re.compile("^付给晨光面包店 ¥128.50")).dblclick()
    buyer.page.wait_for_url("**/orders/*/")
    buyer.sees("已付给商户")
    seller.sees("生日蛋糕 · 林*")  # the open page heard of it
    buyer.page.get_by_role("link", name="申请退款").click()
    buyer.page.get_by_label("退多少").fill("28.50")
    buyer.page.locator("input[name=reason][value=faulty]").check(force=True)
    buyer.page.get_by_label("发生了什么").fill("蛋糕压坏了")
    buyer.page.get_by_label("支付密码").fill(PIN)
    buyer.press("提交退款申请")
    buyer.sees("等商户答复")
    seller.sees("质量问题")
    seller.page.locator("#figures a[href^='/shop/refunds/']").filter(has_text="生日蛋糕").click()
    seller.sees("蛋糕压坏了")
    fits(seller, ["/shop/", seller.page.url])  # while it waits: files may be added
    waiting = buyer.page.url
    fits(buyer, [town.url + "/orders/" + str(town.query(PAID)[0][0]) + "/", waiting])
    seller.press("同意，退还 ¥28.50")
    seller.sees("已退款")
    buyer.sees("款项已退回原来付款的余额")  # by itself
    buyer.go("/")
    expect(buyer.balance()).to_contain_text("200.00")
    paid, back = town.query(PAID)[0]
    assert back == 2850
    asked = town.query("SELECT order_id::text FROM wallet_refund")[0][0]
    sale = town.query("SELECT id::text FROM wallet_sale WHERE no = 'CAKE-1'")[0][0]
    shops = ["/shop/", "/shop/sales/", f"/shop/sales/{sale}/", "/shop/payments/", f"/shop/payments/{paid}/"]
    paid_out(town, open_window, seller, "晨光面包店")
    shops += ["/shop/refunds/", f"/shop/refunds/{asked}/", "/shop/money/", "/shop/money/account/"]
    fits(seller, shops)
    fits(buyer, [f"/orders/{paid}/", f"/orders/{asked}/", f"/orders/{paid}/refund/", link])


def fits(window: Window, paths: list[str]) -> None:
    """Axe finds nothing on these pages, light and dark, and none is wider than a narrow phone."""
    found = []
    for path in paths:
        window.page.set_viewport_size({"width": 360, "height": 800})
        mark = "&" if "?" in path else "?"
        window.go(f"{path}{mark}lang=en")
        found += too_wide(window.page, f"{path} in English")
        window.go(f"{path}{mark}lang=zh-hans")
        window.page.wait_for_load_state("load")
        found += [*too_wide(window.page, path), *axe_finds(window.page, path)]
    assert "\n".join(found) == ""
