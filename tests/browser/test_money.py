"""Money on the page: the brake, the wrong person, and what is refused."""

import re
from collections.abc import Callable

import pytest
from playwright.sync_api import expect
from tests.browser.test_shop import fits
from tests.browser.windows import Window

from kefu.cli.throwaway import Installation

pytestmark = [pytest.mark.browser]

Opener = Callable[..., Window]


@pytest.fixture
def rich(town: Installation, open_window: Opener) -> Window:
    """A customer with ¥300."""
    town.mood("sunny", settle_s=0)
    window = open_window().sign_up("林晓").link_card()
    window.top_up("300")
    window.sees("已到账")
    return window


@pytest.mark.row("F-23", "Q-12", page="/sos/")
def test_brake_by_button_stops_every_transfer(rich: Window, open_window: Opener) -> None:
    payee = open_window().sign_up("周航")
    rich.go("/chat/")
    rich.say("我被盗刷了")
    rich.press("停止所有转出")
    rich.sees("已停止您账户的所有转出")
    rich.transfer(payee.phone, "20")
    rich.sees(re.compile("停止"))
    assert not rich.page.get_by_role("button", name=re.compile("^转给")).count()
    rich.go("/")
    rich.sees("转出已停止")
    expect(rich.balance()).to_contain_text("300.00")


@pytest.mark.row("W-16", "Q-04", page="/orders/")
def test_transfer_to_the_wrong_person_is_taken_back_while_it_waits(
    rich: Window, open_window: Opener
) -> None:
    wrong = open_window().sign_up("王芳")
    rich.transfer(wrong.phone, "66", mode="two_hours")
    rich.sees(re.compile("王"))
    assert "王芳" not in rich.main().inner_text()
    rich.page.get_by_role("button", name=re.compile("^转给")).click()
    rich.page.wait_for_url("**/orders/*/")
    rich.go("/chat/")
    rich.say("刚才转错人了，66块，能撤回吗")
    rich.page.locator("#talk").get_by_role("button", name=re.compile("撤回")).first.click()
    rich.sees("已撤回")
    rich.go("/")
    expect(rich.balance()).to_contain_text("300.00")
    wrong.go("/")
    expect(wrong.balance()).to_have_text(re.compile(r"^¥\s*0\.00$"))


@pytest.mark.row("W-05", "W-23", page="/transfer/")
def test_transfer_arrives_on_the_open_page_of_the_payee(rich: Window, open_window: Opener) -> None:
    payee = open_window().sign_up("周航").go("/")
    rich.transfer(payee.phone, "25.80")
    pay = rich.page.get_by_role("button", name=re.compile("^转给"))
    pay.dblclick()
    rich.page.wait_for_url("**/orders/*/")
    expect(payee.balance()).to_contain_text("25.80")
    rich.go("/")
    expect(rich.balance()).to_contain_text("274.20")


@pytest.mark.row("W-04", "W-15", "W-17", "F-09", page="/withdraw/")
def test_withdrawal_that_comes_back_is_told_and_whole_again(rich: Window, town: Installation) -> None:
    """The journey “withdrawal returned late”: paid, then given back by the bank while the page is open."""
    rich.go("/")
    rich.page.locator(".acts").get_by_role("link", name="提现").click()
    rich.sees("您还剩的免费额度")
    rich.page.get_by_label("提现金额").fill("120.50")
    rich.press("下一步")
    rich.sees("从余额付出")
    rich.page.get_by_role("button", name=re.compile("^提现 ¥120.50")).dblclick()
    rich.page.wait_for_url("**/orders/*/")
    rich.sees("银行付出款项")
    order = rich.page.url.rstrip("/").rsplit("/", 1)[1]
    number = town.query("SELECT id::text FROM rails_instruction WHERE order_ref = %s", f"order:{order}")[0][0]
    town.bank("POST", "/sandbox/settle", {"instruction": number, "status": "RETURNED", "reason": "card_closed"})
    rich.sees("银行卡已注销，银行把款退了回来")
    rich.go("/")
    expect(rich.balance()).to_contain_text("300.00")
    rich.go(f"/orders/{order}/").page.get_by_text("这笔手续费怎么算的").click()
    rich.sees("办理前的免费额度")
    rich.go("/activity/").page.get_by_text("提现", exact=True).first.click()
    expect(rich.page.locator("#list .item")).to_have_count(1)  # the top-up is filtered out
    with rich.page.expect_download() as saving:
        rich.page.get_by_role("link", name="导出为 CSV").click()
    exported = saving.value.path().read_text("utf-8-sig")
    assert "120.50" in exported and "300.00" not in exported
    rich.go("/chat/")
    rich.say("提现120.5元怎么没到卡上")
    rich.sees("后来被银行退了回来")
    assert town.query("SELECT count(*) FROM wallet_order WHERE kind = 'withdrawal' AND id = %s", order) == [(1,)]
    town.mood("sunny", settle_s=0, recall_s=0.5, recall_return_s=2)
    asked_back(rich)


def asked_back(rich: Window) -> None:
    """Another one, to the wrong card: asked back with the PIN, agreed to, and only then back."""
    rich.go("/me/pin/")
    rich.page.get_by_label("新的支付密码").fill("482913")
    rich.page.locator("#main form button[type=submit], #main form button:not([type])").first.click()
    rich.page.wait_for_load_state("load")
    rich.go("/withdraw/")
    rich.page.get_by_label("提现金额").fill("20")
    rich.press("下一步")
    rich.page.get_by_role("button", name=re.compile("^提现 ¥20.00")).click()
    rich.page.wait_for_url("**/orders/*/")
    rich.sees("银行付出款项")
    order = rich.page.url.split("/orders/")[1]
    fits(rich, [f"/orders/{order}recall/"])
    rich.page.get_by_text("提到了不对的卡").click()
    rich.page.get_by_label("支付密码").fill("482913")
    rich.press("提交追回申请")
    rich.page.wait_for_url(f"**/orders/{order}")
    rich.sees("对方银行同意退回，但钱还没有到")
    rich.sees("款项已经回来")
    fits(rich, [f"/orders/{order}"])
    rich.go("/")
    expect(rich.balance()).to_contain_text("300.00")


@pytest.mark.row("W-03", page="/topup/")
def test_amounts_that_are_none_are_refused_with_a_sentence(rich: Window) -> None:
    for yuan in ("0", "-5", "1.005", "99999999999", "ten"):
        rich.go("/topup/")
        rich.page.get_by_label("充值金额").fill(yuan)
        rich.press("下一步")
        expect(rich.page.locator(".wrong, [role=alert]").first).to_be_visible()
        assert not rich.page.get_by_role("button", name=re.compile("充值 ¥")).count(), yuan
