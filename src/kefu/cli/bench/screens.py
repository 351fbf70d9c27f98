"""`./kefu bench screens`: from one person's key press to the other's screen, in two browser windows."""

import argparse
import re
import time
from dataclasses import dataclass

from playwright.sync_api import Browser, Page, sync_playwright

from kefu.cli.demo.cast import CUSTOMERS, PASSWORD
from kefu.cli.running.chromium import ensure_chromium
from kefu.cli.terminal import CannotRun, answer, say
from kefu.cli.throwaway import Installation, installation, within

HELP = "measure a message from screen to screen"
AGENT = "1031"
WARM = 3
# Writes down when a text came, as soon as the browser has painted it.
WATCH = """
window.shown = {};
new MutationObserver((changes) => {
  for (const change of changes) for (const node of change.addedNodes) {
    const found = node.textContent?.match(/ping-\\d+-\\w+/)?.[0];
    if (found && !window.shown[found]) requestAnimationFrame(() => { window.shown[found] ??= Date.now(); });
  }
}).observe(document.getElementById("talk"), { childList: true, subtree: true });
document.addEventListener("keydown", (event) => {
  if (event.key === "Enter") window.pressed = Date.now();
}, true);
"""


@dataclass(frozen=True)
class Side:
    """One person's window, the field that they write in and the keys that send."""

    name: str
    page: Page
    field: str
    keys: str

    def say(self, text: str) -> float:
        """Write it and send; when the keys were pressed, in ms."""
        self.page.fill(self.field, text)
        self.page.press(self.field, self.keys)
        return float(self.page.evaluate("window.pressed"))

    def saw(self, text: str) -> float:
        """When it was on this screen, in ms. Raises `CannotRun` when it does not come within 10 s."""
        self.page.wait_for_function("text => window.shown[text]", arg=text, timeout=10_000)
        return float(self.page.evaluate("text => window.shown[text]", text))


def run(argv: list[str]) -> int:
    """Print p50 and p95 each way; exit 0 when it ran, 1 when a message did not come."""
    parser = argparse.ArgumentParser(prog="kefu bench screens", description=HELP)
    parser.add_argument("--messages", type=int, default=50, metavar="N", help="each way (50)")
    parser.add_argument("--json", action="store_true", help="the result as one JSON object")
    options = parser.parse_args(argv)
    if not 5 <= options.messages <= 1000:
        raise CannotRun("--messages is 5 to 1000")
    chromium = ensure_chromium()
    with installation(demo=True, people=False) as town, sync_playwright() as playwright:
        _wait_for_town(town)
        browsers = [playwright.chromium.launch(executable_path=chromium, args=["--no-sandbox"]) for _ in range(2)]
        customer, agent = _bring_together(town, *browsers)
        fields: dict[str, object] = {"n": options.messages}
        for one, other in ((customer, agent), (agent, customer)):
            times = _measure(one, other, options.messages)
            at = {"p50_ms": round(times[len(times) // 2]), "p95_ms": round(times[int(len(times) * 0.95)])}
            say(f"  {one.name} to {other.name}: {at}")
            fields[f"{one.name}_to_{other.name}"] = at
        for browser in browsers:
            browser.close()
    if options.json:
        answer(fields)
    return 0


def _wait_for_town(town: Installation) -> None:
    if not within(60, lambda: "demo town stands after" in town.log.read_text("utf-8")):
        raise CannotRun(f"the demo town was not built:\n{town.last_lines()}", status=1)


def _bring_together(town: Installation, one: Browser, other: Browser) -> tuple[Side, Side]:
    """A customer of the demo town asks for a human, and an agent takes the conversation."""
    asking, desk = _window(one, town.url), _window(other, town.url)
    asking.goto("/signin/?next=/chat/")
    asking.fill("input[name=phone]", CUSTOMERS[6].phone)
    asking.fill("input[name=password]", PASSWORD)
    asking.locator("form button.main").first.click()
    asking.locator("header").get_by_role("button", name="转人工").click()
    asking.get_by_text(re.compile("下一位就是您|前面还有")).first.wait_for()
    desk.goto("/staff/signin/")
    desk.fill("input[name=login]", AGENT)
    desk.fill("input[name=password]", PASSWORD)
    desk.get_by_role("button", name="登录", exact=True).click()
    desk.get_by_role("button", name="上线接待").click()
    desk.locator("#queue .rows a", has_text=CUSTOMERS[6].name[0]).first.click()
    desk.locator("#head form[action$='/take'] button").click()
    desk.locator("#reply").wait_for()
    for page in (asking, desk):
        page.locator("html[data-live=on]").wait_for(state="attached")
        page.evaluate(WATCH)
    return Side("customer", asking, "#compose textarea", "Enter"), Side("agent", desk, "#reply", "Control+Enter")


def _window(browser: Browser, url: str) -> Page:
    context = browser.new_context(base_url=url, locale="zh-CN", viewport={"width": 1280, "height": 800})
    return context.new_page()


def _measure(one: Side, other: Side, messages: int) -> list[float]:
    """Sorted times in ms, the first few left out; between two messages a pause as people make one."""
    times = []
    for n in range(messages + WARM):
        text = f"ping-{n}-{one.name}"
        pressed = one.say(text)
        times.append(other.saw(text) - pressed)
        time.sleep(0.5)
    return sorted(times[WARM:])
