"""What people do in their windows, as they do it: by what stands on the page."""

import random
import re
from dataclasses import dataclass, field
from itertools import count

from playwright.sync_api import Locator, Page, expect

from kefu.cli.throwaway import PASSWORD, Installation

CUSTOMER_PASSWORD = "meadow-kettle-ribbon-61"
# A reader in Shanghai who asked for no motion: nothing to wait for, and axe sees no colour half-way.
CALM = {
    "locale": "zh-CN", "timezone_id": "Asia/Shanghai", "viewport": {"width": 1280, "height": 800},
    "reduced_motion": "reduce",
}  # fmt: skip
_numbers = count(random.SystemRandom().randrange(1000) * 1000)
# The page shows a broken request by itself; a killed or cut line is part of some tests.
IGNORED = re.compile(r"ERR_INTERNET_DISCONNECTED|ERR_CONNECTION|ERR_NETWORK|Failed to load resource|htmx:(afterRequest|sendError)")


@dataclass
class Window:
    """One browser window of one person."""

    town: Installation
    page: Page
    thrown: list[str] = field(default_factory=list)
    phone: str = ""
    name: str = ""

    def __post_init__(self) -> None:
        self.page.on("pageerror", lambda error: self.thrown.append(f"{self.page.url}: {error}"))
        self.page.on("console", lambda line: self._note(line.type, line.text))

    def _note(self, kind: str, text: str) -> None:
        if kind == "error" and not IGNORED.search(text):
            self.thrown.append(f"{self.page.url}: {text}")

    def go(self, path: str) -> "Window":
        self.page.goto(path)
        return self

    def button(self, name: str, *, exact: bool = False) -> Locator:
        return self.page.get_by_role("button", name=name, exact=exact)

    def press(self, name: str, *, exact: bool = False) -> None:
        self.button(name, exact=exact).first.click()

    def sees(self, text: str | re.Pattern[str], *, seconds: float = 15) -> None:
        expect(self.page.get_by_text(text).first).to_be_visible(timeout=seconds * 1000)

    def main(self) -> Locator:
        return self.page.locator("#main")

    # -- customers

    def sign_up(self, name: str) -> "Window":
        """A new customer, by SMS code; leaves the window on their wallet."""
        self.phone, self.name = f"+86138{random.SystemRandom().randrange(10):d}{next(_numbers) % 10**7:07d}", name
        self.go("/signup/")
        self.page.get_by_label("手机号").fill(self.phone)
        self.press("获取验证码")
        self.page.get_by_label("验证码").fill(self.town.sms_code(self.phone))
        self.page.get_by_label("姓名").fill(name)
        self.page.get_by_label("登录密码").fill(CUSTOMER_PASSWORD)
        self.press("开通")
        expect(self.page.locator("[data-balance]")).to_be_visible()
        return self

    def link_card(self) -> "Window":
        """Link a fresh test card by the code that the bank sends."""
        self.go("/cards/new/")
        self.page.get_by_label("持卡人姓名").fill(self.name)
        self.page.get_by_label("银行卡号").fill(self.town.pan())
        self.page.get_by_label("手机号").fill(self.phone)
        self.press("下一步")
        code = self.page.locator("input[name=code]")
        expect(code).to_be_visible()
        code.fill(self.town.bank_code(self.phone[-4:]))
        self.press("绑定")
        self.sees("绑好了")
        return self

    def top_up(self, yuan: str) -> str:
        """Top up by the first card; returns the order's id. The window stays on the order."""
        self.go("/topup/")
        self.page.get_by_label("充值金额").fill(yuan)
        self.press("下一步")
        self.page.get_by_role("button", name=re.compile("充值 ¥")).click()
        self.page.wait_for_url("**/orders/*/")
        return self.page.url.rstrip("/").rsplit("/", 1)[1]

    def transfer(self, phone: str, yuan: str, *, mode: str = "now") -> None:
        """Fill in and confirm a transfer; the window is on the order, or where it was refused."""
        self.go("/transfer/")
        self.page.get_by_label("手机号").fill(phone)
        self.page.get_by_label("转账金额").fill(yuan)
        self.page.locator(f"input[name=mode][value={mode}]").check(force=True)
        self.press("下一步")

    def balance(self) -> Locator:
        return self.page.locator("[data-balance]")

    def say(self, text: str) -> None:
        """Type and send in the chat; the page may be offline."""
        self.page.locator("#compose textarea").fill(text)
        self.page.get_by_role("button", name="发送", exact=True).click()

    def said(self, text: str) -> Locator:
        """Bubbles with this text."""
        return self.page.locator("#talk .said").filter(has_text=text)

    def conversation(self) -> str:
        """The id of this customer's newest conversation."""
        asked = "SELECT c.id FROM desk_conversation c JOIN identity_user u ON u.id = c.customer_id "
        asked += "WHERE u.phone = %s ORDER BY c.opened_at DESC LIMIT 1"
        return str(self.town.query(asked, self.phone)[0][0])

    def stored(self, words: str) -> int:
        """How many messages that begin so stand in this customer's conversations, whoever said them."""
        asked = "SELECT count(*) FROM desk_message m JOIN desk_conversation c ON c.id = m.conversation_id "
        asked += "JOIN identity_user u ON u.id = c.customer_id WHERE u.phone = %s AND starts_with(m.body, %s)"
        return int(self.town.query(asked, self.phone, words)[0][0])

    # -- staff

    def sign_in_staff(self, staff_no: str) -> "Window":
        self.go("/staff/signin/")
        self.page.get_by_label("工号").fill(staff_no)
        self.page.get_by_label("密码").fill(PASSWORD)
        self.press("登录", exact=True)
        self.page.wait_for_url(re.compile("/(console|office)/"))
        return self

    def close_talk(self, summary: str) -> None:
        """Close the conversation that is open in this agent's window."""
        self.page.get_by_role("button", name=re.compile("^结束")).first.click()
        self.page.get_by_label("小结").fill(summary)
        self.press("发送小结并结束")
        self.sees(re.compile("已结束"))

    def be_online(self) -> "Window":
        """Take part: conversations may be taken by this person."""
        if self.button("上线接待").count():
            self.press("上线接待")
            expect(self.button("在线").first).to_be_visible()
        return self
