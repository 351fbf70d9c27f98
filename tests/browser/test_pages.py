"""Every page of the road as people see it: nothing for axe to find, nothing wider than the screen.

With `KEFU_SCREENSHOTS=DIR` each page is also kept as a picture, by width, theme and language.
"""

import os
import re
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest
from playwright.sync_api import Browser, Page, expect
from tests.browser.judges import axe_finds, too_wide
from tests.browser.windows import CALM, Window

from kefu.cli.throwaway import Installation

pytestmark = [pytest.mark.browser]

FIRST_LOAD_KIB = 100
FIRST = ("home", "chat", "order", "help", "console", "approval")
WIDTHS = ((360, 760), (768, 1024), (1440, 900))
PICTURES = os.environ.get("KEFU_SCREENSHOTS", "")
NEWER = (
    ("services", "/services/"),
    ("bills", "/bills/"),
    ("repay", "/repay/"),
    ("vouchers", "/vouchers/"),
    ("receipts", "/receipts/"),
    ("proof", "/receipts/proof"),
    ("splits", "/splits/"),
    ("split", "/splits/new/"),
    ("spending", "/spending/"),
    ("budgets", "/budgets/"),
    ("pots", "/pots/"),
    ("exchange", "/exchange/"),
    ("schedules", "/schedules/"),
    ("schedule", "/schedules/new/"),
    ("limits", "/me/limits/"),
    ("limit", "/me/limits/transfer/"),
    ("notices", "/me/notices/"),
    ("notice-settings", "/me/notices/settings/"),
    ("email", "/me/email/"),
)
OFFICE = (
    ("office", "/office/"),
    ("office-fees", "/office/fees/"),
    ("office-limits", "/office/limits/"),
    ("office-rates", "/office/rates/"),
    ("office-reports", "/office/reports/"),
    ("office-merchants", "/office/merchants/"),
    ("office-campaigns", "/office/campaigns/"),
    ("office-reconciliation", "/office/reconciliation/"),
    ("office-safeguarding", "/office/safeguarding/"),
)


@dataclass(frozen=True)
class Scene:
    """Two signed-in people and the addresses at which something is to be seen."""

    customer: Window
    agent: Window
    supervisor: Window
    order: str
    conversation: str
    case: str
    proposal: str
    pot: str

    def pages(self) -> list[tuple[str, Page, str]]:
        """Name, who looks, address."""
        mine, desk, lead = self.customer.page, self.agent.page, self.supervisor.page
        return [
            ("home", mine, "/"),
            ("chat", mine, "/chat/"),
            ("order", mine, f"/orders/{self.order}/"),
            ("activity", mine, "/activity/"),
            ("topup", mine, "/topup/"),
            ("transfer", mine, "/transfer/"),
            ("withdraw", mine, "/withdraw/"),
            ("me", mine, "/me/"),
            *((name, mine, path) for name, path in NEWER),
            ("receipt", mine, f"/receipts/order/{self.order}/"),
            ("pot", mine, self.pot),
            ("sos", mine, "/sos/"),
            ("help", mine, "/help/"),
            ("article", mine, "/help/"),
            ("contact", mine, "/help/contact/"),
            ("fees", mine, "/help/fees/"),
            ("verify", mine, "/verify/"),
            ("desk", lead, "/console/"),
            ("refunds", desk, "/console/refunds/"),
            *((name, lead, path) for name, path in OFFICE),
            ("console", desk, f"/console/c/{self.conversation}/"),
            ("case", desk, f"/console/case/{self.case}/"),
            ("approvals", lead, "/console/approvals/"),
            ("approval", lead, f"/console/approvals/{self.proposal}/"),
        ]


