"""When something is due: every row of the policy, and every turn of the calendar that has fooled somebody."""

import dataclasses
from datetime import UTC, date, datetime, time, timedelta
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest

from kefu.sla.rules import (
    UNITS,
    Calendar,
    ClockRow,
    PackError,
    calendar_cn,
    due_at,
    make_calendar,
    pack_cn,
    read_pack,
)

CN = ZoneInfo("Asia/Shanghai")
LONDON = make_calendar(zone="Europe/London", country="GB", subdivision="ENG")
NEW_YORK = make_calendar(zone="America/New_York", country="US")


def row(amount: int, unit: str, *, cutoff: str = "", open: str = "", close: str = "") -> ClockRow:
    def at(text: str) -> time | None:
        return None if not text else time.max if text == "24:00" else time.fromisoformat(text)

    return ClockRow(
        id="T", event_zh="", event_en="", amount=amount, unit=unit, source="", version="t", on_due="",
        on_breach="", cutoff=at(cutoff), open=at(open), close=at(close),
    )  # fmt: skip


def local(text: str, zone: ZoneInfo = CN) -> datetime:
    return datetime.fromisoformat(text).replace(tzinfo=zone)


def shown(moment: datetime, zone: ZoneInfo = CN) -> str:
    assert moment.tzinfo == UTC
    return f"{moment.astimezone(zone):%Y-%m-%d %H:%M:%S}"


# 2026: 元旦 1–3 Jan (worked: Sun 4 Jan), 春节 15–23 Feb (worked: Sat 14 and Sat 28 Feb), 清明 4–6 Apr,
# 劳动节 1–5 May (worked: Sat 9 May), 国庆 1–7 Oct (worked: Sun 20 Sep, Sat 10 Oct).
BUSINESS = [
    ("plain week", "2026-11-16 10:00", 1, "", "2026-11-17"),
    ("three days", "2026-11-16 10:00", 3, "", "2026-11-19"),
    ("over a weekend", "2026-11-20 10:00", 1, "", "2026-11-23"),
    ("received on Saturday: counts from Monday", "2026-11-21 10:00", 1, "", "2026-11-24"),
    ("received on Sunday 23:59", "2026-11-22 23:59", 1, "", "2026-11-24"),
    ("23:59 without a cut-off is still that day", "2026-11-16 23:59", 1, "", "2026-11-17"),
    ("23:59 after the cut-off is the next day", "2026-11-16 23:59", 1, "18:00", "2026-11-18"),
    ("exactly at the cut-off is in time", "2026-11-16 18:00", 1, "18:00", "2026-11-17"),
    ("a second after the cut-off", "2026-11-16 18:00:01", 1, "18:00", "2026-11-18"),
    ("Friday after the cut-off counts from Monday", "2026-11-20 19:00", 1, "18:00", "2026-11-24"),
    ("00:00 of a working day", "2026-11-16 00:00", 1, "18:00", "2026-11-17"),
    ("调休: a worked Saturday is a business day", "2026-02-13 10:00", 1, "", "2026-02-14"),
    ("received on a worked Saturday", "2026-02-14 10:00", 1, "", "2026-02-24"),
    ("worked Saturday after the cut-off", "2026-02-14 19:00", 1, "18:00", "2026-02-25"),
    ("received in Spring Festival", "2026-02-17 10:00", 3, "", "2026-02-27"),
    ("over a worked Saturday after the festival", "2026-02-26 10:00", 2, "", "2026-02-28"),
    ("National Day, then a worked Saturday", "2026-09-30 10:00", 3, "", "2026-10-10"),
    ("worked Sunday in September", "2026-09-18 10:00", 1, "", "2026-09-20"),
    ("New Year and its worked Sunday", "2025-12-31 10:00", 1, "", "2026-01-04"),
    ("a year that no notice covers yet: plain weekends", "2027-11-19 10:00", 1, "", "2027-11-22"),
]


@pytest.mark.row("C-17")
@pytest.mark.parametrize(("why", "anchor", "amount", "cutoff", "due"), BUSINESS, ids=[b[0] for b in BUSINESS])
def test_business_days(why: str, anchor: str, amount: int, cutoff: str, due: str) -> None:
    found = due_at(row=row(amount, "bd", cutoff=cutoff), anchor=local(anchor), calendar=calendar_cn())
    assert shown(found) == f"{due} 23:59:59"


