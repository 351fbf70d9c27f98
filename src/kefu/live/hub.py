"""The hub of a process: one LISTEN connection, the newest events in memory, and who wants which topic."""

import asyncio
import json
import logging
import time
from collections import defaultdict, deque
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Any

import psycopg
from psycopg_pool import AsyncConnectionPool

from kefu.core.live_token import Pass
from kefu.live.frames import event_frame, position_frame
from kefu.live.stream import Stream

RECENT = 5000
BATCH = 1000
MOST_REPLAYED = 20_000
PING_EVERY_S = 20
PASS_LIFE_S = 600
# A plan kept from when the outbox was empty would read all of it for ever.
PLANS = "-c plan_cache_mode=force_custom_plan"
ENDING_KINDS = ("revoked", "identity.session_ended")

log = logging.getLogger(__name__)

_EVENTS = (
    "SELECT position, kind, topics, payload::text, extract(epoch FROM at)::float8 FROM core_outboxevent "
    "WHERE position > %s ORDER BY position LIMIT %s"
)
_REPLAY = (
    "SELECT position, kind, payload::text FROM core_outboxevent "
    "WHERE position > %s AND position <= %s AND topics && %s ORDER BY position"
)


@dataclass(frozen=True)
class Recent:
    """An event that was told lately, ready to be told again."""

    position: int
    topics: frozenset[str]
    frame: bytes


class PositionGone(Exception):
    """The asked position is too old, or of another history: its reader starts afresh."""


def _endings_of(principal: str) -> tuple[str, str]:
    """The names under which an ending concerns `customer:<id>/<session>`, or `customer:<id>` of any."""
    person, slash, _session = principal.partition("/")
    return (person, principal) if slash else (person, f"{person}/*")


