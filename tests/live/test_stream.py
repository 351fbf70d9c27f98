"""The event stream: who may read it, what it tells, and that it loses and doubles nothing."""

import signal
import threading
import time
from typing import Any

import psycopg
import pytest
from tests.live.live_town import ORIGIN, Reader, Town, awaited, until

from kefu.live import hub


def numbers(events: list[dict[str, Any]]) -> list[int]:
    return [event["data"]["payload"]["n"] for event in events]


def test_it_tells_what_happened_to_who_may_hear_it(town: Town) -> None:
    mine, other = town.read("customer:1"), town.read("customer:2")
    assert mine.next()["event"] == "hello"
    town.announce("customer:1", "desk", n=1)
    event = mine.next()
    assert event["event"] == "test.happened"
    assert event["data"] == {"kind": "test.happened", "payload": {"n": 1}}
    assert event["id"] > 0
    assert other.facts() == []


def test_without_a_good_pass_nothing_is_told(town: Town) -> None:
    forged = town.token("customer:1")[:-4] + "AAAA"
    for token in ("", "x", forged, town.token("customer:1", minutes=-1), "%E9.%FC"):
        assert town.get(f"/live/stream?token={token}")[0] == 401


def test_only_the_pages_origin_is_let_in(town: Town) -> None:
    token = town.token("customer:1")
    assert town.get(f"/live/stream?token={token}", Origin="http://evil.test")[0] == 403
    reader = Reader(town.port, token, Origin=ORIGIN)
    town.readers.append(reader)
    assert reader.status == 200
    assert reader.answer.getheader("access-control-allow-origin") == ORIGIN
    assert reader.answer.getheader("access-control-allow-credentials") == "true"
    assert reader.answer.getheader("content-type", "").startswith("text/event-stream")


def test_the_cookie_is_a_pass_and_other_doors_are_shut(town: Town) -> None:
    token = town.token("customer:1")
    reader = Reader(town.port, "", Cookie=f"a=b; kefu_live={token}")
    town.readers.append(reader)
    assert reader.status == 200
    assert town.get("/live/other")[0] == 404
    assert town.get("/live/healthz")[0] == 200


def test_a_whisper_is_heard_and_not_resumed_by(town: Town) -> None:
    reader = town.read("conversation:7")
    reader.next()
    body = '{"kind":"desk.typing","topics":["conversation:7"],"payload":{"side":"staff"}}'
    town.connection.execute("SELECT pg_notify('kefu_whisper', %s)", [body])
    event = reader.next()
    assert event == {"event": "desk.typing", "data": {"kind": "desk.typing", "payload": {"side": "staff"}}}


def test_what_was_missed_is_told_on_return(town: Town) -> None:
    reader = town.read("customer:3")
    at = reader.next()["id"]
    reader.close()
    for n in range(5):
        town.announce("customer:3", n=n)
        town.announce("customer:4", n=n)
    again = town.read("customer:3", after=at)
    assert again.next()["event"] == "hello"
    assert [again.next()["data"]["payload"]["n"] for _ in range(5)] == list(range(5))
    time.sleep(0.1)
    assert again.facts() == []


def test_a_position_read_before_we_heard_of_it_is_waited_for(town: Town) -> None:
    """A page reads the newest position from the database; what lies below it must not be told again."""
    town.announce("customer:5", n=0)
    town.settle()
    row = town.connection.execute("SELECT max(position) FROM core_outboxevent").fetchone()
    reader = town.read("customer:5", after=row[0])
    assert reader.next()["data"]["payload"]["fresh"] is False
    town.announce("customer:5", n=1)
    assert numbers([reader.next()]) == [1]


def test_a_position_of_another_history_starts_afresh(town: Town) -> None:
    reader = town.read("customer:6", after=10**12)
    assert reader.next(8)["data"]["payload"]["fresh"] is True


def test_an_ended_sitting_closes_its_stream_and_its_pass(town: Town) -> None:
    token = town.token("customer:8", principal="customer:8/s1")
    first = Reader(town.port, token)
    other = town.read("customer:8", principal="customer:8/s2")
    town.readers.append(first)
    first.next(), other.next()
    time.sleep(1.1)
    town.announce("customer:8", kind="identity.session_ended", user="8", session="s1")
    kinds = [first.next()["event"], first.next()["event"]]
    assert kinds == ["identity.session_ended", "revoked"]
    assert first.closed.wait(2)
    assert town.get(f"/live/stream?token={token}")[0] == 401
    assert other.next()["event"] == "identity.session_ended"
    assert not other.closed.wait(0.2)


def test_a_pass_that_runs_out_closes_the_stream(town: Town) -> None:
    reader = town.read("customer:9", minutes=0.02)
    until(lambda: reader.closed.is_set(), 6)
    assert reader.facts()[-1]["event"] == "expired"