OTHERS = [
    ("calendar days skip nothing", "cd", 15, "2026-02-10 10:00", "2026-02-25 23:59:59"),
    ("calendar days ignore that it is late", "cd", 15, "2026-11-20 23:59", "2026-12-05 23:59:59"),
    ("one second later is another day", "cd", 15, "2026-11-21 00:00", "2026-12-06 23:59:59"),
    ("over the leap day", "cd", 1, "2028-02-28 10:00", "2028-02-29 23:59:59"),
    ("no leap day", "cd", 1, "2026-02-28 10:00", "2026-03-01 23:59:59"),
    ("over the year", "cd", 30, "2026-12-20 10:00", "2027-01-19 23:59:59"),
    ("month: same day number", "mo", 1, "2026-11-20 10:00", "2026-12-20 23:59:59"),
    ("month end: last day", "mo", 1, "2026-01-31 10:00", "2026-02-28 23:59:59"),
    ("month end in a leap year", "mo", 1, "2028-01-31 10:00", "2028-02-29 23:59:59"),
    ("from the leap day a year on", "mo", 12, "2028-02-29 10:00", "2029-02-28 23:59:59"),
    ("thirteen months", "mo", 13, "2026-12-31 10:00", "2028-01-31 23:59:59"),
    ("month end: 30 to 31", "mo", 1, "2026-11-30 10:00", "2026-12-30 23:59:59"),
    ("hours run through the night", "h", 48, "2026-02-14 23:59", "2026-02-16 23:59:00"),
    ("minutes run over midnight", "min", 5, "2026-11-20 23:58:30", "2026-11-21 00:03:30"),
]


@pytest.mark.parametrize(("why", "unit", "amount", "anchor", "due"), OTHERS, ids=[o[0] for o in OTHERS])
def test_days_months_hours(why: str, unit: str, amount: int, anchor: str, due: str) -> None:
    assert shown(due_at(row=row(amount, unit), anchor=local(anchor), calendar=calendar_cn())) == due


SERVICE = [
    ("within the day", 120, "08:00", "22:00", "2026-11-20 14:00", "2026-11-20 16:00:00"),
    ("ends exactly at closing", 120, "08:00", "22:00", "2026-11-20 20:00", "2026-11-20 22:00:00"),
    ("goes on next morning", 120, "08:00", "22:00", "2026-11-20 21:30", "2026-11-21 09:30:00"),
    ("received at night", 120, "08:00", "22:00", "2026-11-20 23:59", "2026-11-21 10:00:00"),
    ("received before opening", 120, "08:00", "22:00", "2026-11-20 05:00", "2026-11-20 10:00:00"),
    ("open till midnight", 15, "08:00", "24:00", "2026-11-20 23:59", "2026-11-21 08:14:00"),
    ("over several days", 3000, "09:00", "21:00", "2026-11-20 09:00", "2026-11-24 11:00:00"),
    ("days off are served, too", 240, "09:00", "21:00", "2026-02-17 20:00", "2026-02-18 12:00:00"),
]


@pytest.mark.parametrize(
    ("why", "minutes", "open", "close", "anchor", "due"), SERVICE, ids=[s[0] for s in SERVICE]
)
def test_minutes_of_service(why: str, minutes: int, open: str, close: str, anchor: str, due: str) -> None:
    clock = row(minutes, "sm", open=open, close=close)
    assert shown(due_at(row=clock, anchor=local(anchor), calendar=calendar_cn())) == due


CHANGED_CLOCKS = [
    ("London, a day of 23 hours", LONDON, "cd", 1, "2026-03-28 12:00", "2026-03-29 23:59:59"),
    ("London, a day of 25 hours", LONDON, "cd", 1, "2026-10-24 12:00", "2026-10-25 23:59:59"),
    ("London, 24 hours in spring", LONDON, "h", 24, "2026-03-28 12:00", "2026-03-29 13:00:00"),
    ("London, 24 hours in autumn", LONDON, "h", 24, "2026-10-24 12:00", "2026-10-25 11:00:00"),
    ("London, over Easter", LONDON, "bd", 1, "2026-04-02 10:00", "2026-04-07 23:59:59"),
    ("New York, over Thanksgiving", NEW_YORK, "bd", 10, "2026-11-20 10:00", "2026-12-07 23:59:59"),
]  # fmt: skip


@pytest.mark.parametrize(
    ("why", "calendar", "unit", "amount", "anchor", "due"), CHANGED_CLOCKS, ids=[c[0] for c in CHANGED_CLOCKS]
)
def test_zones_that_change_their_clocks(
    why: str, calendar: Calendar, unit: str, amount: int, anchor: str, due: str
) -> None:
    moment = local(anchor, calendar.zone)
    assert shown(due_at(row=row(amount, unit), anchor=moment, calendar=calendar), calendar.zone) == due


def test_minutes_of_service_over_a_changed_clock() -> None:
    clock = row(180, "sm", open="00:30", close="04:00")
    spring = due_at(row=clock, anchor=local("2026-03-29 00:30", LONDON.zone), calendar=LONDON)
    autumn = due_at(row=clock, anchor=local("2026-10-25 00:30", LONDON.zone), calendar=LONDON)
    assert shown(spring, LONDON.zone) == "2026-03-30 01:00:00"
    assert shown(autumn, LONDON.zone) == "2026-10-25 02:30:00"


