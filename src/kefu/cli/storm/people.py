"""What every client of the storm shares: a name, a browser, its own dice, and the rules of its work."""

import random
import re
import threading
import time
from dataclasses import dataclass, field
from itertools import count

from kefu.cli.storm.browser import Answer, Browser, NothingKnownError, StormOverError
from kefu.cli.storm.journal import Journal
from kefu.cli.throwaway import Installation

UUID_FORM = r"[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}"
ORDER_AT = re.compile(rf"^/orders/({UUID_FORM})/$")
LETTERS = "bcdfghjkmnpqrtvwxz"


@dataclass
class Storm:
    """What all share. `ending`: begin nothing new; `over`: give up what is unfinished. `offers`: links of sales that
    wait to be paid, each with its amount. `at_work`: who has come in.
    """

    place: Installation
    journal: Journal
    seed: int
    ending: threading.Event = field(default_factory=threading.Event)
    over: threading.Event = field(default_factory=threading.Event)
    phones: list[str] = field(default_factory=list)
    agents: list[threading.Thread] = field(default_factory=list)
    offers: list[tuple[str, int]] = field(default_factory=list)
    at_work: list[str] = field(default_factory=list)
    _numbers: "count[int]" = field(default_factory=count)

    def number(self) -> int:
        """Another one each time, so that every amount and every token is unlike all others."""
        return next(self._numbers)

    def token(self) -> str:
        """Letters only: digits might be taken for a secret and masked."""
        number, letters = self.number() + 1, ""
        while number:
            number, rest = divmod(number, len(LETTERS))
            letters = LETTERS[rest] + letters
        return f"〔{letters.rjust(4, 'b')}〕"


class Client:
    """One person at work, in a thread of its own."""

    def __init__(self, storm: Storm, name: str) -> None:
        self.storm = storm
        self.name = name
        self.journal = storm.journal
        self.dice = random.Random(f"{storm.seed}:{name}")
        self.browser = Browser(storm.place.url, over=storm.over, count=storm.journal.count)
        self.thread = threading.Thread(target=self._live, name=name, daemon=True)

    def _live(self) -> None:
        try:
            self.begin()
            self.storm.at_work.append(self.name)
            while not self.storm.ending.is_set():
                self.act()
                self.journal.count("operations")
                time.sleep(self.dice.uniform(0.05, 0.5))
            self.finish()
        except StormOverError as unfinished:
            self.journal.complain(f"{self.name} was still trying when the storm was over: {unfinished}")
        except Exception as bug:
            self.journal.complain(f"{self.name} broke: {bug!r}")
            raise

    def begin(self) -> None:
        """Come in."""

    def act(self) -> None:
        """One thing that this person does."""

    def finish(self) -> None:
        """What is done before going home, when no more is begun."""

    def get(self, path: str) -> Answer:
        """A page, however long it takes."""
        return self.browser.patiently(lambda: self.browser.get(path))

    def post(self, path: str, fields: dict[str, str]) -> Answer:
        """A form, the same again until there is an answer."""
        return self.browser.patiently(lambda: self.browser.post(path, fields))

    def once(self, path: str, fields: dict[str, str]) -> Answer | None:
        """A form, tried once; None when no usable answer came."""
        try:
            return self.browser.post(path, fields)
        except NothingKnownError:
            return None

    def pause(self, seconds: float) -> None:
        """Wait, but not beyond the end of the storm."""
        self.storm.over.wait(seconds)
        if self.storm.over.is_set():
            raise StormOverError(f"{self.name} was waiting")
