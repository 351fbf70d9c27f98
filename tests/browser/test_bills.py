"""A repayment on the page: debited and posted are two facts, each with its time, told while the page is open."""

import re
from collections.abc import Callable

import pytest
from playwright.sync_api import expect
from tests.browser.windows import Window

from kefu.cli.throwaway import Installation

pytestmark = [pytest.mark.browser]
LENDER = "lender"


def number_at(town: Installation, payee: str, house: str = LENDER) -> str:
    """The number of an account that is not due today: such a number has no 0 before its last digit."""
    found = (
        str(town.bank("GET", f"/sandbox/number?payee={payee}&seed={seed}", house=house)["number"])
        for seed in range(1, 50)
    )
    return next(number for number in found if number[-2] != "0")


def look_up(window: Window, page: str, payee: str, number: str) -> None:
    window.go(page)
    window.page.locator("label.choice", has_text=payee).click()
    window.page.locator("input[name=number]").fill(number)
    window.press("查账单")


def pay(window: Window) -> None:
    if window.page.locator("input[name=late]").count():  # at the end of a month it would be booked too late
        window.page.locator("input[name=late]").check()
    window.page.get_by_role("button", name=re.compile("^付款 ¥")).dblclick()
    window.page.wait_for_url("**/orders/*/")


@pytest.mark.row("W-08", "W-28", page="/repay/")
def test_repayment_posted_late_is_told_as_two_facts(town: Installation, open_window: Callable[..., Window]) -> None:
    town.mood("sunny", settle_s=0)
    town.mood("slow", house=LENDER)
    window = open_window(viewport={"width": 390, "height": 844}).sign_up("林晓").link_card()
    window.top_up("300")
    window.sees("已到账")
    look_up(window, "/repay/", "招商银行信用卡", number_at(town, "cmb_card"))
    window.sees("最低还款额")
    window.page.locator("label.choice", has_text="其他金额").click()
    window.page.locator("input[name=amount]").fill("120.50")
    window.press("下一步")
    window.sees("到期日")
    expect(window.button("付款 ¥120.50")).to_be_visible()
    pay(window)

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


@pytest.mark.row("W-07", "W-09", page="/bills/")
def test_a_bill_and_a_part_of_a_loan_are_paid_and_show_the_others_reference(
    town: Installation, open_window: Callable[..., Window]
) -> None:
    for house in ("", "biller", LENDER):
        town.mood("sunny", settle_s=0, house=house)
    window = open_window(viewport={"width": 390, "height": 844}).sign_up("林晓").link_card()
    window.top_up("900")
    window.sees("已到账")
    look_up(window, "/bills/", "滨江电力", number_at(town, "river_power", "biller"))
    window.sees("户主")
    window.press("下一步")
    window.sees("手续费")
    pay(window)
    window.sees("对方流水")
    window.page.get_by_text("对方已入账").first.wait_for()
    look_up(window, "/repay/", "青禾借款", number_at(town, "qinghe_loan"))
    window.page.locator("label.choice", has_text="其他金额").click()
    window.page.locator("input[name=amount]").fill("30.25")
    window.press("下一步")
    pay(window)
    window.sees("对方流水")
    window.go("/bills/")
    window.sees("付过的账户")