def test_the_anchor_may_be_in_any_zone() -> None:
    here = local("2026-11-20 23:30")
    for zone in (UTC, ZoneInfo("America/New_York")):
        assert due_at(row=row(1, "cd"), anchor=here.astimezone(zone), calendar=calendar_cn()) == due_at(
            row=row(1, "cd"), anchor=here, calendar=calendar_cn()
        )


def test_named_days_overrule_the_library() -> None:
    saturday, monday = date(2026, 11, 21), date(2026, 11, 23)
    own = make_calendar(
        zone="Asia/Shanghai", country="CN", working=frozenset({saturday}), closed=frozenset({monday})
    )
    assert own.is_working(saturday)
    assert not own.is_working(monday)
    friday = local("2026-11-20 10:00")
    assert shown(due_at(row=row(1, "bd"), anchor=friday, calendar=own)) == "2026-11-21 23:59:59"
    assert shown(due_at(row=row(2, "bd"), anchor=friday, calendar=own)) == "2026-11-24 23:59:59"


DUE = {
    "CN-01": "2026-12-05 23:59:59",
    "CN-02": "2026-12-20 23:59:59",
    "CN-03": "2027-01-19 23:59:59",
    "CN-04": "2026-12-20 23:59:59",
    "CN-04A": "2026-12-20 23:59:59",
    "CN-05": "2026-12-05 23:59:59",
    "CN-06": "2026-12-01 23:59:59",
    "CN-06E": "2026-11-23 23:59:59",
    "CN-07A": "2026-11-20 16:03:00",
    "CN-07B": "2026-11-21 23:59:59",
    "CN-08": "2026-11-22 14:03:00",
    "CN-09A": "2026-11-20 14:08:00",
    "CN-09B": "2026-11-20 14:33:00",
    "CN-10": "2026-11-25 23:59:59",
    "P0-FIRST": "2026-11-20 14:05:00",
    "P0-UPDATE": "2026-11-20 14:33:00",
    "P0-GOAL": "2026-11-20 14:08:00",
    "P1-FIRST": "2026-11-20 14:18:00",
    "P1-UPDATE": "2026-11-20 18:03:00",
    "P1-GOAL": "2026-11-25 23:59:59",
    "P2-FIRST": "2026-11-20 16:03:00",
    "P2-UPDATE": "2026-11-23 23:59:59",
    "P2-GOAL": "2026-11-27 23:59:59",
    "P3-FIRST": "2026-11-20 18:03:00",
    "P3-UPDATE": "2026-11-24 23:59:59",
    "P3-GOAL": "2026-11-25 23:59:59",
    "REFUND-ANSWER": "2026-11-22 14:03:00",
    "RECALL-ANSWER": "2026-12-11 23:59:59",
    "PROV-DECIDE": "2027-01-04 23:59:59",
    "PROV-NOTICE": "2026-11-27 23:59:59",
    "DEBT-NOTICE": "2026-12-04 23:59:59",
}


def test_every_shipped_row_has_its_due_time(now: datetime) -> None:
    found = {id: shown(due_at(row=r, anchor=now, calendar=calendar_cn())) for id, r in pack_cn().items()}
    assert found == DUE


def test_shipped_rows_are_whole() -> None:
    for clock in pack_cn().values():
        assert clock.unit in UNITS
        assert clock.event_zh
        assert clock.event_en
        assert clock.source
        assert clock.version == "cn-2026-11"
        assert clock.internal or not clock.pausable, f"{clock.id}: a clock of law does not pause"


@pytest.mark.parametrize(
    ("broken", "complaint"),
    [
        ('unit = "weeks"', "unit is one of"),
        ('unit = "sm"', "open and close"),
        ('unit = "cd"\nwhat = 1', "what"),
        ('unit = "cd"\namount = 0', "amount"),
    ],
)
def test_a_broken_pack_is_named(tmp_path: Path, broken: str, complaint: str) -> None:
    amount = "" if "amount" in broken else "amount = 1\n"
    blank = "".join(f'{name} = ""\n' for name in ("event_zh", "event_en", "source", "on_due", "on_breach"))
    text = f'version = "x"\n[[row]]\nid = "A"\n{blank}{amount}{broken}\n'
    (tmp_path / "p.toml").write_text(text, "utf-8")
    with pytest.raises(PackError, match=complaint):
        read_pack(tmp_path / "p.toml")


def test_due_never_comes_before_receipt_and_never_sooner_for_later_receipt() -> None:
    start = local("2026-01-01 00:00")
    moments = [start + timedelta(hours=7 * i) for i in range(1300)]
    for amount, unit, more in (
        (1, "bd", {"cutoff": "18:00"}),
        (15, "cd", {}),
        (1, "mo", {}),
        (120, "sm", {"open": "08:00", "close": "22:00"}),
    ):
        clock = dataclasses.replace(row(amount, unit, **more))
        dues = [due_at(row=clock, anchor=moment, calendar=calendar_cn()) for moment in moments]
        assert all(due > moment for due, moment in zip(dues, moments, strict=True)), unit
        assert dues == sorted(dues), unit
