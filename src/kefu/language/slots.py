"""What a question names: amounts, times, orders, people, phones and cards.

Everything here is a hint for a search, never a fact: `assistant` looks for what fits in the books and says
what it found. Amounts are minor units, times are intervals in UTC.
"""

from collections.abc import Iterable
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from zoneinfo import ZoneInfo

from kefu.language import parties
from kefu.language.amounts import MOST, Amount, read_amounts
from kefu.language.segment import folded
from kefu.language.times import Moment, read_times

__all__ = ["MOST", "Amount", "Moment", "Slots", "read_slots"]


@dataclass(frozen=True)
class Slots:
    """All that a text names, each in the order of the text; empty tuples where it names none."""

    amounts: tuple[Amount, ...] = ()
    times: tuple[Moment, ...] = ()
    order_numbers: tuple[str, ...] = ()
    names: tuple[str, ...] = ()
    phones: tuple[str, ...] = ()
    """E.164: +8613812345678."""
    phone_tails: tuple[str, ...] = ()
    card_tails: tuple[str, ...] = ()

    def __bool__(self) -> bool:
        return self != Slots()

    def without_numbers(self) -> "Slots":
        """What else was named, once the numbers of orders have been followed."""
        return replace(self, order_numbers=())


def read_slots(text: str, *, now: datetime, tz: str = "Asia/Shanghai") -> Slots:
    """Read a text as said at `now` (aware) by someone whose clock shows the zone `tz`.

    Never raises for any text. "昨天下午那笔一百多的" gives one amount (100.00 to 199.99) and a time, yesterday
    12:00 to 18:00. A number that counts something else (three cards, 95188) is no amount.
    """
    seen = folded(text)
    orders = parties.order_numbers(seen)
    seen = _without(seen, orders)
    phones = parties.phones(seen)
    seen = _without(seen, phones)
    phone_tails, card_tails = parties.tails(seen)
    seen = _without(seen, [*phone_tails, *card_tails])
    moments = read_times(seen, now=now.astimezone(ZoneInfo(tz)))
    rest = _without(seen, [(moment.text, at, to) for moment, at, to in moments])
    return Slots(
        amounts=read_amounts(rest),
        times=tuple(_in_utc(moment) for moment, _, _ in moments),
        order_numbers=_once(orders),
        names=tuple(parties.people(seen)),
        phones=_once(phones),
        phone_tails=_once(phone_tails),
        card_tails=_once(card_tails),
    )


def _without(text: str, found: Iterable[tuple[str, int, int]]) -> str:
    """The text with what was already read blotted out, so that no other reader takes its digits."""
    for _, start, end in found:
        text = text[:start] + "#" * (end - start) + text[end:]
    return text


def _once(found: Iterable[tuple[str, int, int]]) -> tuple[str, ...]:
    return tuple(dict.fromkeys(value for value, _, _ in sorted(found, key=lambda f: f[1])))


def _in_utc(moment: Moment) -> Moment:
    return Moment(moment.start.astimezone(UTC), moment.end.astimezone(UTC), moment.text)
