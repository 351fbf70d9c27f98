"""The sandbox bank as a real process on a free port, and a listener that hears its callbacks.

The client signs by itself, after docs/reference/sandbox-bank.md, so that the wire format is what is proven.
"""

import datetime as dt
import hashlib
import hmac
import http.client
import json
import os
import secrets
import signal
import sqlite3
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any
from xml.etree import ElementTree

import pytest

SECRET = "for-tests-only-0123456789abcdef-0123456789abcdef"
NS = "{urn:iso:std:iso:20022:tech:xsd:camt.053.001.08}"
ROOT = Path(__file__).resolve().parents[2]


def sign(
    method: str, path: str, body: bytes, *, secret: str = SECRET, at: int | None = None
) -> dict[str, str]:
    """The three headers of a signed request."""
    moment, nonce = str(int(time.time()) if at is None else at), secrets.token_hex(12)
    message = f"{method}\n{path}\n{moment}\n{nonce}\n".encode() + body
    value = hmac.new(secret.encode(), message, hashlib.sha256).hexdigest()
    return {"X-Bank-Time": moment, "X-Bank-Nonce": nonce, "X-Bank-Signature": value}


def wait_for(look: Callable[[], Any], *, within: float = 8.0) -> Any:
    """What `look` returns once it is truthy."""
    end = time.monotonic() + within
    while not (found := look()):
        if time.monotonic() > end:
            raise AssertionError(f"did not come within {within} s")
        time.sleep(0.02)
    return found


@dataclass(frozen=True)
class Heard:
    """One callback as it arrived."""

    body: dict[str, Any]
    raw: bytes
    headers: dict[str, str]
    good: bool
    at: float


class Listener:
    """Stands where the wallet stands. Answers 200 to what is rightly signed, 401 otherwise; `broken` refuses
    the next so many with 500; while `mute` it hears and closes the line without an answer."""

    def __init__(self) -> None:
        self.heard: list[Heard] = []
        self.nonces: set[str] = set()
        self.broken = 0
        self.mute = False
        self._lock = threading.Lock()
        outer = self

        class Handler(BaseHTTPRequestHandler):
            def do_POST(self) -> None:
                body = self.rfile.read(int(self.headers["Content-Length"]))
                status = outer.hear(self.path, body, dict(self.headers.items()))
                if outer.mute:
                    self.close_connection = True
                    time.sleep(0.5)
                    return
                self.send_response(status)
                self.send_header("Content-Length", "0")
                self.end_headers()

            def log_message(self, format: str, *args: object) -> None:
                return

        self._server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self.url = f"http://127.0.0.1:{self._server.server_port}/rails/advice/sandbox"
        threading.Thread(target=self._server.serve_forever, args=(0.05,), daemon=True).start()

    def hear(self, path: str, body: bytes, headers: dict[str, str]) -> int:
        """Judge and keep one callback."""
        message = f"POST\n{path}\n{headers['X-Bank-Time']}\n{headers['X-Bank-Nonce']}\n".encode() + body
        right = hmac.new(SECRET.encode(), message, hashlib.sha256).hexdigest()
        with self._lock:
            if self.broken:
                self.broken -= 1
                return 500
            fresh = abs(time.time() - int(headers["X-Bank-Time"])) <= 300
            unused = headers["X-Bank-Nonce"] not in self.nonces
            good = hmac.compare_digest(right, headers["X-Bank-Signature"]) and fresh and unused
            self.nonces.add(headers["X-Bank-Nonce"])
            told = {} if body.startswith(b"<") else json.loads(body)
            self.heard.append(Heard(told, body, headers, good, time.time()))
            return 200 if good else 401

    def of(self, instruction: str) -> list[Heard]:
        """Everything heard about one instruction, in order."""
        return [heard for heard in self.heard if heard.body.get("instruction") == instruction]

    def messages(self, instruction: str) -> list[Heard]:
        """The messages in XML about one instruction, in order."""
        return [heard for heard in self.heard if f">{instruction}<".encode() in heard.raw]

    def close(self) -> None:
        """Stop listening."""
        self._server.shutdown()
        self._server.server_close()


