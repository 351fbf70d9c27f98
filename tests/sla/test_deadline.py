"""Clocks as rows: started once, paused where policy allows, breached in the open."""

import dataclasses
from datetime import datetime, timedelta

import pytest

from kefu.core.actor import SYSTEM
from kefu.core.models import AuditEntry, OutboxEvent
from kefu.core.refusal import Refusal
from kefu.sla import actions, queries, rules

pytestmark = pytest.mark.django_db
REF = "case:1"


def start(clock_id: str, now: datetime, ref: str = REF) -> queries.ClockView:
    return actions.start_clock(actor=SYSTEM, ref=ref, clock_id=clock_id, now=now)


def test_clocks_run_side_by_side_the_earliest_first(now: datetime) -> None:
    for clock_id in ("CN-01", "P2-FIRST", "P2-GOAL"):
        start(clock_id, now)
    assert [c.clock_id for c in queries.clocks_of(REF, now=now)] == ["P2-FIRST", "P2-GOAL", "CN-01"]
    first = queries.clocks_of(REF, now=now)[0]
    assert (first.left_seconds, first.breached, first.internal) == (7200, False, True)
    assert queries.due_soonest([REF, "case:2"], now=now)[REF].clock_id == "P2-FIRST"


def test_starting_twice_is_starting_once(now: datetime) -> None:
    assert start("CN-01", now).id == start("CN-01", now + timedelta(days=3)).id
    assert AuditEntry.objects.filter(action="sla.start_clock").count() == 1


def test_an_unknown_clock_is_refused(now: datetime) -> None:
    with pytest.raises(Refusal) as refused:
        start("CN-99", now)
    assert refused.value.code == "sla.clock.unknown"


def test_stopped_in_time_and_stopped_late(now: datetime) -> None:
    start("P2-FIRST", now)
    start("P0-GOAL", now)
    kept = actions.stop_clock(actor=SYSTEM, ref=REF, clock_id="P2-FIRST", now=now + timedelta(minutes=119))
    late = actions.stop_clock(actor=SYSTEM, ref=REF, clock_id="P0-GOAL", now=now + timedelta(minutes=6))
    assert kept is not None
    assert late is not None
    assert (kept.status, kept.breached, late.breached) == ("STOPPED", False, True)
    assert actions.stop_clock(actor=SYSTEM, ref=REF, clock_id="P0-GOAL", now=now) is None
    assert start("P0-GOAL", now).status == "RUNNING"
    assert actions.stop_clocks(actor=SYSTEM, ref=REF, now=now) == 1


def test_our_own_clock_pauses_and_moves_by_as_long_as_it_stood(now: datetime) -> None:
    before = start("P2-GOAL", now).due_at
    later = now + timedelta(hours=2)
    pause = {"actor": SYSTEM, "ref": REF, "clock_id": "P2-GOAL"}
    stood = actions.pause_clock(**pause, reason="waiting_customer", now=later)
    assert (stood.status, stood.left_seconds, stood.pause_reason) == ("PAUSED", None, "waiting_customer")
    assert actions.sweep_clocks(actor=SYSTEM, now=before + timedelta(days=9)) == (0, 0)
    went_on = actions.resume_clock(**pause, now=later + timedelta(hours=5))
    assert went_on.due_at == before + timedelta(hours=5)
    assert actions.resume_clock(**pause, now=later + timedelta(hours=9)).due_at == went_on.due_at


@pytest.mark.parametrize(
    ("clock_id", "reason"), [("CN-01", "waiting_customer"), ("CN-10", "waiting_bank"), ("P2-GOAL", "lunch")]
)
def test_what_does_not_pause(clock_id: str, reason: str, now: datetime) -> None:
    start(clock_id, now)
    with pytest.raises(Refusal) as refused:
        actions.pause_clock(actor=SYSTEM, ref=REF, clock_id=clock_id, reason=reason, now=now)
    assert refused.value.code == "sla.clock.not_pausable"


def test_a_breach_is_marked_and_told_once_after_warnings(now: datetime) -> None:
    start("P2-FIRST", now)
    swept = [
        actions.sweep_clocks(actor=SYSTEM, now=now + timedelta(minutes=m))
        for m in (30, 61, 62, 97, 120, 121, 122)
    ]
    assert swept == [(0, 0), (1, 0), (0, 0), (1, 0), (0, 0), (0, 1), (0, 0)]
    kinds = list(OutboxEvent.objects.order_by("id").values_list("kind", flat=True))
    assert kinds == ["sla.due_soon", "sla.due_soon", "sla.breached"]
    [clock] = queries.clocks_of(REF, now=now + timedelta(minutes=125))
    assert (clock.breached, clock.left_seconds) == (True, -300)


def test_a_breach_shows_before_the_sweep_wrote_it(now: datetime) -> None:
    start("P0-GOAL", now)
    [clock] = queries.clocks_of(REF, now=now + timedelta(minutes=6))
    assert clock.breached


@pytest.mark.row("F-03")
def test_a_new_policy_does_not_move_a_running_clock(now: datetime, monkeypatch: pytest.MonkeyPatch) -> None:
    started = start("CN-01", now)
    old = rules.pack_cn()["CN-01"]
    changed = {**rules.pack_cn(), "CN-01": dataclasses.replace(old, amount=3, version="cn-2027-01")}
    monkeypatch.setattr(rules, "pack_cn", lambda: changed)
    [clock] = queries.clocks_of(REF, now=now)
    assert (clock.due_at, clock.version) == (started.due_at, "cn-2026-11")
    moved = actions.rebase_clock(actor=SYSTEM, deadline_id=clock.id, reason="新规定", now=now)
    assert moved.version == "cn-2027-01"
    assert moved.due_at == started.due_at - timedelta(days=12)
    entry = AuditEntry.objects.get(action="sla.rebase_clock")
    assert entry.data["reason"] == "新规定"


def test_a_date_can_be_named_before_there_is_a_case(now: datetime) -> None:
    assert queries.due_if_started("CN-10", anchor=now) == start("CN-10", now).due_at
