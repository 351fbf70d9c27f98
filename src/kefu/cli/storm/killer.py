"""What happens to the installation: `kill -9` in seeded turn, hours that pass, and a bank that lies."""

import random
import time

import httpx
import psycopg

from kefu.cli.storm.people import Storm
from kefu.cli.terminal import CannotRun, say

VICTIMS = ("web", "worker", "relay", "live", "postgres", "bank")
AGAIN_SECONDS = 0.3
BACK_SECONDS = 40.0


class Killer:
    """Kills everybody in turn, in an order drawn anew each round, evenly over the time that there is."""

    def __init__(self, storm: Storm, *, kills: int, seconds: float) -> None:
        self.storm = storm
        self.kills = kills
        self.seconds = seconds
        self.dice = random.Random(f"{storm.seed}:killer")
        self.killed: list[str] = []

    def run(self) -> None:
        """Kill from the calling thread. The next is not killed before the last is back."""
        began = time.monotonic()
        for number, name in enumerate(self._victims()):
            due = began + self.seconds * (number + self.dice.uniform(0.3, 0.9)) / self.kills
            time.sleep(max(0.0, due - time.monotonic()))
            self._kill(name)
            pass_hours(self.storm, share=0.3)
        time.sleep(max(0.0, began + self.seconds - time.monotonic()))

    def _victims(self) -> list[str]:
        order: list[str] = []
        while len(order) < self.kills:
            order += self.dice.sample(VICTIMS, len(VICTIMS))
        return order[: self.kills]

    def _kill(self, name: str) -> None:
        place = self.storm.place
        deadline = time.monotonic() + BACK_SECONDS
        before = place.state()["restarts"][name]
        while not place.kill(name):
            if time.monotonic() > deadline:
                raise CannotRun(f"{name} ended without being killed:\n{place.last_lines()}", status=1)
            time.sleep(AGAIN_SECONDS)
        self.killed.append(name)
        say(f"kill -9 {name} ({len(self.killed)} of {self.kills})")
        while place.state()["restarts"][name] <= before:
            if time.monotonic() > deadline:
                raise CannotRun(f"{name} did not come back:\n{place.last_lines()}", status=1)
            time.sleep(AGAIN_SECONDS)


def pass_hours(storm: Storm, *, share: float) -> None:
    """Some delayed transfers become due, as if two hours had gone by."""
    statement = "UPDATE wallet_order SET release_at = now() WHERE status = 'HELD' AND random() < %s"
    try:
        with psycopg.connect(storm.place.owner_dsn, autocommit=True, connect_timeout=3) as connection:
            connection.execute(statement, [share])
    except psycopg.Error:
        # The database is just being killed; the next time will do.
        return


def set_mood(storm: Storm, scenario: str | None) -> None:
    """Give the bank and the lender a mood, as soon as they are there to hear it."""
    for _ in range(100):
        try:
            storm.place.mood(scenario, seed=storm.seed)
            storm.place.mood(scenario, seed=storm.seed, house="lender")
        except httpx.HTTPError:
            time.sleep(AGAIN_SECONDS)
        else:
            return
    raise CannotRun("the bank hears nothing", status=1)

