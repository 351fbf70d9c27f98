"""The page's side in a real browser: one stream for all tabs, nothing lost or doubled by cuts."""

import http.server
import json
import threading
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import Browser, Page
from tests.live.live_town import Town, until

pytestmark = [pytest.mark.browser]
STATIC = Path(__file__).resolve().parents[2] / "src" / "kefu" / "web" / "static" / "kefu"
PAGE = """<!doctype html><title>t</title><script type="module">
import "/static/live.js";
import { Outbox } from "/static/outbox.js";
window.heard = []; window.said = [];
for (const kind of ["test.happened", "back", "offline", "online", "signedout"])
  document.addEventListener("kefu:" + kind,
    (event) => window.heard.push([kind, event.detail.payload?.n ?? null]));
const post = (message) => fetch("/say", { method: "POST", body: JSON.stringify(message) });
window.outbox = new Outbox({ name: "1", post, changed: (what, one) => window.said.push([what, one.body]) });
window.ready = true;
</script>"""


class Pages(http.server.ThreadingHTTPServer):
    """Serves the page and its scripts, mints passes, takes messages in, with the faults asked for."""

    def __init__(self) -> None:
        super().__init__(("127.0.0.1", 0), Answer)
        self.town: Town | None = None
        self.kept: dict[str, str] = {}
        self.faults: list[str] = []
        self.signed_in = True

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.server_address[1]}"


class Answer(http.server.BaseHTTPRequestHandler):
    server: Pages

    def log_message(self, *_given: Any) -> None:
        """Quiet."""

    def reply(self, status: int, body: bytes, kind: str = "application/json") -> None:
        self.send_response(status)
        self.send_header("Content-Type", kind)
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def do_GET(self) -> None:
        if self.path.startswith("/static/"):
            self.reply(200, (STATIC / self.path.removeprefix("/static/")).read_bytes(), "text/javascript")
        else:
            self.reply(200, PAGE.encode(), "text/html; charset=utf-8")

    def do_POST(self) -> None:
        body = self.rfile.read(int(self.headers.get("Content-Length", 0)))
        town = self.server.town
        assert town is not None
        if self.path == "/live/pass":
            given = {"url": f"http://127.0.0.1:{town.port}/live/stream", "token": town.token("customer:1")}
            self.reply(200 if self.server.signed_in else 401, json.dumps(given).encode())
            return
        fault = self.server.faults.pop(0) if self.server.faults else ""
        if fault == "down":
            self.reply(503, b"{}")
            return
        message = json.loads(body)
        if message["body"] == "bad":
            self.reply(422, b'{"text": "no"}')
            return
        self.server.kept.setdefault(message["id"], message["body"])
        if fault == "lost":
            self.connection.close()  # it was written down, and the answer never arrives
            return
        self.reply(202, json.dumps({"id": message["id"]}).encode())


@pytest.fixture(scope="module")
def pages(shared_town: Town) -> Iterator[Pages]:
    served = Pages()
    served.town = shared_town
    threading.Thread(target=served.serve_forever, daemon=True).start()
    shared_town.origin = served.url
    shared_town.live.kill()
    shared_town.live.wait()
    shared_town.start_live()
    yield served
    served.shutdown()


@pytest.fixture
def page(chromium: Browser, pages: Pages) -> Iterator[Page]:
    context = chromium.new_context()
    opened = context.new_page()
    opened.goto(pages.url)
    opened.wait_for_function("window.ready && document.documentElement.dataset.live === 'on'")
    yield opened
    context.close()


def heard(page: Page) -> list[int]:
    return [n for kind, n in page.evaluate("window.heard") if kind == "test.happened"]


@pytest.mark.row("C-01")
def test_tabs_share_one_stream_and_a_reload_misses_nothing(page: Page, pages: Pages, shared_town: Town) -> None:
    other = page.context.new_page()
    other.goto(pages.url)
    other.wait_for_function("window.ready && document.documentElement.dataset.live === 'on'")
    _status, body, _headers = shared_town.get("/live/healthz")
    assert json.loads(body)["streams"] == 1
    shared_town.announce("customer:1", n=1)
    for tab in (page, other):
        tab.wait_for_function("window.heard.some(([kind]) => kind === 'test.happened')")
    other.close()
    page.goto("about:blank")
    shared_town.announce("customer:1", n=2)
    shared_town.settle()
    page.goto(pages.url)
    page.wait_for_function("window.heard?.some(([, n]) => n === 2)")
    assert heard(page) == [2]


@pytest.mark.row("C-01")
def test_the_stream_survives_a_killed_server(page: Page, shared_town: Town) -> None:
    shared_town.announce("customer:1", n=10)
    page.wait_for_function("window.heard.some(([, n]) => n === 10)")
    shared_town.live.kill()
    shared_town.live.wait()
    for n in (11, 12, 13):
        shared_town.announce("customer:1", n=n)
    page.wait_for_function("window.heard.some(([kind]) => kind === 'offline')", timeout=8000)
    shared_town.start_live()
    page.wait_for_function("window.heard.some(([kind]) => kind === 'online')", timeout=20000)
    page.wait_for_function("window.heard.some(([, n]) => n === 13)")
    assert heard(page) == [10, 11, 12, 13]


def test_who_is_signed_out_hears_so(page: Page, pages: Pages, shared_town: Town) -> None:
    pages.signed_in = False
    try:
        time.sleep(1.1)
        shared_town.announce("customer:1", kind="revoked")
        page.wait_for_function("window.heard.some(([kind]) => kind === 'signedout')")
    finally:
        pages.signed_in = True
        shared_town.connection.execute("DELETE FROM core_outboxevent WHERE kind = 'revoked'")
        shared_town.live.kill()
        shared_town.live.wait()
        shared_town.start_live()


@pytest.mark.row("C-01")
def test_what_one_writes_arrives_once_over_faults_and_a_reload(page: Page, pages: Pages) -> None:
    pages.kept.clear()
    pages.faults[:] = ["lost", "down", "lost", "", "lost", "down", "down", ""]
    words = [f"第 {n} 条" for n in range(6)]
    for one in words[:4]:
        page.evaluate("(body) => void window.outbox.add({ body })", one)
    page.wait_for_function("window.said.some(([what]) => what === 'waiting')")
    page.reload()
    page.wait_for_function("window.ready")
    for one in words[4:]:
        page.evaluate("(body) => void window.outbox.add({ body })", one)
    page.context.set_offline(True)
    time.sleep(0.3)
    page.context.set_offline(False)
    page.wait_for_function("window.outbox.kept().length === 0", timeout=30000)
    assert list(pages.kept.values()) == words


def test_what_the_server_refuses_stays_until_it_is_dropped(page: Page, pages: Pages) -> None:
    pages.kept.clear()
    page.evaluate("() => void window.outbox.add({ body: 'bad' })")
    page.evaluate("() => void window.outbox.add({ body: 'good' })")
    until(lambda: list(pages.kept.values()) == ["good"])
    assert ["refused", "bad"] in page.evaluate("window.said")
    assert page.evaluate("window.outbox.kept().map((one) => one.body)") == ["bad"]
    page.evaluate("() => window.outbox.drop(window.outbox.kept()[0].id)")
    assert page.evaluate("window.outbox.kept()") == []
