"""A real `live` process and a relay over a database of their own, and a reader of streams."""

import asyncio
import contextlib
import http.client
import json
import os
import queue
import signal
import socket
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Coroutine
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import psycopg
from psycopg.types.json import Jsonb

from kefu.core.live_token import mint
from kefu.core.relay import Relay
from kefu.core.seals import signing_key

ROOT = Path(__file__).resolve().parents[2]
KEY = b"live-test-key"
ORIGIN = "http://pages.test"


def awaited(coroutine: Coroutine[Any, Any, Any]) -> Any:
    """What it returns, from a thread of its own: a browser test may have left its loop in this one."""
    with ThreadPoolExecutor(1) as thread:
        return thread.submit(asyncio.run, coroutine).result()


def until(holds: Callable[[], Any], seconds: float = 10) -> Any:
    end = time.monotonic() + seconds
    while time.monotonic() < end:
        if found := holds():
            return found
        time.sleep(0.01)
    raise AssertionError("did not come true in time")


class Reader:
    """One open stream, read by a thread. `heard` are the events, `lines` all that came."""

    def __init__(self, port: int, token: str, *, after: int | None = None, **headers: str) -> None:
        self.heard: queue.Queue[dict[str, Any]] = queue.Queue()
        self.last = after
        self.closed = threading.Event()
        self._connection = http.client.HTTPConnection("127.0.0.1", port, timeout=30)
        if after is not None:
            headers["Last-Event-ID"] = str(after)
        self._connection.request("GET", f"/live/stream?token={token}", headers=headers)
        self.answer = self._connection.getresponse()
        self.status = self.answer.status
        self._thread = threading.Thread(target=self._read, daemon=True)
        self._thread.start()

    def _read(self) -> None:
        event: dict[str, Any] = {}
        try:
            while line := self.answer.readline().decode():
                name, _, value = line.rstrip("\n").partition(": ")
                if name == "id":
                    event["id"] = int(value)
                elif name in ("event", "data"):
                    event[name] = value if name == "event" else json.loads(value)
                elif not line.strip() and event:
                    self.last = event.get("id", self.last)
                    self.heard.put(event)
                    event = {}
        except (OSError, http.client.HTTPException, ValueError, AttributeError):
            pass  # the connection was cut: by the test, or with the process that it killed
        self.closed.set()

    def next(self, seconds: float = 5) -> dict[str, Any]:
        """The next event, leaving out the positions that a slow machine hears between any two."""
        while (event := self.heard.get(timeout=seconds))["event"] == "position":
            pass
        return event

    def facts(self) -> list[dict[str, Any]]:
        """What was heard so far, without what the stream says of itself."""
        found = []
        while not self.heard.empty():
            event = self.heard.get()
            if event["event"] not in ("hello", "position"):
                found.append(event)
        return found

    def close(self) -> None:
        with contextlib.suppress(OSError, AttributeError):
            self._connection.sock.shutdown(socket.SHUT_RDWR)
        self._thread.join(2)


class Town:
    """One database, one relay, one live process, and what tests do with them."""

    def __init__(self, dsn: str, origin: str = ORIGIN) -> None:
        self.dsn = dsn
        self.origin = origin
        self.connection = psycopg.connect(dsn, autocommit=True)
        with socket.socket() as probe:
            probe.bind(("127.0.0.1", 0))
            self.port = probe.getsockname()[1]
        self.readers: list[Reader] = []
        self.live = self.start_live()
        self._stop = threading.Event()
        relay = Relay(dsn=dsn, key=signing_key(b"x"), clock=lambda: datetime.now(UTC))
        self._relay = threading.Thread(target=relay.run, args=[self._stop], daemon=True)
        self._relay.start()

    def start_live(self) -> "subprocess.Popen[bytes]":
        environment = {
            **os.environ, "DATABASE_URL": self.dsn, "KEFU_LIVE_KEY": KEY.decode(), "KEFU_ORIGIN": self.origin,
            "PYTHONPATH": str(ROOT / "src"), "KEFU_LIVE_KEY_FILE": "",
        }  # fmt: skip
        command = [sys.executable, "-m", "uvicorn", "kefu.live.app:app", "--port", str(self.port)]
        command += ["--timeout-graceful-shutdown", "5", "--log-level", "warning", "--no-access-log"]
        self.live = subprocess.Popen(command, env=environment)
        until(lambda: self.get("/live/healthz")[0] == 200, 20)
        return self.live

    def get(self, path: str, **headers: str) -> tuple[int, bytes, dict[str, str]]:
        connection = http.client.HTTPConnection("127.0.0.1", self.port, timeout=5)
        try:
            connection.request("GET", path, headers=headers)
            answer = connection.getresponse()
            return answer.status, answer.read(), dict(answer.getheaders())
        except OSError:
            return 0, b"", {}
        finally:
            connection.close()

    def token(self, *topics: str, principal: str = "", minutes: float = 10) -> str:
        now = datetime.now(UTC)
        return mint(principal=principal or topics[0], topics=topics, key=KEY, now=now, minutes=minutes)  # type: ignore[arg-type]

    def read(self, *topics: str, after: int | None = None, principal: str = "", minutes: float = 10) -> Reader:
        token = self.token(*topics, principal=principal, minutes=minutes)
        self.readers.append(Reader(self.port, token, after=after))
        return self.readers[-1]

    def announce(self, *topics: str, kind: str = "test.happened", **payload: Any) -> None:
        self.connection.execute(
            "INSERT INTO core_outboxevent (kind, key, topics, payload, at) VALUES (%s, 'k', %s, %s, now())",
            [kind, list(topics), Jsonb(payload)],
        )

    def settle(self) -> None:
        """Wait until the relay has positioned everything."""
        waiting = "SELECT FROM core_outboxevent WHERE position IS NULL"
        until(lambda: self.connection.execute(waiting).fetchone() is None)

    def close(self) -> None:
        for reader in self.readers:
            reader.close()
        self._stop.set()
        self._relay.join(5)
        self.live.send_signal(signal.SIGKILL)
        self.live.wait()
        self.connection.close()
