"""The ASGI application: `uvicorn kefu.live.app:app`. Environment: DATABASE_URL, KEFU_LIVE_KEY_FILE (or
KEFU_LIVE_KEY), KEFU_ORIGIN.
"""

import asyncio
import json
import logging
import os
import resource
import signal
from collections import Counter
from collections.abc import Awaitable, Callable, MutableMapping
from datetime import UTC, datetime
from pathlib import Path
from typing import Any
from urllib.parse import parse_qs

from kefu.core.live_token import COOKIE, Pass, read
from kefu.core.logs import JsonFormatter
from kefu.live.frames import hello_frame
from kefu.live.hub import Hub, PositionGone
from kefu.live.stream import Stream

Scope = MutableMapping[str, Any]
Receive = Callable[[], Awaitable[MutableMapping[str, Any]]]
Send = Callable[[MutableMapping[str, Any]], Awaitable[None]]
Headers = list[tuple[bytes, bytes]]

MOST_STREAMS = 20
_STREAM_HEADERS: Headers = [
    (b"content-type", b"text/event-stream; charset=utf-8"),
    (b"cache-control", b"no-store"),
    (b"x-accel-buffering", b"no"),
]


class Live:
    """Answers `/live/stream` and `/live/healthz`, and nothing else."""

    key: bytes
    origins: frozenset[str]
    hub: Hub

    def __init__(self) -> None:
        self._open: Counter[str] = Counter()

    async def start(self) -> None:
        """Read the environment and follow the outbox."""
        file = os.environ.get("KEFU_LIVE_KEY_FILE", "")
        key = Path(file).read_text("ascii").strip() if file else os.environ.get("KEFU_LIVE_KEY", "")
        if not key:
            raise RuntimeError("set KEFU_LIVE_KEY_FILE to the file that holds the key of the passes")
        self.key = key.encode()
        self.origins = frozenset(os.environ.get("KEFU_ORIGIN", "http://127.0.0.1:8000").split(","))
        self.hub = Hub(os.environ.get("DATABASE_URL", "postgresql:///kefu"))
        await self.hub.start()

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] == "lifespan":
            await self._live(receive, send)
            return
        if scope["type"] != "http":
            return
        headers = dict(scope["headers"])
        origin = headers.get(b"origin", b"").decode("latin-1")
        shared = _shared_with(origin) if origin in self.origins else []
        if scope["path"] == "/live/healthz":
            await self._health(send)
        elif scope["path"] != "/live/stream":
            await _say(send, 404, {"error": "not found"}, shared)
        elif origin and not shared:
            await _say(send, 403, {"error": "this origin may not read the stream"}, [])
        elif scope["method"] == "OPTIONS":
            await _say(send, 204, None, shared)
        elif scope["method"] != "GET":
            await _say(send, 405, {"error": "GET only"}, shared)
        else:
            await self._admit(scope, headers, receive, send, shared)

    async def _live(self, receive: Receive, send: Send) -> None:
        while True:
            message = await receive()
            if message["type"] == "lifespan.startup":
                _write_logs_as_json()
                _raise_file_limit()
                await self.start()
                self._close_on_signal()
                await send({"type": "lifespan.startup.complete"})
            else:
                await self.hub.stop()
                await send({"type": "lifespan.shutdown.complete"})
                return

    def _close_on_signal(self) -> None:
        """The server waits for open responses before it ends the lifespan: ours would never end. So the
        streams are closed when the signal comes, before the server's own handler.
        """
        loop = asyncio.get_running_loop()
        for number in (signal.SIGTERM, signal.SIGINT):
            before = signal.getsignal(number)

            def handle(sent: int, frame: Any, before: Any = before) -> None:
                loop.call_soon_threadsafe(self.hub.close)
                if callable(before):
                    before(sent, frame)

            signal.signal(number, handle)

    async def _health(self, send: Send) -> None:
        well = self.hub.listening and not self.hub.closing
        told = {"ok": well, "position": self.hub.position, "streams": len(self.hub.streams)}
        await _say(send, 200 if well else 503, told, [])

    async def _admit(
        self, scope: Scope, headers: dict[bytes, bytes], receive: Receive, send: Send, shared: Headers
    ) -> None:
        asked = parse_qs(scope["query_string"].decode("latin-1"))
        given = self._pass(asked.get("token", [""])[0] or _cookie(headers))
        if given is None or not self.hub.may_open(given):
            await _say(send, 401, {"error": "the pass is missing, spoilt or has run out"}, shared)
            return
        after = _number(headers.get(b"last-event-id", b"").decode("latin-1") or asked.get("after", [""])[0])
        if self.hub.closing or not (self.hub.listening or self.hub.position):
            await _say(send, 503, {"error": "starting or stopping, come back"}, shared)
        elif self._open[given.principal] >= MOST_STREAMS:
            await _say(send, 429, {"error": "too many open streams"}, shared)
        else:
            self._open[given.principal] += 1
            try:
                await self._stream(given, after, receive, send, shared)
            finally:
                self._open[given.principal] -= 1
                if not self._open[given.principal]:
                    del self._open[given.principal]

    def _pass(self, token: str) -> Pass | None:
        try:
            return read(token, key=self.key, now=datetime.now(UTC)) if token else None
        except ValueError:
            return None

    async def _stream(self, given: Pass, after: int | None, receive: Receive, send: Send, shared: Headers) -> None:
        known = after is not None and await self.hub.reach(after)
        start = after if known and after is not None else self.hub.position
        stream = Stream(principal=given.principal, topics=given.topics, until=given.until, after=start)
        upto = self.hub.join(stream)
        gone = asyncio.create_task(_until_gone(receive, stream))
        try:
            try:
                missed = await self.hub.replay(given.topics, after=start, upto=upto)
                hello = hello_frame(position=start, fresh=not known)
            except PositionGone:
                missed, hello = [], hello_frame(position=upto, fresh=True)
                stream.after = upto
            await send({"type": "http.response.start", "status": 200, "headers": _STREAM_HEADERS + shared})
            await _body(send, hello + b"".join(missed))
            while not stream.ended or stream.waiting:
                if stream.waiting:
                    await _body(send, stream.take())
                elif not stream.ended:
                    stream.wake.clear()
                    await stream.wake.wait()
            if stream.ended != "gone":
                await _body(send, b"", last=True)
        finally:
            self.hub.leave(stream)
            gone.cancel()