class Hub:
    """Follows the outbox and hands each event to the streams that want it.

    `position` is how far it has told. All that changes streams runs in the event loop between two awaits, so
    a stream joins at one exact position: older events come by replay, newer ones by its queue, none twice.
    """

    def __init__(self, dsn: str) -> None:
        self.dsn = dsn
        self.position = 0
        self.listening = False
        self.closing = False
        self.streams: set[Stream] = set()
        self._by_topic: dict[str, set[Stream]] = defaultdict(set)
        self._recent: deque[Recent] = deque()
        self._recent_of: dict[str, deque[Recent]] = defaultdict(deque)
        self._recent_from = 0
        self._begun = False
        self._ended: dict[str, float] = {}
        self._tasks: list[asyncio.Task[None]] = []
        self._moved = asyncio.Event()
        self._pool = AsyncConnectionPool(
            dsn,
            min_size=0,
            max_size=4,
            open=False,
            timeout=5,
            kwargs={"autocommit": True},
            name="kefu live replay",
        )

    async def start(self) -> None:
        await self._pool.open(wait=False)
        self._tasks = [asyncio.create_task(self._follow()), asyncio.create_task(self._tend())]

    async def stop(self) -> None:
        self.close()
        for task in self._tasks:
            task.cancel()
        await asyncio.gather(*self._tasks, return_exceptions=True)
        await self._pool.close()

    def close(self) -> None:
        """End all streams, so that the server can stop at once: their readers come back to the next one."""
        self.closing = True
        for stream in list(self.streams):
            stream.end("closing")

    # -- streams

    def join(self, stream: Stream) -> int:
        """Let the stream have all that is told from here on; returns up to where it must replay."""
        self.streams.add(stream)
        for topic in stream.topics:
            self._by_topic[topic].add(stream)
        return self.position

    def leave(self, stream: Stream) -> None:
        self.streams.discard(stream)
        for topic in stream.topics:
            readers = self._by_topic.get(topic)
            if readers is not None:
                readers.discard(stream)
                if not readers:
                    del self._by_topic[topic]

    def may_open(self, given: Pass) -> bool:
        """Whether the pass was made after the last ending that concerns it."""
        made = given.until - PASS_LIFE_S
        return all(made > self._ended.get(name, 0) for name in _endings_of(given.principal))

    async def reach(self, position: int, *, seconds: float = 2.0) -> bool:
        """Wait until the hub has told up to `position`: a page may have read a newer one than we heard of."""
        end = time.monotonic() + seconds
        while self.position < position and time.monotonic() < end:
            self._moved.clear()
            try:
                await asyncio.wait_for(self._moved.wait(), max(0.01, end - time.monotonic()))
            except TimeoutError:
                break
        return self.position >= position

    async def replay(self, topics: Sequence[str], *, after: int, upto: int) -> list[bytes]:
        """What was told on `topics` after one position, up to another. Raises `PositionGone`."""
        if after >= upto:
            return []
        if after >= self._recent_from:
            return self._remembered(topics, after, upto)
        if upto - after > MOST_REPLAYED:
            raise PositionGone
        async with self._pool.connection() as connection:
            query = "SELECT coalesce(min(position), %s) FROM core_outboxevent"
            oldest = await (await connection.execute(query, [upto])).fetchone()
            if after > 0 and oldest is not None and oldest[0] > after:
                raise PositionGone
            rows = await (await connection.execute(_REPLAY, [after, upto, list(topics)])).fetchall()
        return [event_frame(kind=kind, payload=payload, position=number) for number, kind, payload in rows]

    def _remembered(self, topics: Sequence[str], after: int, upto: int) -> list[bytes]:
        """From memory, looking at nothing but the reader's own topics: after a restart all come back at once."""
        found: dict[int, bytes] = {}
        for topic in topics:
            for event in reversed(self._recent_of.get(topic, ())):
                if event.position <= after:
                    break
                if event.position <= upto:
                    found[event.position] = event.frame
        return [found[position] for position in sorted(found)]

    # -- following

    async def _follow(self) -> None:
        """Listen and tell, through restarts of the database; what was told meanwhile is caught up."""
        away = False
        while not self.closing:
            try:
                async with await psycopg.AsyncConnection.connect(
                    self.dsn, autocommit=True, application_name="kefu live", options=PLANS
                ) as connection:
                    await connection.execute("LISTEN kefu_live")
                    await connection.execute("LISTEN kefu_whisper")
                    if not self._begun:
                        await self._begin(connection)
                    await self._catch_up(connection)
                    self.listening = True
                    away = False
                    await self._listen(connection)
            except psycopg.Error as problem:
                if not away:
                    log.warning("the database is away, trying again: %s", str(problem).strip())
                away = True
            except Exception:
                log.exception("following the outbox failed, trying again")
            finally:
                self.listening = False
            await asyncio.sleep(0.3)

    async def _listen(self, connection: psycopg.AsyncConnection[Any]) -> None:
        while not self.closing:
            async for notice in connection.notifies(timeout=5, stop_after=1):
                if notice.channel == "kefu_whisper":
                    self._whisper(notice.payload)
            await self._catch_up(connection)

    async def _begin(self, connection: psycopg.AsyncConnection[Any]) -> None:
        """Start at the newest position, and learn which sittings ended while older passes still last."""
        row = await (await connection.execute("SELECT coalesce(max(position), 0) FROM core_outboxevent")).fetchone()
        self.position = self._recent_from = row[0] if row else 0
        ended = await connection.execute(
            "SELECT topics, extract(epoch FROM at)::float8, payload FROM core_outboxevent "
            "WHERE kind = ANY(%s) AND position > %s AND at > now() - make_interval(secs => %s)",
            [list(ENDING_KINDS), self.position - MOST_REPLAYED, PASS_LIFE_S],
        )
        for topics, at, payload in await ended.fetchall():
            self._note_ended(topics, payload, at)
        self._begun = True

    async def _catch_up(self, connection: psycopg.AsyncConnection[Any]) -> None:
        """Read what was positioned since, and tell it. Positions follow commits, so nothing appears below."""
        while True:
            rows = await (await connection.execute(_EVENTS, [self.position, BATCH])).fetchall()
            for position, kind, topics, payload, at in rows:
                self._tell(position, kind, frozenset(topics), payload, at)
            if rows:
                self._moved.set()
            if len(rows) < BATCH:
                return

    def _tell(self, position: int, kind: str, topics: frozenset[str], payload: str, at: float) -> None:
        self.position = position
        if not topics:
            return
        frame = event_frame(kind=kind, payload=payload, position=position)
        self._remember(Recent(position, topics, frame))
        for stream in self._wanting(topics):
            stream.put(frame, position)
        if kind in ENDING_KINDS:
            self._end_sittings(topics, json.loads(payload), at)

    def _remember(self, event: Recent) -> None:
        self._recent.append(event)
        for topic in event.topics:
            self._recent_of[topic].append(event)
        if len(self._recent) > RECENT:
            oldest = self._recent.popleft()
            self._recent_from = oldest.position
            for topic in oldest.topics:
                self._recent_of[topic].popleft()
                if not self._recent_of[topic]:
                    del self._recent_of[topic]

    def _whisper(self, body: str) -> None:
        given = json.loads(body)
        frame = event_frame(kind=given["kind"], payload=json.dumps(given["payload"], separators=(",", ":")))
        for stream in self._wanting(given["topics"]):
            stream.put(frame)

    def _wanting(self, topics: Iterable[str]) -> set[Stream]:
        wanting: set[Stream] = set()
        for topic in topics:
            wanting |= self._by_topic.get(topic, set())
        return wanting

    # -- endings

    def _note_ended(self, topics: Iterable[str], payload: dict[str, Any], at: float) -> list[str]:
        """Whose passes end: those of one sitting (and those that do not say of which they are), or all."""
        session = payload.get("session")
        suffixes = (f"/{session}", "/*") if session else ("",)
        names = [topic + suffix for topic in topics for suffix in suffixes]
        for name in names:
            self._ended[name] = max(at, self._ended.get(name, 0))
        return names

    def _end_sittings(self, topics: frozenset[str], payload: dict[str, Any], at: float) -> None:
        names = set(self._note_ended(topics, payload, at))
        frame = event_frame(kind="revoked", payload="{}")
        for stream in self._wanting(topics):
            if not names.isdisjoint(_endings_of(stream.principal)):
                stream.end("revoked", frame)

    async def _tend(self) -> None:
        """Once a second: a twentieth of the streams hear a ping; those whose pass ran out end; endings are
        forgotten when no pass from before them is left.
        """
        tick = 0
        while True:
            await asyncio.sleep(1)
            tick = (tick + 1) % PING_EVERY_S
            now = time.time()
            frame = position_frame(self.position)
            for stream in list(self.streams):
                if stream.until < now:
                    stream.end("expired", event_frame(kind="expired", payload="{}"))
                elif id(stream) // 64 % PING_EVERY_S == tick:
                    stream.put(frame)
            self._ended = {name: at for name, at in self._ended.items() if at > now - PASS_LIFE_S - 60}