class Writer(threading.Thread):
    """Announces numbered events without pause, some from transactions that commit late."""

    def __init__(self, town: Town, topic: str, count: int) -> None:
        super().__init__()
        self.town, self.topic, self.count = town, topic, count

    def run(self) -> None:
        sql = (
            "INSERT INTO core_outboxevent (kind, key, topics, payload, at) "
            "VALUES ('test.happened', 'k', %s, jsonb_build_object('n', %s::int), now())"
        )
        slow: list[psycopg.Connection[Any]] = []
        with psycopg.connect(self.town.dsn, autocommit=True) as quick:
            for n in range(self.count):
                if n % 10 == 0:
                    slow.append(psycopg.connect(self.town.dsn))
                    slow[-1].execute(sql, [[self.topic], n])
                else:
                    quick.execute(sql, [[self.topic], n])
                if len(slow) > 2:
                    self._commit(slow.pop(0))
                time.sleep(0.002)
        for connection in slow:
            self._commit(connection)

    def _commit(self, connection: psycopg.Connection[Any]) -> None:
        connection.commit()
        connection.close()


@pytest.mark.row("C-01")
def test_no_gap_and_no_double_between_replay_and_live(town: Town) -> None:
    """A reader that is cut off again and again under load has in the end every event, once, by position."""
    count, seen, at = 500, [], None
    reader = town.read("customer:20")
    at = reader.next()["id"]
    writer = Writer(town, "customer:20", count)
    writer.start()
    while writer.is_alive() or len(seen) < count:
        time.sleep(0.05)
        reader.close()
        events = reader.facts()
        seen += events
        at = max([at, *(event["id"] for event in events)])
        reader = town.read("customer:20", after=at)
        assert time.monotonic() < writer_deadline(writer), f"{len(seen)} of {count}"
    assert sorted(numbers(seen)) == list(range(count))
    ids = [event["id"] for event in seen]
    assert ids == sorted(set(ids))


def writer_deadline(writer: Writer, _started: dict[int, float] = {}) -> float:  # noqa: B006 - per writer
    return _started.setdefault(id(writer), time.monotonic() + 20)


@pytest.mark.row("C-01")
@pytest.mark.parametrize("where", ["town", "new_town"])
def test_the_database_goes_away_and_comes_back(where: str, request: pytest.FixtureRequest) -> None:
    """Also when the very first events are announced while it is away: they come after position 0, not before."""
    town: Town = request.getfixturevalue(where)
    reader = town.read("customer:21")
    reader.next()
    for round_ in range(3):
        town.connection.execute(
            "SELECT pg_terminate_backend(pid) FROM pg_stat_activity "
            "WHERE datname = current_database() AND application_name LIKE 'kefu live%'"
        )
        town.announce("customer:21", n=round_)
    assert [reader.next()["data"]["payload"]["n"] for _ in range(3)] == [0, 1, 2]


@pytest.mark.row("C-01")
def test_killed_and_started_again_it_goes_on(town: Town) -> None:
    """kill -9 with an open stream; what happened meanwhile is told from the database to who resumes."""
    reader = town.read("customer:22")
    at = reader.next()["id"]
    town.announce("customer:22", n=0)
    at = reader.next()["id"]
    town.live.kill()
    town.live.wait()
    for n in (1, 2, 3):
        town.announce("customer:22", n=n)
    town.settle()
    town.start_live()
    again = town.read("customer:22", after=at)
    again.next()
    assert [again.next()["data"]["payload"]["n"] for _ in range(3)] == [1, 2, 3]
    town.connection.execute("DELETE FROM core_outboxevent WHERE position <= %s", [at])
    late = town.read("customer:22", after=at - 1)
    assert late.next()["data"]["payload"]["fresh"] is True


def test_it_stops_at_once_with_open_streams(town: Town) -> None:
    readers = [town.read(f"customer:{n}") for n in range(30, 40)]
    for reader in readers:
        reader.next()
    began = time.monotonic()
    town.live.send_signal(signal.SIGTERM)
    town.live.wait(5)
    assert time.monotonic() - began < 2
    for reader in readers:
        assert reader.closed.wait(1)
    town.start_live()


def test_memory_forgets_the_oldest_and_replays_the_rest(monkeypatch: pytest.MonkeyPatch) -> None:
    """What is no longer in memory is asked of the database; what is, comes once even on two topics, in order."""
    monkeypatch.setattr(hub, "RECENT", 3)
    followed = hub.Hub("postgresql:///nowhere")
    for position, topics in enumerate([{"a"}, {"a", "b"}, {"b"}, {"a"}], start=1):
        followed._tell(position, "k", frozenset(topics), f'{{"n":{position}}}', 0.0)

    def replayed(*topics: str, after: int, upto: int = 9) -> list[bytes]:
        frames = awaited(followed.replay(topics, after=after, upto=upto))
        return [frame.split(b"\n")[0] for frame in frames]

    assert replayed("a", "b", after=1) == [b"id: 2", b"id: 3", b"id: 4"]
    assert replayed("a", after=1) == [b"id: 2", b"id: 4"]
    assert replayed("b", after=2, upto=2) == []
    assert replayed("c", after=1) == []
    with pytest.raises(hub.PositionGone):
        awaited(followed.replay(["a"], after=0, upto=hub.MOST_REPLAYED + 1))
