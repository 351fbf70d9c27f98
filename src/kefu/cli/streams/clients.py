"""Clients of the event stream, and a publisher, for `./kefu bench live`: sockets, passes, resume."""

import asyncio
import multiprocessing
import re
import time
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime
from multiprocessing.connection import Connection
from typing import Any

import psycopg

from kefu.core.live_token import mint

PAIR, ROOM = 2, 200
_FRAME = re.compile(rb"id: (\d+)\nevent: ([a-z._]+)\ndata: ([^\n]*)\n\n")
_NUMBER = re.compile(rb'"n": ?(\d+)')
_INSERT = (
    "INSERT INTO core_outboxevent (kind, key, topics, payload, at) "
    "VALUES ('bench.said', 'bench', %s, jsonb_build_object('n', %s::int, 'conversation', %s::text), now())"
)
_FILLER = "0190d5f0-7c1e-7cc3-8000-2f6d6d1f0b11"


class Client(asyncio.Protocol):
    """One open stream. `heard` maps a message's number to when its first copy came (monotonic seconds)."""

    def __init__(self, port: int, number: int, key: bytes) -> None:
        self.port = port
        self.topics = (f"customer:{number}", f"pair:{number // PAIR}", f"room:{number // ROOM}")
        self.token = mint(principal=self.topics[0], topics=self.topics, key=key, now=datetime.now(UTC))
        self.heard: dict[int, float] = {}
        self.doubled = 0
        self.last = 0
        self.hello = asyncio.Event()
        self._rest = b""
        self._transport: asyncio.WriteTransport | None = None

    async def open(self) -> None:
        """Connect, and wait for the stream's first word."""
        self.hello.clear()
        self._rest = b""
        loop = asyncio.get_running_loop()
        await loop.create_connection(lambda: self, "127.0.0.1", self.port)
        resume = f"Last-Event-ID: {self.last}\r\n" if self.last else ""
        request = f"GET /live/stream?token={self.token} HTTP/1.1\r\nHost: 127.0.0.1\r\n{resume}\r\n"
        assert self._transport is not None
        self._transport.write(request.encode())
        await self.hello.wait()

    def close(self) -> None:
        if self._transport is not None:
            self._transport.abort()

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        assert isinstance(transport, asyncio.WriteTransport)
        self._transport = transport

    def data_received(self, data: bytes) -> None:
        at = time.monotonic()
        text = self._rest + data
        end = 0
        for frame in _FRAME.finditer(text):
            end = frame.end()
            self.last = int(frame.group(1))
            if frame.group(2) == b"hello":
                self.hello.set()
            elif frame.group(2) == b"bench.said" and (number := _NUMBER.search(frame.group(3))):
                n = int(number.group(1))
                self.doubled += n in self.heard
                self.heard.setdefault(n, at)
        self._rest = text[end:][-65536:]


@dataclass
class Wave:
    """Messages to publish: to which topics in turn, from which number, how many, and how many a second
    (0: as fast as it goes).
    """

    topics: Sequence[str]
    first: int
    count: int
    per_second: float
    committed: dict[int, float] = field(default_factory=dict)

    def topic_of(self, number: int) -> str:
        return self.topics[number % len(self.topics)]


def _publish(dsn: str, orders: "Connection[Any, Any]") -> None:
    """In a process of its own: publish waves, each message committed by itself; answer with the times."""
    with psycopg.connect(dsn, autocommit=True) as connection:
        while (wave := orders.recv()) is not None:
            began = time.monotonic()
            committed = {}
            for index in range(wave.count):
                if wave.per_second and (pause := began + index / wave.per_second - time.monotonic()) > 0:
                    time.sleep(pause)
                number = wave.first + index
                connection.execute(_INSERT, [[wave.topic_of(number)], number, _FILLER])
                committed[number] = time.monotonic()
            orders.send(committed)


class Publisher:
    """Publishes from another process, so that the clients' clock is not disturbed."""

    def __init__(self, dsn: str) -> None:
        context = multiprocessing.get_context("spawn")
        self._orders, theirs = context.Pipe()
        self._process = context.Process(target=_publish, args=(dsn, theirs), daemon=True)
        self._process.start()

    async def publish(self, wave: Wave) -> Wave:
        """Publish a wave; its commit times are in it afterwards."""
        await asyncio.get_running_loop().run_in_executor(None, self._orders.send, wave)
        wave.committed = await asyncio.get_running_loop().run_in_executor(None, self._orders.recv)
        return wave

    def close(self) -> None:
        self._orders.send(None)
        self._process.join(5)


def expected_of(client: Client, waves: Sequence[Wave]) -> set[int]:
    """The numbers that a client must have heard."""
    return {n for wave in waves for n in wave.committed if wave.topic_of(n) in client.topics}


def latencies(clients: Sequence[Client], wave: Wave) -> list[float]:
    """Milliseconds from the commit of each message to its bytes at each client, sorted."""
    return sorted(
        max(0.0, (client.heard[n] - at) * 1000)
        for client in clients
        for n, at in wave.committed.items()
        if n in client.heard and wave.topic_of(n) in client.topics
    )


def count_losses(clients: Sequence[Client], waves: Sequence[Wave]) -> Counter[str]:
    """How many copies were delivered, lost and doubled."""
    counted: Counter[str] = Counter(delivered=0, lost=0, doubled=0)
    for client in clients:
        expected = expected_of(client, waves)
        counted["delivered"] += len(expected & client.heard.keys())
        counted["lost"] += len(expected - client.heard.keys())
        counted["doubled"] += client.doubled
    return counted