async def _until_gone(receive: Receive, stream: Stream) -> None:
    while (await receive())["type"] != "http.disconnect":
        continue
    stream.waiting.clear()
    stream.end("gone")


async def _body(send: Send, body: bytes, *, last: bool = False) -> None:
    await send({"type": "http.response.body", "body": body, "more_body": not last})


async def _say(send: Send, status: int, answer: dict[str, Any] | None, headers: Headers) -> None:
    body = json.dumps(answer).encode() if answer is not None else b""
    kinds: Headers = [(b"content-type", b"application/json"), (b"cache-control", b"no-store")]
    await send({"type": "http.response.start", "status": status, "headers": kinds + headers})
    await _body(send, body, last=True)


def _shared_with(origin: str) -> Headers:
    """Let the pages' origin, and no other, read the stream with its cookie."""
    return [
        (b"access-control-allow-origin", origin.encode("latin-1")),
        (b"access-control-allow-credentials", b"true"),
        (b"vary", b"Origin"),
    ]


def _cookie(headers: dict[bytes, bytes]) -> str:
    for part in headers.get(b"cookie", b"").decode("latin-1").split(";"):
        name, _, value = part.strip().partition("=")
        if name == COOKIE:
            return value.strip('"')  # whoever sets a cookie may quote it, and Django does so for a `=`
    return ""


def _number(given: str) -> int | None:
    """A position as a client sent it; anything else is none."""
    return int(given) if given.isascii() and given.isdigit() and len(given) < 19 else None


def _raise_file_limit() -> None:
    """One stream is one open file."""
    _soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    resource.setrlimit(resource.RLIMIT_NOFILE, (hard, hard))


def _write_logs_as_json() -> None:
    if not logging.getLogger().handlers:
        handler = logging.StreamHandler()
        handler.setFormatter(JsonFormatter())
        logging.basicConfig(level=logging.INFO, handlers=[handler])


app = Live()
