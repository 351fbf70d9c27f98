"""A repayment on the page: debited and posted are two facts, each with its time, told while the page is open."""

import re
from collections.abc import Callable

import pytest
from playwright.sync_api import expect
from tests.browser.windows import Window

from kefu.cli.throwaway import Installation

pytestmark = [pytest.mark.browser]
LENDER = "lender"


def card_at_the_lender(town: Installation) -> str:
    """The last digits of a credit card that is not due today: such a number has no 0 before its last digit."""
    found = (
        str(town.bank("GET", f"/sandbox/number?payee=cmb_card&seed={seed}", house=LENDER)["number"])
        for seed in range(1, 50)
    )
    return next(number for number in found if number[-2] != "0")


@pytest.mark.row("W-08", "W-28", page="/repay/")
def test_repayment_posted_late_is_told_as_two_facts(town: Installation, open_window: Callable[..., Window]) -> None:
    town.mood("sunny", settle_s=0)
    town.mood("slow", house=LENDER)
    window = open_window(viewport={"width": 390, "height": 844}).sign_up("林晓").link_card()
    window.top_up("300")
    window.sees("已到账")
    window.go("/repay/")
    window.page.locator("label.choice", has_text="招商银行信用卡").click()
    window.page.locator("input[name=number]").fill(card_at_the_lender(town))
    window.press("查账单")
    window.sees("最低还款额")
    window.page.locator("label.choice", has_text="其他金额").click()
    window.page.locator("input[name=amount]").fill("120.50")
    window.press("下一步")
    window.sees("到期日")
    if window.page.locator("input[name=late]").count():  # at the end of a month it would be booked too late
        window.page.locator("input[name=late]").check()
    window.page.get_by_role("button", name=re.compile("^付款 ¥120.50")).dblclick()
    window.page.wait_for_url("**/orders/*/")

    window.sees("已扣款，等待对方入账")
    window.sees("对方受理时间")
    receipt = window.page.get_by_role("link", name="交易凭证")
    assert receipt.count() == 0
    assert "对方入账时间" not in window.main().inner_text()
    order = window.page.url.rstrip("/").rsplit("/", 1)[1]
    window.page.evaluate("window.sameDocument = true")

    asked = "SELECT id::text FROM rails_instruction WHERE order_ref = %s"
    [(instruction,)] = town.query(asked, f"order:{order}")
    town.bank("POST", "/sandbox/settle", {"instruction": instruction, "status": "SUCCEEDED"}, house=LENDER)
    window.sees("对方入账时间")
    assert window.page.evaluate("window.sameDocument") is True
    text = window.main().inner_text()
    assert "对方受理时间" in text
    assert "已扣款，等待对方入账" not in text
    expect(receipt).to_be_visible()
    receipt.click()
    window.sees("带数字签名")
    window.go("/")
    expect(window.balance()).to_contain_text("179.50")
    counted = "SELECT count(*) FROM wallet_order WHERE kind = 'repayment' AND id = %s AND status = 'SUCCEEDED'"
    assert town.query(counted, order) == [(1,)]
