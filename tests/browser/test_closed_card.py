"""A refund to a card that has been closed since: kept, seen, and sent into the balance with the PIN."""

import re
from collections.abc import Callable

import pytest
from playwright.sync_api import expect
from tests.browser.test_shop import PIN, fits, opened_shop, rich_buyer
from tests.browser.windows import Window

from kefu.cli.throwaway import Installation

pytestmark = [pytest.mark.browser]

Opener = Callable[..., Window]
TOKEN = "SELECT token FROM wallet_instrument ORDER BY linked_at DESC LIMIT 1"
KEPT = "SELECT id::text FROM wallet_order WHERE kind = 'refund' ORDER BY created_at DESC LIMIT 1"


@pytest.mark.row("W-25", "F-05", page="/orders/route/")
def test_paid_by_card_the_card_is_closed_and_the_refund_goes_where_its_owner_says(
    town: Installation, open_window: Opener
) -> None:
    town.mood("sunny", settle_s=0)
    seller = opened_shop(open_window, "河边书店", "books-77")
    buyer = rich_buyer(open_window)
    seller.go("/shop/sales/")
    seller.page.get_by_label("商品名称").fill("城南旧事")
    seller.page.get_by_label("收款金额").fill("68.00")
    seller.page.get_by_label("订单号", exact=True).fill("BOOK-7")
    seller.press("建订单，拿付款链接")
    link = seller.page.get_by_label("付款链接", exact=True).input_value()
    fits(buyer, [link])
    buyer.go(link)
    buyer.page.locator("input[name=source]:not([value=balance])").check(force=True)
    buyer.press("下一步")
    buyer.sees("从银行卡付出")
    buyer.page.get_by_role("button", name=re.compile("^付给河边书店 ¥68.00")).click()
    buyer.page.wait_for_url("**/orders/*/")
    buyer.sees("已付给商户")  # by itself, once the bank has charged it
    payment = buyer.page.url
    expect(buyer.page.locator("#main")).to_contain_text("付款银行卡")
    token = town.query(TOKEN)[0][0]
    closed = {"scenario": "bank_denies", "params": {"reason": "card_closed"}, "card_token": token}
    town.bank("POST", "/sandbox/mood", closed)
    seller.go("/shop/payments/" + payment.split("/orders/")[1])
    seller.page.get_by_label("退多少").fill("28.00")
    seller.page.get_by_role("button", name="退款", exact=True).click()
    buyer.go(payment)
    buyer.sees("原卡收不了", seconds=20)
    kept = town.query(KEPT)[0][0]
    buyer.go(f"/orders/{kept}/")
    buyer.sees("等您选择去向")
    fits(buyer, [f"/orders/{kept}/", f"/orders/{kept}/route/", "/vouchers/"])
    buyer.go(f"/orders/{kept}/")
    buyer.page.get_by_role("link", name="选择退款去向").click()
    buyer.page.get_by_label("支付密码").fill(PIN)
    buyer.press("确认去向")
    buyer.page.wait_for_url(re.compile(rf"/orders/(?!{kept})[0-9a-f-]+/$"))
    buyer.sees("款项已按您的选择存入余额")
    buyer.go("/")
    expect(buyer.balance()).to_contain_text("328.00")
    assert buyer.page.url.startswith(town.url)
    town.bank("POST", "/sandbox/mood", {"scenario": None, "card_token": token})
