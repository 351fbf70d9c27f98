"""One storm from its first customer to the verdict."""

import json
import time
from dataclasses import dataclass, field
from typing import Any

from kefu.cli.storm.customers import Customer
from kefu.cli.storm.journal import Journal
from kefu.cli.storm.killer import Killer, pass_hours, set_mood
from kefu.cli.storm.people import Client, Storm
from kefu.cli.storm.shop import Seller
from kefu.cli.storm.staff import Agent, Supervisor
from kefu.cli.storm.verdict import Verdict, acknowledged, judge, stuck
from kefu.cli.terminal import CannotRun, say
from kefu.cli.throwaway import Installation, installation, within

QUIET_SECONDS = 60.0
FIRST_SECONDS = 60.0
_UNREAD = (
    "SELECT (SELECT count(*) FROM core_outboxevent WHERE position IS NULL) + (SELECT count(*) FROM procrastinate_jobs"
    " WHERE status IN ('todo', 'doing') AND task_name IN ('wallet.clear_orders', 'wallet.follow_instruction'))"
)
# Asked again soon, and for a long time: a storm is short, and the morning after is too late for it.
LADDER = ",".join(["1", "2", "3", "3", *["5"] * 60])


@dataclass(frozen=True)
class Weather:
    """How long, how many, how much."""

    seed: int
    seconds: float
    kills: int
    customers: int = 5


@dataclass
class Outcome:
    """Everything that the storm showed."""

    weather: Weather
    journal: Journal
    verdict: Verdict
    kills: list[str]
    stuck: list[str]
    checks: list[str]
    seconds: float
    quiet_seconds: float
    unhealthy: list[str] = field(default_factory=list)

    @property
    def violations(self) -> list[str]:
        """Every line that must not be; none when all holds."""
        held_up = [f"stuck: {line}" for line in self.stuck]
        return self.verdict.lines() + held_up + self.checks + self.journal.complaints

    def fields(self) -> dict[str, Any]:
        """The fields of `./kefu faults --json`."""
        messages, money = acknowledged(self.journal)
        return {
            "seed": self.weather.seed,
            "operations": self.journal.counts["operations"],
            "kills": len(self.kills),
            "messages_acknowledged": messages,
            "messages_lost": len(self.verdict.messages_lost),
            "messages_doubled": len(self.verdict.messages_doubled),
            "messages_disordered": len(self.verdict.messages_disordered),
            "money_acknowledged": money,
            "money_lost": len(self.verdict.money_lost),
            "money_doubled": len(self.verdict.money_doubled),
            "imbalance": self.verdict.imbalance,
            "stuck": len(self.stuck),
            "requests_unanswered": self.journal.counts["unanswered"],
            "requests_answered": self.journal.counts["answered"],
            "violations": self.violations,
            "quiet_seconds": round(self.quiet_seconds, 1),
            "seconds": round(self.seconds, 1),
        }


def blow(weather: Weather) -> Outcome:
    """Run it on a throw-away installation. Call from the main thread."""
    began = time.monotonic()
    with installation(environment={"KEFU_RAILS_LADDER": LADDER}) as place:
        say(f"storm {weather.seed} on {place.url} after {time.monotonic() - began:.0f} s")
        storm = Storm(place, Journal(), weather.seed)
        place.run("kefu.cli.storm.shop")
        set_mood(storm, "storm")
        clients: list[Client] = [Customer(storm, n) for n in range(weather.customers)]
        clients += [Agent(storm, "1024"), Agent(storm, "1031"), Supervisor(storm, "2001"), Seller(storm, "seller")]
        for client in clients:
            client.thread.start()
        # Whoever has come in moves money while the others still sign up among the kills.
        within(FIRST_SECONDS, lambda: any(name.startswith("customer") for name in storm.at_work))
        killer = Killer(storm, kills=weather.kills, seconds=weather.seconds)
        killer.run()
        quiet_from = time.monotonic()
        left = _quiet(storm, clients)
        quiet = time.monotonic() - quiet_from
        verdict, checks = judge(storm), _checks(place)
        seconds = time.monotonic() - began
        return Outcome(weather, storm.journal, verdict, killer.killed, left, checks, seconds, quiet)


def _quiet(storm: Storm, clients: list[Client]) -> list[str]:
    """No more kills, a truthful bank, nothing new begun; returns what is stuck after at most 60 s of it."""
    set_mood(storm, None)
    storm.place.wait_healthy(seconds=40)
    say("quiet: the bank tells the truth, everything is up")
    deadline = time.monotonic() + QUIET_SECONDS
    storm.ending.set()
    for client in clients:
        client.thread.join(max(0.0, deadline - time.monotonic()))
    storm.over.set()
    busy = [f"client {client.name}" for client in clients if client.thread.is_alive()]
    left = _wait_settled(storm, busy, deadline)
    if not left:
        storm.place.run("kefu.cli.storm.morning")
        within(20, lambda: storm.place.query(_UNREAD) == [(0,)])
        left = _wait_settled(storm, busy, deadline)
    return left


def _wait_settled(storm: Storm, busy: list[str], deadline: float) -> list[str]:
    """What is still not at its end when the time is over."""
    while True:
        pass_hours(storm, share=1.0)
        left = stuck(storm) + busy
        if not left or time.monotonic() > deadline:
            return left
        time.sleep(0.5)


def _checks(place: Installation) -> list[str]:
    """What `./kefu check books` and `check audit` find."""
    found = []
    for part in ("books", "audit"):
        try:
            place.command("check", part, "--json")
        except CannotRun as refused:
            found.append(f"check {part}: {refused}")
    return found


def told(outcome: Outcome) -> str:
    """The outcome for a person."""
    fields = outcome.fields()
    violations = fields.pop("violations")
    return "\n".join([*(f"  {v}" for v in violations), json.dumps(fields, ensure_ascii=False)])
