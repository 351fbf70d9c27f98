"""A town whose bank gives files: what it carried out by itself, changed as a test wants it."""

from dataclasses import replace
from datetime import date, datetime, time, timedelta
from typing import Any

import pytest
from tests.rails import papers
from tests.rails.papers import Entry
from tests.wallet.conftest import biller, committed_town, lender, scripted, town
from tests.wallet.town import Town

from kefu.core.actor import SYSTEM, Actor
from kefu.rails import actions as rails
from kefu.rails.connectors import connector
from kefu.rails.models import Instruction
from kefu.rails.rules import BANK_ZONE
from kefu.settlement import actions, queries
from kefu.settlement.queries import BreakView

__all__ = ["biller", "committed_town", "lender", "scripted", "town"]


class BankDays:
    """The bank's files of the town's days. `changed` replaces, drops (None) or adds entries by bank reference."""

    def __init__(self, town: Town) -> None:
        self.town = town
        town.pump.rooms = ("rails", "wallet", "settlement", "cases")
        self.today: date = town.now.astimezone(BANK_ZONE).date()
        self.closings = {"sandbox": 0, "biller": 0, "lender": 0}

    @property
    def closing(self) -> int:
        """What stands on the safeguarded account by the bank's last statement."""
        return self.closings["sandbox"]

    @closing.setter
    def closing(self, minor: int) -> None:
        self.closings["sandbox"] = minor

    def at(self, days: int, hour: int = 12) -> datetime:
        """A moment of the bank's day `days` after today."""
        return datetime.combine(self.today + timedelta(days=days), time(hour), BANK_ZONE)

    def carried(self, *, days: int = 0, house: str = "sandbox") -> list[Entry]:
        """What the bank (or another house) has done for us on a day, as our own instructions tell."""
        found = []
        ended = Instruction.objects.filter(connector=house, status__in=("SUCCEEDED", "RETURNED"))
        for row in ended.order_by("outcome_at"):
            assert row.outcome_at is not None
            if row.outcome_at.astimezone(BANK_ZONE).date() != self.today + timedelta(days=days):
                continue
            kind, sign = ("debit", 1) if row.direction == "in" else ("payout", -1)
            ref, name = f"SB{row.id.hex[-8:]}", str(row.id)
            found.append(Entry(bank_ref=ref, instruction=name, kind=kind, amount=sign * row.amount, at=row.outcome_at))
            if row.status == "RETURNED":
                found.append(
                    Entry(bank_ref=ref + "R", instruction=name, kind="return", amount=row.amount, at=row.outcome_at)
                )
        return found

    def statement(
        self, entries: list[Entry], *, days: int = 0, final: bool = True, house: str = "sandbox"
    ) -> None:
        day = self.today + timedelta(days=days)
        account, opening = connector(house).account, self.closings[house]
        raw = papers.statement(entries, day=day, opening=opening, final=final, account=account)
        rails.import_statement(actor=SYSTEM, connector_code=house, day=day, raw=raw, now=self.town.now)
        self.closings[house] += sum(entry.amount for entry in entries)

    def file(self, entries: list[Entry], *, days: int = 0, house: str = "sandbox") -> None:
        day = self.today + timedelta(days=days)
        raw = papers.channel_file([one for one in entries if one.kind not in ("credit", "own")], day=day)
        rails.import_channel_file(actor=SYSTEM, connector_code=house, day=day, raw=raw, now=self.town.now)

    def give(
        self, entries: list[Entry], *, days: int = 0, filed: list[Entry] | None = None, house: str = "sandbox"
    ) -> None:
        """Both files of a day, and all that follows from them."""
        self.file(entries if filed is None else filed, days=days, house=house)
        self.statement(entries, days=days, house=house)
        self.town.pump.run()

    def give_all(self, *, days: int = 0) -> None:
        """Both files of a day from each of the three houses: what they carried out."""
        for house in self.closings:
            self.give(self.carried(days=days, house=house), days=days, house=house)

    def open(self) -> list[BreakView]:
        return queries.breaks_for(SYSTEM, now=self.town.now)

    def kinds(self) -> list[tuple[str, str, int]]:
        """Of each open break its kind, and what stands in suspense."""
        return sorted((one.kind, one.suspense, one.suspended) for one in self.open())

    def clear(self, found: BreakView, deed: str, *, maker: Actor, checkers: list[Actor], **wish: Any) -> str:
        made = actions.propose_clearance(
            actor=maker, break_id=found.id, wish=actions.Wish(deed=deed, reason="银行来函", **wish), now=self.town.now
        )
        status = ""
        for checker in checkers:
            status = actions.decide_clearance(
                actor=checker, clearance_id=made, approve=True, words="同意", now=self.town.now
            )
        self.town.pump.run()
        return status


@pytest.fixture
def bank(town: Town) -> BankDays:
    return BankDays(town)


@pytest.fixture
def staff(town: Town) -> dict[str, Actor]:
    """An operator who proposes, and two supervisors who decide."""
    return {
        "maker": town.staff("钱工", "operator"),
        "zhao": town.staff("赵主管", "supervisor"),
        "sun": town.staff("孙主管", "supervisor"),
    }


def changed(entry: Entry, **values: Any) -> Entry:
    return replace(entry, **values)
