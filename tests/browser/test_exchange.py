"""Exchanging on the page: the price moves while one types, the minute runs, and both balances are there afterwards."""

import re
from collections.abc import Callable

import pytest
from playwright.sync_api import expect
from tests.browser.judges import axe_finds, too_wide
from tests.browser.windows import Window

from kefu.cli.throwaway import Installation

pytestmark = [pytest.mark.browser]

Opener = Callable[..., Window]
PIN = "482913"


def believe_the_first_rate(open_window: Opener) -> None:
    """An operator and a supervisor say that the dollar's first rate is so: until then nobody exchanges."""
    operator, boss = (open_window().sign_in_staff(number).go("/office/rates/") for number in ("3001", "2001"))
    for _second in range(40):  # the market is asked three times a minute
        if operator.page.get_by_text("第一个汇率，待核实").count():
            break
        operator.page.wait_for_timeout(1000)
        operator.go("/office/rates/")
    dollar = operator.page.locator("form.card").filter(has_text="美元").filter(has_text="1 USD = ")
    assert too_wide(operator.page, "office-rates") == []
    dollar.get_by_role("button", name="属实，采用").click()
    operator.sees("已记下您的意见，等另一位同事同意。")
    boss.go("/office/rates/")
    boss.press("同意，采用")
    boss.sees("已采用，按这个汇率报价。")


@pytest.mark.row("W-18", page="/exchange/")
def test_a_newcomer_exchanges_yuan_for_dollars_and_sees_both_balances(town: Installation, open_window: Opener) -> None:
    town.mood("sunny", settle_s=0)
    believe_the_first_rate(open_window)
    window = open_window().sign_up("林晓").link_card()
    window.top_up("500")
    window.sees("已到账")
    page, found = window.page, []
    window.go("/me/pin/")
    page.get_by_label("新的支付密码").fill(PIN)
    page.locator("form button.main").first.click()
    page.wait_for_url("**/me/**")
    window.go("/services/")
    page.get_by_role("link", name="换汇").click()
    window.sees(re.compile(r"1 USD = \d\.\d{4} CNY"), seconds=40)
    page.get_by_label("付出多少人民币").press_sequentially("300")
    expect(page.locator("#exchange-price")).to_contain_text("¥300.30")
    expect(page.locator("#exchange-price")).to_contain_text("市场中间价")
    page.get_by_role("link", name="调换方向").click()
    expect(page.get_by_label("付出多少美元")).to_have_value("300")
    page.get_by_role("link", name="调换方向").click()
    expect(page.get_by_label("付出多少人民币")).to_have_value("300")
    page.get_by_label("用途").select_option("travel")
    page.set_viewport_size({"width": 360, "height": 740})
    found += axe_finds(page, "exchange") + too_wide(page, "exchange")
    window.press("下一步，看报价")
    expect(page.get_by_role("timer")).to_have_text(re.compile(r"报价还保留 \d+ 秒"))
    found += axe_finds(page, "exchange-confirm") + too_wide(page, "exchange-confirm")
    page.get_by_label("支付密码").fill(PIN)
    page.get_by_role("button", name=re.compile(r"^用 ¥300\.00 换 \$4\d\.\d\d$")).click()
    page.wait_for_url("**/orders/*/")
    window.sees("已按报价兑换")
    got = page.get_by_text(re.compile(r"^\+\$4\d\.\d\d$")).first.inner_text()
    found += too_wide(page, "exchange-order")
    window.go("/")
    expect(window.balance()).to_contain_text("199.70")
    expect(page.locator("[data-others]")).to_contain_text(got.removeprefix("+"))
    found += too_wide(page, "home")
    assert found == []