def read_statement(raw: bytes) -> dict[str, Any]:
    """A statement, read by its own rules and not by ours."""
    root = ElementTree.fromstring(raw)
    kinds = {"PMDD": "debit", "DMCT": "payout", "RRTN": "return"}

    def fen(parent: ElementTree.Element) -> int:
        text, side = parent.findtext("{*}Amt") or "", parent.findtext("{*}CdtDbtInd")
        return round(float(text) * 100) * (1 if side == "CRDT" else -1)

    balances = {bal.findtext(".//{*}Cd"): fen(bal) for bal in root.iter(f"{NS}Bal")}
    entries = [
        {
            "bank_ref": entry.findtext("{*}AcctSvcrRef"),
            "instruction": entry.findtext(".//{*}EndToEndId"),
            "kind": kinds[str(entry.findtext(".//{*}SubFmlyCd"))],
            "amount": fen(entry),
            "at": entry.findtext("{*}BookgDt/{*}DtTm"),
        }
        for entry in root.iter(f"{NS}Ntry")
    ]
    final = "CLBD" in balances
    closing = balances["CLBD" if final else "ITBD"]
    return {"final": final, "opening": balances["OPBD"], "closing": closing, "entries": entries}


class Bank:
    """A running sandbox bank and a client of it."""

    secret = SECRET
    sign = staticmethod(sign)
    wait_for = staticmethod(wait_for)

    def __init__(self, folder: Path, listener: Listener, *, demo: bool = False) -> None:
        self.store = folder / "bank.sqlite3"
        self.listener = listener
        self.port = 0
        self._demo = demo
        self._secret_file = folder / "secret"
        self._secret_file.write_text(SECRET + "\n")
        self.start()

    def start(self) -> None:
        """Start the process; it keeps its port over restarts."""
        command = [sys.executable, "-m", "kefu_sandbox", "--port", str(self.port), "--store", str(self.store)]
        command += ["--callback-url", self.listener.url, "--secret-file", str(self._secret_file)]
        self.process = subprocess.Popen(
            command + ["--demo"] * self._demo,
            env={"PATH": os.environ["PATH"], "PYTHONPATH": str(ROOT / "src")},
            stdout=subprocess.PIPE,
            text=True,
        )
        assert self.process.stdout is not None
        line = self.process.stdout.readline()
        self.port = int(line.rstrip("/\n").rsplit(":", 1)[1])

    def kill(self) -> None:
        """kill -9."""
        self.process.send_signal(signal.SIGKILL)
        self.process.wait()

    def stop(self) -> int:
        """SIGTERM; the exit code."""
        self.process.terminate()
        return self.process.wait(timeout=5)

    def raw(
        self, method: str, path: str, body: bytes, headers: dict[str, str], timeout: float = 10
    ) -> tuple[int, bytes, dict[str, str]]:
        """One request exactly as given: status, body and headers of the answer."""
        connection = http.client.HTTPConnection("127.0.0.1", self.port, timeout=timeout)
        try:
            connection.request(method, path, body=body, headers=headers)
            answer = connection.getresponse()
            return answer.status, answer.read(), {k.lower(): v for k, v in answer.getheaders()}
        finally:
            connection.close()

    def call(self, method: str, path: str, value: Any = None, *, timeout: float = 10) -> tuple[int, Any]:
        """One signed request: status and JSON of the answer."""
        body = value if isinstance(value, bytes) else b"" if value is None else json.dumps(value).encode()
        status, answer, _ = self.raw(method, path, body, sign(method, path, body), timeout)
        return status, json.loads(answer)

    def get(self, path: str) -> bytes:
        """One signed question whose answer is a file."""
        status, answer, _ = self.raw("GET", path, b"", sign("GET", path, b""), 10)
        assert status == 200, answer
        return answer

    def statement(self, day: object) -> dict[str, Any]:
        """The statement of a day."""
        return read_statement(self.get(f"/v1/statement?date={day}"))

    def mood(self, scenario: str | None, **values: Any) -> dict[str, Any]:
        """Set the mood."""
        status, answer = self.call("POST", "/sandbox/mood", {"scenario": scenario, **values})
        assert status == 200, answer
        return dict(answer)

    def link(self, **wish: str) -> str:
        """Link a fresh test card and return its token."""
        query = "&".join(f"{name}={value}" for name, value in wish.items())
        pan = self.call("GET", f"/sandbox/pan?{query}")[1]["pan"]
        asked = {"pan": pan, "holder": "林晓", "phone": "13800005678"}
        check = self.call("POST", "/v1/cards", asked)[1]["check"]
        code = self.call("GET", f"/sandbox/codes?check={check}")[1]["codes"][0]["code"]
        status, card = self.call("POST", f"/v1/cards/{check}/confirm", {"code": code})
        assert status == 200, card
        return str(card["token"])

    def submit(self, instruction: str, card: str, amount: Any = 20_000, **more: Any) -> tuple[int, Any]:
        """Submit a debit in CNY."""
        order = {"instruction": instruction, "card_token": card, "amount": amount, "currency": "CNY", **more}
        return self.call("POST", "/v1/debits", order)

    def pay_out(self, instruction: str, card: str, amount: Any = 20_000, **more: Any) -> tuple[int, Any]:
        """Submit a payout in CNY."""
        order = {"instruction": instruction, "card_token": card, "amount": amount, "currency": "CNY", **more}
        return self.call("POST", "/v1/payouts", order)

    def payout(self, instruction: str) -> dict[str, Any]:
        """What a query tells of a payout."""
        return dict(self.call("GET", f"/v1/payouts/{instruction}")[1])

    def submit_or_nothing(self, instruction: str, card: str, *, timeout: float = 20) -> Any:
        """Submit a debit; the answer, or None when the bank closed the line or kept silent."""
        order = {"instruction": instruction, "card_token": card, "amount": 500, "currency": "CNY"}
        try:
            return self.call("POST", "/v1/debits", order, timeout=timeout)[1]
        except (OSError, http.client.HTTPException):
            return None

    def submit_in_vain(self, instruction: str, card: str, timeout: float = 20) -> None:
        """Submit a debit that gets no answer."""
        assert self.submit_or_nothing(instruction, card, timeout=timeout) is None

    def plan(self, instruction: str) -> dict[str, Any]:
        """What the bank has planned for a debit."""
        db = sqlite3.connect(f"file:{self.store}?mode=ro", uri=True)
        try:
            found = db.execute("SELECT plan FROM movements WHERE instruction = ?", (instruction,)).fetchone()
            return dict(json.loads(found[0]))
        finally:
            db.close()

    def waiting(self) -> int:
        """How many callbacks and settlements the bank still owes."""
        health = json.loads(self.raw("GET", "/healthz", b"", {})[1])
        return int(health["callbacks_waiting"] + health["movements_processing"])

    def today(self) -> str:
        """The bank's day."""
        zone = dt.timezone(dt.timedelta(hours=8))
        return dt.datetime.now(zone).date().isoformat()

    def second(self, *, secret: str = SECRET) -> tuple[int, str]:
        """Try to start another bank on the same store: its exit code and what it said."""
        file = self.store.with_name("second-secret")
        file.write_text(secret)
        command = [sys.executable, "-m", "kefu_sandbox", "--port", "0", "--store", str(self.store)]
        command += ["--callback-url", self.listener.url, "--secret-file", str(file)]
        environment = {"PATH": os.environ["PATH"], "PYTHONPATH": str(ROOT / "src")}
        done = subprocess.run(command, env=environment, capture_output=True, text=True, timeout=10)
        return done.returncode, done.stderr

    def status(self, instruction: str) -> str:
        """The status that a query tells, or the refusal's code."""
        answer = self.call("GET", f"/v1/debits/{instruction}")[1]
        return str(answer.get("status") or answer["code"])

    def books(self) -> dict[str, list[tuple[Any, ...]]]:
        """Everything in the bank's books, read beside it."""
        db = sqlite3.connect(f"file:{self.store}?mode=ro", uri=True)
        try:
            tables = ("cards", "checks", "movements", "callbacks", "moods", "tries")
            return {table: db.execute(f"SELECT * FROM {table}").fetchall() for table in tables}
        finally:
            db.close()


@pytest.fixture
def listener() -> Iterator[Listener]:
    """A listener for callbacks."""
    one = Listener()
    yield one
    one.close()


@pytest.fixture
def bank(tmp_path: Path, listener: Listener) -> Iterator[Bank]:
    """A fresh bank."""
    one = Bank(tmp_path, listener)
    yield one
    one.kill()


@pytest.fixture
def demo_bank(tmp_path: Path, listener: Listener) -> Iterator[Bank]:
    """A fresh bank that takes past moments."""
    one = Bank(tmp_path, listener, demo=True)
    yield one
    one.kill()


@pytest.fixture
def card(bank: Bank) -> str:
    """A linked card of that bank."""
    return bank.link()


@pytest.fixture(scope="module")
def quiet_bank(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Bank]:
    """One bank for tests that change nothing in it: they share it, and would notice if one did."""
    listener = Listener()
    one = Bank(tmp_path_factory.mktemp("quiet"), listener)
    yield one
    one.kill()
    listener.close()


@pytest.fixture(scope="module")
def quiet_card(quiet_bank: Bank) -> str:
    """A linked card of the quiet bank, whose debits stay open."""
    quiet_bank.mood("slow")
    return quiet_bank.link()
