"""Planning on the page: a dinner among three, a pot, a budget's bar."""

import re
from collections.abc import Callable

import pytest
from playwright.sync_api import expect
from tests.browser.windows import Window

from kefu.cli.throwaway import Installation

pytestmark = [pytest.mark.browser]

Opener = Callable[..., Window]


@pytest.mark.row("W-19", page="/splits/")
def test_three_share_a_dinner_one_pays_and_the_maker_sees_it_without_a_reload(
    town: Installation, open_window: Opener
) -> None:
    town.mood("sunny", settle_s=0)
    payer = open_window().sign_up("周航").link_card()
    payer.top_up("100")
    payer.sees("已到账")
    other = open_window().sign_up("王芳")
    maker = open_window().sign_up("林晓")
    maker.go("/splits/new/")
    maker.page.get_by_label("分摊什么").fill("火锅")
    maker.page.get_by_label("一共多少钱").fill("100")
    maker.page.get_by_label("还有谁").fill(f"{payer.phone}\n{other.phone}")
    maker.press("下一步")
    maker.sees("¥33.34")
    maker.press("通知大家")
    maker.sees("0/2 人已付")
    address = maker.page.url
    payer.go("/splits/")
    payer.page.get_by_role("link", name=re.compile("火锅")).click()
    payer.press("付我的一份")
    payer.page.get_by_role("button", name=re.compile("^转给")).click()
    payer.page.wait_for_url("**/orders/*/")
    payer.sees("AA·火锅")
    maker.sees("1/2 人已付，收到 ¥33.33")
    assert maker.page.url == address
    maker.go("/")
    expect(maker.balance()).to_contain_text("33.33")


@pytest.mark.row("W-10", "W-21", page="/pots/")
def test_money_goes_into_a_pot_and_does_not_count_as_spent(town: Installation, open_window: Opener) -> None:
    town.mood("sunny", settle_s=0)
    window = open_window().sign_up("林晓").link_card()
    window.top_up("100")
    window.sees("已到账")
    window.go("/pots/new/")
    window.page.get_by_label("名字").fill("旅行")
    window.press("开好")
    window.page.get_by_label("金额").fill("40")
    window.press("存入", exact=True)
    expect(window.page.locator("[data-pot]")).to_contain_text("40.00")
    window.go("/")
    expect(window.balance()).to_contain_text("60.00")
    window.go("/spending/")
    window.sees("这个月还没有消费")
