"""What the market says: the rate that counts now, the one that is doubted, and the days behind."""

from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal

from django.db.models import Q, QuerySet
from django.db.models.functions import TruncDate

from kefu.rails.market import DOUBTED, TAKEN, MarketRate, RateOpinion
from kefu.rails.rates import AHEAD, STALE_AFTER, is_stale
from kefu.rails.rules import BANK_ZONE


@dataclass(frozen=True, kw_only=True)
class RateView:
    """`mid` of our currency for `units` of `currency`. `decided_at`: when somebody's word settled a doubt."""

    id: int
    currency: str
    units: int
    mid: Decimal
    source: str
    as_of: datetime
    received_at: datetime
    verdict: str
    before: Decimal | None
    accepted: bool | None
    decided_at: datetime | None

    @property
    def counts(self) -> bool:
        """Whether it was believed, at once or by somebody's word."""
        return self.verdict == TAKEN or self.accepted is True

    @property
    def is_waiting(self) -> bool:
        return self.verdict == DOUBTED and self.accepted is None


@dataclass(frozen=True, kw_only=True)
class DayRate:
    """The last rate of a bank day."""

    day: date
    mid: Decimal


def _see(row: MarketRate | None) -> RateView | None:
    if row is None:
        return None
    word = getattr(row, "word", None)
    return RateView(
        id=row.pk,
        currency=row.currency,
        units=row.units,
        mid=row.mid,
        source=row.source,
        as_of=row.as_of,
        received_at=row.received_at,
        verdict=row.verdict,
        before=row.before,
        accepted=word.accepted if word else None,
        decided_at=word.at if word else None,
    )


def _of(currency: str) -> QuerySet[MarketRate]:
    return MarketRate.objects.select_related("word").filter(currency=currency).order_by("-as_of")


_BELIEVED = Q(verdict=TAKEN) | Q(word__accepted=True)


def newest(currency: str, *, until: datetime | None = None) -> RateView | None:
    """The last that the source said (`until`: up to then), believed or not."""
    return _see(_until(until, _of(currency)).first())


def in_force(currency: str, *, until: datetime | None = None) -> RateView | None:
    """The last that was believed, however old."""
    return _see(_until(until, _of(currency).filter(_BELIEVED)).first())


def _until(until: datetime | None, rows: QuerySet[MarketRate]) -> QuerySet[MarketRate]:
    return rows if until is None else rows.filter(as_of__lte=until)


def rate_now(currency: str, *, now: datetime) -> RateView | None:
    """The rate that may price something at `now`; None while it is stale, missing, or a newer one is doubted."""
    until = now + AHEAD
    last = newest(currency, until=until)
    if last is None or last.is_waiting:
        return None
    rate = last if last.counts else in_force(currency, until=until)
    return None if rate is None or is_stale(rate.as_of, now=now) else rate


def is_open(row: MarketRate, *, now: datetime) -> bool:
    """Whether there is something to decide: doubted, not stale, and nothing was decided or believed since."""
    if row.verdict != DOUBTED or is_stale(row.as_of, now=now) or hasattr(row, "word"):
        return False
    last = in_force(row.currency)
    return last is None or last.as_of < row.as_of


@dataclass(frozen=True, kw_only=True)
class OpinionView:
    """What one of the staff said of a rate that waits for a second one's word."""

    rate: RateView
    accepted: bool
    words: str
    by_ref: str
    at: datetime


def opinions_waiting(*, now: datetime) -> list[OpinionView]:
    """Opinions on rates that still wait, the newest first: the source may have told more of them since."""
    waiting = RateOpinion.objects.filter(rate__word=None, rate__as_of__gte=now - STALE_AFTER)
    rows = list(waiting.select_related("rate__word").order_by("-at"))
    believed = {code: in_force(code) for code in {row.rate.currency for row in rows}}
    found = []
    for row in rows:
        last, view = believed[row.rate.currency], _see(row.rate)
        if view is not None and (last is None or last.as_of < view.as_of):
            found.append(OpinionView(rate=view, accepted=row.accepted, words=row.words, by_ref=row.by_ref, at=row.at))
    return found


def history(currency: str, *, since: datetime) -> list[DayRate]:
    """The last believed rate of each bank day, the oldest first."""
    rows = _of(currency).filter(_BELIEVED, as_of__gte=since).annotate(day=TruncDate("as_of", tzinfo=BANK_ZONE))
    days = rows.order_by("day", "-as_of").distinct("day").values_list("day", "mid")
    return [DayRate(day=day, mid=mid) for day, mid in days]
