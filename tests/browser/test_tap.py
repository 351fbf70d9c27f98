"""A phone held near a terminal, in two people's windows: it pays once; stopped, it pays nothing."""

from collections.abc import Callable

import pytest
from playwright.sync_api import Route, expect
from tests.browser.test_shop import PIN, fits, opened_shop, rich_buyer
from tests.browser.windows import CUSTOMER_PASSWORD, Window

from kefu.cli.throwaway import Installation
from kefu_sandbox.taps.terminal import ShopDoor, Terminal

pytestmark = [pytest.mark.browser]

Opener = Callable[..., Window]
NAME, LOGIN = "街角咖啡", "coffee-01"


def near(buyer: Window, number: str) -> None:
    buyer.go("/tap/")
    buyer.page.get_by_label("终端号").fill(number)
    buyer.press("靠近终端")


PAYMENTS = "SELECT count(*) FROM wallet_order WHERE kind = 'payment'"


def unheard(route: Route) -> None:
    """It is paid, and the answer is lost on its way."""
    route.fetch()
    route.abort()


@pytest.mark.row("W-13", page="/tap/")
def test_a_device_pays_near_a_terminal_and_not_after_it_was_stopped(town: Installation, open_window: Opener) -> None:
    town.mood("sunny", settle_s=0)
    seller = opened_shop(open_window, NAME, LOGIN)
    buyer = rich_buyer(open_window)
    buyer.go("/tap/")
    buyer.page.get_by_label("支付密码").fill(PIN)
    buyer.press("开通碰一碰")
    buyer.sees("本机")
    seller.go("/shop/tap/")
    seller.page.get_by_label("收款金额").fill("28.80")
    seller.press("等顾客碰一碰")
    near(buyer, seller.page.locator("[data-terminal]").inner_text())
    buyer.sees("还没有付款")
    pays = buyer.page.get_by_role("button", name=f"付给{NAME} ¥28.80")
    expect(pays).to_be_visible()
    expect(buyer.page.get_by_label("终端号")).to_be_hidden()
    before = town.query(PAYMENTS)
    buyer.press("不付")
    expect(pays).to_be_hidden()
    assert town.query(PAYMENTS) == before
    buyer.press("靠近终端")
    pays.click()
    buyer.page.wait_for_url("**/orders/*/")
    buyer.sees("到店消费")
    seller.sees("收到了")  # the open page heard of it
    terminal = Terminal(ShopDoor(town.url, LOGIN, CUSTOMER_PASSWORD))
    buyer.page.route("**/tap/hold", unheard, times=1)
    near(buyer, terminal.open("1.20")["terminal"])
    again = buyer.page.get_by_role("button", name=f"付给{NAME} ¥1.20")
    again.click()
    buyer.sees("还不知道付没付成")
    assert terminal.status()[0] == "PAID"
    again.click()  # the same tap asks for its answer
    buyer.page.wait_for_url("**/orders/*/")
    assert terminal.status()[0] == "PAID"
    buyer.go("/")
    expect(buyer.balance()).to_contain_text("270.00")
    said = terminal.open("5")
    fits(seller, ["/shop/tap/", f"/shop/tap/{said['sale']}/"])
    fits(buyer, ["/tap/"])
    near(buyer, "00000000")
    buyer.sees("这台终端没有等待付款的金额")
    buyer.go("/tap/")
    buyer.press("马上停用")
    buyer.sees("这台设备的碰一碰已停用")
    stopped = "SELECT status FROM wallet_taptoken t JOIN identity_user u ON u.id = t.customer_id WHERE u.phone = %s"
    assert town.query(stopped, buyer.phone) == [("SUSPENDED",)]
    expect(buyer.page.get_by_label("终端号")).to_be_hidden()