@pytest.fixture(scope="module")
def scene(town: Installation, chromium: Browser) -> Iterator[Scene]:
    """A talk with an answer, an agent's reply, an open case and a proposal that waits."""
    windows = []
    for _ in range(3):
        context = chromium.new_context(base_url=town.url, **CALM)
        context.set_default_timeout(15_000)
        windows.append(Window(town, context.new_page()))
    lin, agent, supervisor = windows
    town.mood("sunny", settle_s=0)
    lin.sign_up("林晓").link_card()
    order = lin.top_up("200")
    lin.sees("已到账")
    lin.go("/pots/new/")
    lin.page.locator("input[name=name]").fill("云南旅行")
    lin.press("开好")
    lin.page.wait_for_url(re.compile("/pots/[0-9a-f-]{36}/"))
    pot = lin.page.url
    lin.page.locator("input[name=amount]").fill("20")
    lin.press("存入", exact=True)
    lin.go("/chat/")
    lin.say("充了200块到账了吗")
    expect(lin.page.locator("#talk .said.answer").first).to_be_visible()
    lin.press("转人工")
    lin.sees(re.compile("下一位就是您|前面还有"))
    agent.sign_in_staff("1024").be_online()
    conversation = lin.conversation()
    agent.go(f"/console/c/{conversation}/")
    agent.page.locator("#head").get_by_role("button", name=re.compile("接入")).click()
    expect(agent.page.locator("#reply")).to_be_visible()
    agent.page.locator("#reply").fill("您好，我是陈工，这笔已经到账了。")
    agent.press("发送")
    expect(lin.said("您好，我是陈工")).to_have_count(1)
    agent.page.locator("#who").get_by_role("button", name="新开").click()
    agent.page.wait_for_url("**/console/case/*/")
    case = agent.page.url.rstrip("/").rsplit("/", 1)[1]
    agent.page.get_by_label("金额（元）").fill("8.80")
    agent.page.locator("#goodwill-reason").fill("让客户久等了")
    agent.press("提交补偿申请")
    supervisor.sign_in_staff("2001")
    proposal = town.query("SELECT id FROM cases_proposal WHERE case_id = %s", case)[0][0]
    yield Scene(lin, agent, supervisor, order, conversation, case, str(proposal), pot)
    agent.go(f"/console/c/{conversation}/").close_talk("都说明白了。")
    for window in windows:
        window.page.context.close()


def _open(name: str, page: Page, path: str, query: str = "") -> None:
    page.goto(path + query)
    if name == "article":
        page.locator("a[href^='/help/a/']").first.click()
        page.wait_for_url("**/help/a/**")
    page.wait_for_load_state("load")


@pytest.mark.row("N-04", "W-22", page="/")
def test_axe_finds_nothing_and_no_page_is_wider_than_the_screen(scene: Scene) -> None:
    found = []
    for name, page, path in scene.pages():
        page.set_viewport_size({"width": WIDTHS[0][0], "height": WIDTHS[0][1]})
        _open(name, page, path, "?lang=en")
        found += too_wide(page, f"{name} in English at {WIDTHS[0][0]}")
        _open(name, page, path, "?lang=zh-hans")
        for width, height in WIDTHS:
            page.set_viewport_size({"width": width, "height": height})
            found += too_wide(page, f"{name} at {width}")
        page.set_viewport_size({"width": 1280, "height": 800})
        found += axe_finds(page, name)
    assert "\n".join(found) == ""


def test_a_supervisor_goes_between_the_desk_and_the_office(scene: Scene) -> None:
    lead = scene.supervisor
    lead.page.set_viewport_size({"width": 1280, "height": 800})
    lead.go("/console/?lang=zh-hans").page.get_by_role("link", name="运营后台").click()
    lead.page.wait_for_url("**/office/")
    lead.page.get_by_role("link", name="客服工作台").click()
    lead.page.wait_for_url("**/console/")


@pytest.mark.row("W-22", page="/")
def test_first_load_is_small(scene: Scene, chromium: Browser) -> None:
    heavy = []
    for name, page, path in [one for one in scene.pages() if one[0] in FIRST]:
        # A browser that has nothing yet, signed in as the same person.
        context = chromium.new_context(storage_state=page.context.storage_state(), base_url=page.url)
        fresh = context.new_page()
        session = context.new_cdp_session(fresh)
        session.send("Network.enable")
        sizes: list[float] = []
        session.on("Network.loadingFinished", lambda event, into=sizes: into.append(event["encodedDataLength"]))
        fresh.goto(path)
        fresh.wait_for_timeout(300)
        loaded = round(sum(sizes) / 1024)
        context.close()
        if not 1 <= loaded <= FIRST_LOAD_KIB:
            heavy.append(f"{name}: {loaded} KiB")
    assert "\n".join(heavy) == ""


@pytest.fixture
def pictures() -> Path:
    if not PICTURES:
        pytest.skip("no pictures wanted: set KEFU_SCREENSHOTS to a folder")
    folder = Path(PICTURES)
    folder.mkdir(parents=True, exist_ok=True)
    return folder


def test_pictures_of_every_page(scene: Scene, pictures: Path) -> None:
    for language in ("zh-hans", "en"):
        for name, page, path in scene.pages():
            for scheme in ("light", "dark"):
                page.emulate_media(color_scheme=scheme)
                for width, height in WIDTHS:
                    page.set_viewport_size({"width": width, "height": height})
                    _open(name, page, path, f"?lang={language}")
                    file = pictures / f"{name}-{language[:2]}-{scheme}-{width}.png"
                    page.screenshot(path=str(file))
    assert len(list(pictures.glob("*.png"))) >= len(scene.pages()) * 12
