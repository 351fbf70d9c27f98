"""A code at the counter, in two people's windows: it pays once; the second time it is refused with words."""

import re
from collections.abc import Callable

import pytest
from playwright.sync_api import expect
from tests.browser.test_shop import fits, opened_shop
from tests.browser.windows import Window

from kefu.cli.throwaway import Installation

pytestmark = [pytest.mark.browser]

Opener = Callable[..., Window]


def charge(seller: Window, code: str, yuan: str) -> None:
    seller.go("/shop/terminal/")
    seller.page.get_by_label("收款金额").fill(yuan)
    seller.page.get_by_label("顾客的付款码").fill(code)
    seller.page.keyboard.press("Enter")  # as a scanner does


@pytest.mark.row("W-12", "W-20", "W-21", "W-27", page="/codes/pay/")
def test_a_code_is_taken_once_and_its_replay_is_refused(town: Installation, open_window: Opener) -> None:
    town.mood("sunny", settle_s=0)
    seller = opened_shop(open_window, "拾光书店", "books-01")
    buyer = open_window().sign_up("林晓").link_card()
    buyer.top_up("300")
    buyer.sees("已到账")
    buyer.go("/budgets/").page.get_by_label("每月最多花").fill("50")
    buyer.press("设好")
    buyer.sees("还剩 ¥50.00")
    buyer.go("/codes/pay/")
    code = buyer.page.locator("[data-digits]").inner_text()
    assert re.fullmatch(r"28\d\d( \d{4}){4}", code)
    charge(seller, code, "45.50")
    seller.page.wait_for_url("**/shop/payments/*/")
    seller.sees("到店消费")
    buyer.sees("付款码已用于这笔付款")  # the open page heard of it
    charge(seller, code, "45.50")
    seller.sees("这个付款码已经用过，没有再次扣款")
    buyer.go("/")
    expect(buyer.balance()).to_contain_text("254.50")
    sold = "SELECT count(*) FROM wallet_payment p JOIN wallet_merchant m ON m.id = p.merchant_id WHERE m.name = '拾光书店'"
    assert town.query(sold)[0][0] == 1
    buyer.go("/me/notices/")
    buyer.sees("有人重复使用付款码")
    buyer.sees("预算")  # told by itself that four fifths of it are used
    buyer.go("/budgets/")
    buyer.sees("还剩 ¥4.50")
    buyer.page.get_by_role("link", name="看花在哪里").click()
    buyer.sees("拾光书店")
    fits(buyer, ["/", "/codes/pay/", "/codes/receive/", "/codes/receive/?amount=25", "/c/nothing/"])
    fits(seller, ["/shop/terminal/"])
