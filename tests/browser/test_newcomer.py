"""What a newcomer does first: a wallet, out and in again, a card; and what to do when one's own switch says no."""

import re
from collections.abc import Callable

import pytest
from playwright.sync_api import expect
from tests.browser.test_shop import PIN
from tests.browser.windows import CUSTOMER_PASSWORD, Window

from kefu.cli.throwaway import Installation

pytestmark = [pytest.mark.browser]

Opener = Callable[..., Window]
PHONE = {"width": 390, "height": 844}


@pytest.mark.row("W-01", "W-02", "W-11", "W-14", page="/signup/")
def test_a_wallet_is_opened_left_entered_again_and_a_card_linked_and_unlinked(open_window: Opener) -> None:
    window = open_window(viewport=PHONE).sign_up("林晓")
    expect(window.balance()).to_have_text(re.compile(r"^¥\s*0\.00$"))
    window.sees("还没有账单")
    window.go("/topup/")  # without a card it leads to linking one, and says where the demo's numbers are
    window.page.wait_for_url("**/cards/new/**")
    bank = window.page.get_by_role("link", name="沙箱银行").get_attribute("href")
    assert bank is not None and window.page.request.get(bank.split("#")[0]).ok
    window.link_card()
    window.go("/me/").press("退出", exact=True)
    window.go("/signin/")
    for secret, told in (("not-the-secret-61", "账号或密码不对"), (CUSTOMER_PASSWORD, "还没有账单")):
        window.page.get_by_label("手机号").fill(window.phone)
        window.page.get_by_label("密码").fill(secret)
        window.press("登录", exact=True)
        window.sees(told)
    window.go("/me/").press("解绑", exact=True)
    window.page.get_by_role("dialog").get_by_role("button", name="解绑").click()
    window.sees("这张卡已解绑")
    window.sees("还没有绑卡")


@pytest.mark.row("W-26", "W-27", page="/me/limits/")
def test_a_switch_of_ones_own_says_no_by_name_and_leads_to_where_it_is_opened(
    town: Installation, open_window: Opener
) -> None:
    town.mood("sunny", settle_s=0)
    payee, window = open_window().sign_up("周航"), open_window(viewport=PHONE).sign_up("林晓").link_card()
    window.top_up("100")
    window.sees("已到账")
    transfers = window.go("/me/limits/").page.get_by_role("region", name="转账")
    transfers.get_by_role("button", name="关掉").click()
    window.page.get_by_role("dialog").get_by_role("button", name="关掉").click()
    window.sees("转账已关闭")
    window.transfer(payee.phone, "20")
    window.sees("您关闭了“转账”的付款开关")
    window.page.get_by_role("link", name="看限额和开关").click()
    window.page.get_by_role("region", name="转账").get_by_role("link", name="打开或设限额").click()
    window.page.get_by_role("link", name="先设支付密码").click()
    window.page.get_by_label("新的支付密码").fill(PIN)
    window.press("设好")
    window.page.wait_for_url("**/me/limits/transfer/")  # back where it was wanted
    window.page.get_by_label("允许转账").check(force=True)
    window.page.get_by_label("支付密码").fill(PIN)
    window.press("保存")
    window.sees("已按您的设置生效")
    window.transfer(payee.phone, "20")
    window.page.get_by_role("button", name=re.compile("^转给")).click()
    window.page.wait_for_url("**/orders/*/")
    window.go("/").page.get_by_role("link", name=re.compile("条未读")).click()
    for told in ("支付密码", "限额"):
        window.sees(re.compile(told))
