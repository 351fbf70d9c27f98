"""The main road of the house, walked in three windows: customer, agent, supervisor. Drawn by seed."""

import os
import random
import re
from collections.abc import Callable
from dataclasses import dataclass

import pytest
from playwright.sync_api import expect
from tests.browser.windows import Window

from kefu.cli.throwaway import Installation

pytestmark = [pytest.mark.browser]

SEED = int(os.environ.get("KEFU_ROAD_SEED", "1"))
ASKED = (
    "充了{yuan}块还没到账",
    "我刚充的{yuan}元怎么还没到",
    "刚才充值{yuan}，卡里钱扣了余额没变",
    "充值{yuan}块一直不到账，怎么回事",
)
NAMES = ("林晓", "周航", "王芳", "苏敏", "何川")
AMOUNTS = (58, 100, 128, 200, 266, 388, 500)


@dataclass(frozen=True)
class Road:
    """Who asks what about how much, and what is credited in the end."""

    name: str
    yuan: int
    words: str
    credit: str

    @property
    def shown(self) -> str:
        return f"¥{self.yuan}.00"


def drawn(what: str) -> Road:
    dice = random.Random(f"{SEED}:{what}")
    yuan = dice.choice(AMOUNTS)
    words = dice.choice(ASKED).format(yuan=yuan)
    return Road(dice.choice(NAMES), yuan, words, f"{dice.randrange(500, 2000) / 100:.2f}")


@pytest.fixture
def customer(open_window: Callable[..., Window]) -> Callable[[Road], Window]:
    """A customer whom the test signs up, with a linked card."""

    def made(road: Road) -> Window:
        return open_window().sign_up(road.name).link_card()

    return made


def _answer_of(window: Window, words: str) -> None:
    """The question is on the page and the assistant's answer below it."""
    expect(window.said(words)).to_have_count(1)
    expect(window.page.locator("#talk .said.answer").first).to_be_visible(timeout=20_000)


def _hand_over(customer: Window, agent: Window) -> None:
    """转人工: a place and an honest wait; then the agent has it, and the customer sees who."""
    customer.press("转人工")
    customer.sees(re.compile("下一位就是您|前面还有"))
    agent.go(f"/console/c/{customer.conversation()}/")
    agent.page.locator("#head").get_by_role("button", name=re.compile("接入")).click()
    customer.sees(re.compile("陈工.*1024"))


def _propose_credit(agent: Window, road: Road) -> str:
    """Open the case from the panel and propose a credit; returns the case's address."""
    agent.page.locator("#who").get_by_role("button", name="为这笔开工单").click()
    agent.page.wait_for_url("**/console/case/*/")
    agent.page.get_by_label("金额（元）").fill(road.credit)
    agent.page.locator("#goodwill-reason").fill("银行通知迟到，让客户久等")
    agent.press("提交补偿申请")
    agent.sees("待复核")
    return agent.page.url


def _approve(supervisor: Window, road: Road) -> None:
    supervisor.go("/console/approvals/")
    supervisor.page.get_by_role("link", name=re.compile(re.escape(road.credit))).first.click()
    supervisor.sees("系统算出的事实")
    supervisor.sees("银行通知迟到，让客户久等")
    supervisor.page.get_by_role("button", name=re.compile("同意，入账")).click()
    supervisor.sees("已入账")


def _close(agent: Window, customer: Window) -> None:
    summary = "已核实充值并补偿，感谢您的耐心。"
    agent.close_talk(summary)
    expect(customer.said(summary)).to_have_count(1)
    last = customer.said(summary)
    expect(last).to_contain_text("陈工")
    expect(last).to_contain_text("1024")


@pytest.mark.row("Q-07", "W-23", "C-03", "F-32", page="/chat/")
def test_lost_callback_is_found_told_and_put_right(
    town: Installation, open_window: Callable[..., Window], customer: Callable[[Road], Window]
) -> None:
    road = drawn("lost callback")
    agent = open_window().sign_in_staff("1024").be_online()
    supervisor = open_window().sign_in_staff("2001")
    lin = customer(road)
    town.mood("lost_callback", answer="processing")
    order = lin.top_up(str(road.yuan))
    lin.sees("处理中")
    home = open_window()
    home.page.context.add_cookies(lin.page.context.cookies())
    home.go("/")
    expect(home.balance()).to_have_text(re.compile(r"0\.00"))

    lin.go("/chat/")
    lin.say(road.words)
    _answer_of(lin, road.words)
    lin.sees(re.compile("已经到账"), seconds=30)
    told = lin.page.locator("#talk .said.answer").last
    expect(told).to_contain_text(road.shown)
    expect(told.locator(f'a[href="/orders/{order}/"]').first).to_be_visible()
    expect(told).to_contain_text("记账凭证")
    # The wallet that stands open elsewhere moves without a reload.
    expect(home.balance()).to_contain_text(f"{road.yuan}.00")

    _hand_over(lin, agent)
    panel = agent.page.locator("#who")
    expect(panel).to_contain_text(road.shown)
    expect(agent.page.locator("#talk")).to_contain_text(road.words)
    agent.page.locator("#reply").fill("您好，我是陈工，已经看到了。")
    agent.press("发送")
    expect(lin.said("您好，我是陈工")).to_have_count(1)
    talk_at = agent.page.url
    _propose_credit(agent, road)
    _approve(supervisor, road)
    expect(lin.said(f"补偿 ¥{road.credit}")).to_have_count(1)
    expect(home.balance()).to_contain_text(f"{road.yuan + float(road.credit):.2f}")

    agent.go(talk_at)
    _close(agent, lin)
    lin.go("/")
    expect(lin.balance()).to_contain_text(f"{road.yuan + float(road.credit):.2f}")
    assert town.query("SELECT count(*) FROM wallet_order WHERE kind = 'goodwill' AND status = 'SUCCEEDED'") != [(0,)]


@pytest.mark.row("Q-04", "F-08", page="/chat/")
def test_denial_of_the_bank_is_told_with_its_reason_and_a_case(
    town: Installation, open_window: Callable[..., Window], customer: Callable[[Road], Window]
) -> None:
    road = drawn("denial")
    lin = customer(road)
    town.mood("bank_denies", answer="processing", callback="lose")
    order = lin.top_up(str(road.yuan))
    lin.go("/chat/")
    lin.say(road.words)
    lin.sees("这笔充值没有成功", seconds=30)
    told = lin.page.locator("#talk .said.answer").last
    expect(told).to_contain_text(road.shown)
    expect(told).to_contain_text("原因")
    lin.press("请你们追查")
    lin.sees("已为您开工单")
    lin.go(f"/orders/{order}/")
    expect(lin.main()).to_contain_text("未成功")
    lin.go("/")
    expect(lin.balance()).to_have_text(re.compile(r"^¥\s*0\.00$"))
    rows = town.query("SELECT kind, opened_by FROM cases_case WHERE order_id = %s", order)
    assert [kind for kind, _by in rows] == ["topup"]
