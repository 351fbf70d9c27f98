"""What the clients wanted and what they were told; the only memory that survives every kill."""

import threading
from collections import Counter
from dataclasses import dataclass, field

TOPUP, TRANSFER, WITHDRAWAL, GOODWILL = "topup", "transfer", "withdrawal", "goodwill"
PAYMENT, REFUND, REPAYMENT = "payment", "refund", "repayment"


@dataclass
class Words:
    """One message, recognisable by its token. `told` once the server has acknowledged it."""

    token: str
    author: str
    message_id: str
    told: bool = False


@dataclass
class Wish:
    """One intent to move money, under one key and an amount that no other wish of its kind has.

    `order` and `told` once the server has shown the order (for goodwill: once it said that it is posted).
    """

    kind: str
    who: str
    amount: int
    key: str
    mode: str = "now"
    order: str = ""
    told: bool = False
    told_cancelled: bool = False
    told_refused: str = ""


@dataclass
class Journal:
    """Shared by all clients; every method may be called from any thread."""

    words: list[Words] = field(default_factory=list)
    wishes: list[Wish] = field(default_factory=list)
    counts: Counter[str] = field(default_factory=Counter)
    complaints: list[str] = field(default_factory=list)
    _lock: threading.Lock = field(default_factory=threading.Lock)

    def say(self, words: Words) -> Words:
        """Remember a message before it is sent."""
        with self._lock:
            self.words.append(words)
        return words

    def wish(self, wish: Wish) -> Wish:
        """Remember a wish before it is sent."""
        with self._lock:
            self.wishes.append(wish)
        return wish

    def count(self, what: str) -> None:
        with self._lock:
            self.counts[what] += 1

    def complain(self, line: str) -> None:
        """A client saw what must never be seen, storm or not."""
        with self._lock:
            self.complaints.append(line)

    def of(self, kind: str) -> list[Wish]:
        """A copy of the wishes of one kind."""
        with self._lock:
            return [wish for wish in self.wishes if wish.kind == kind]
