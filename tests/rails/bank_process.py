"""A running sandbox bank for tests of the product, and what it has called back with, kept to be handed on."""

import hmac
import http.client
import json
import os
import secrets
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any
from uuid import UUID

from kefu.rails.connectors.signing import signed_headers

ROOT = Path(__file__).resolve().parents[2]
SECRET = "for-tests-only-0123456789abcdef-0123456789abcdef"
PATH = "/rails/advice/sandbox"


def wait_for(look: Callable[[], Any], *, within: float = 8.0) -> Any:
    """What `look` returns once it is truthy."""
    end = time.monotonic() + within
    while not (found := look()):
        assert time.monotonic() < end, f"did not come within {within} s"
        time.sleep(0.02)
    return found


@dataclass(frozen=True)
class Request:
    """One callback as it came."""

    path: str
    headers: dict[str, str]
    body: bytes

    @property
    def told(self) -> dict[str, Any]:
        return {} if self.is_message else dict(json.loads(self.body))

    @property
    def is_message(self) -> bool:
        """An answer to a recall, in XML."""
        return self.body.startswith(b"<")


class Mailbox:
    """Takes callbacks in and answers 200; the test hands them to the product when it likes."""

    def __init__(self) -> None:
        self.requests: list[Request] = []
        outer = self

        class Handler(BaseHTTPRequestHandler):
            def do_POST(self) -> None:
                body = self.rfile.read(int(self.headers["Content-Length"]))
                outer.requests.append(Request(self.path, dict(self.headers.items()), body))
                self.send_response(200)
                self.send_header("Content-Length", "0")
                self.end_headers()

            def log_message(self, format: str, *args: object) -> None:
                return

        self._server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self.url = f"http://127.0.0.1:{self._server.server_port}{PATH}"
        threading.Thread(target=self._server.serve_forever, args=(0.05,), daemon=True).start()

    def of(self, instruction: object, *, at_least: int = 1) -> list[Request]:
        """The callbacks about one instruction, in order of arrival, once there are so many."""

        def look() -> list[Request]:
            found = [r for r in list(self.requests) if r.told.get("instruction") == str(instruction)]
            return found if len(found) >= at_least else []

        return list(wait_for(look))

    def messages(self, instruction: UUID, *, at_least: int = 1) -> list[Request]:
        """The messages in XML about one instruction, once there are so many."""

        def look() -> list[Request]:
            found = [r for r in list(self.requests) if r.is_message and instruction.hex.encode() in r.body]
            return found if len(found) >= at_least else []

        return list(wait_for(look))

    def close(self) -> None:
        self._server.shutdown()
        self._server.server_close()


class Bank:
    """The process, and its operator's hands."""

    def __init__(self, folder: Path) -> None:
        folder.mkdir(parents=True, exist_ok=True)
        self.mailbox = Mailbox()
        self.port = 0
        self._store = folder / "bank.sqlite3"
        self._secret = folder / "secret"
        self._secret.write_text(SECRET)
        self.start()

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.port}"

    def start(self) -> None:
        command = [
            sys.executable,
            "-m",
            "kefu_sandbox",
            "--port",
            str(self.port),
            "--store",
            str(self._store),
        ]
        command += ["--callback-url", self.mailbox.url, "--secret-file", str(self._secret), "--demo"]
        environment = {"PATH": os.environ["PATH"], "PYTHONPATH": str(ROOT / "src")}
        self.process = subprocess.Popen(command, env=environment, stdout=subprocess.PIPE, text=True)
        assert self.process.stdout is not None
        self.port = int(self.process.stdout.readline().rstrip("/\n").rsplit(":", 1)[1])

    def kill(self) -> None:
        self.process.send_signal(signal.SIGKILL)
        self.process.wait()

    def close(self) -> None:
        self.kill()
        self.mailbox.close()

    def call(self, method: str, path: str, value: Any = None, *, house: str = "") -> Any:
        """One signed request to the operator of the bank, or of the biller or lender beside it (`house`)."""
        body = b"" if value is None else json.dumps(value).encode()
        path = f"/{house}{path}" if house else path
        secret = hmac.new(SECRET.encode(), house.encode(), "sha256").hexdigest() if house else SECRET
        headers = signed_headers(secret.encode(), method=method, path=path, body=body, now=datetime.now(UTC))
        connection = http.client.HTTPConnection("127.0.0.1", self.port, timeout=10)
        try:
            connection.request(method, path, body=body, headers=headers)
            answer = connection.getresponse()
            told = answer.read()
        finally:
            connection.close()
        assert answer.status < 300, told
        return told if "json" not in str(answer.getheader("Content-Type")) else json.loads(told)

    def get(self, path: str) -> bytes:
        """A file of the bank."""
        return bytes(self.call("GET", path))

    def mood(self, scenario: str | None, *, house: str = "", **params: Any) -> None:
        """A lasting mood for everybody."""
        self.call("POST", "/sandbox/mood", {"scenario": scenario, "params": params}, house=house)

    def settle(self, instruction: object, status: str = "SUCCEEDED", *, house: str = "", **more: Any) -> None:
        told = {"instruction": str(instruction), "status": status, **more}
        self.call("POST", "/sandbox/settle", told, house=house)

    def account(self, house: str, payee: str, seed: int = 1) -> dict[str, Any]:
        """An account at a company that the biller or lender stands for, and what it owes."""
        number = self.call("GET", f"/sandbox/number?payee={payee}&seed={seed}", house=house)["number"]
        told = self.call("POST", "/v1/accounts", {"payee": payee, "number": number}, house=house)
        return {"number": number, **told}

    def pan(self, bank: str = "cmb") -> str:
        return str(self.call("GET", f"/sandbox/pan?bank={bank}")["pan"])

    def code(self, phone_end: str) -> str:
        """The newest code that the bank sent to a phone with this end."""
        codes = self.call("GET", "/sandbox/codes")["codes"]
        return str(next(code["code"] for code in codes if code["phone"].endswith(phone_end)))

    def link(self) -> str:
        """A fresh card's token."""
        asked = {"pan": self.pan(), "holder": "林晓", "phone": f"138{secrets.randbelow(10**8):08d}"}
        check = self.call("POST", "/v1/cards", asked)["check"]
        code = self.call("GET", f"/sandbox/codes?check={check}")["codes"][0]["code"]
        return str(self.call("POST", f"/v1/cards/{check}/confirm", {"code": code})["token"])

    def debits(self) -> int:
        """How many debits the bank has taken today."""
        today = datetime.now(UTC).astimezone().date()
        return self.get(f"/v1/statement?date={today}").count(b"<Ntry>")
