"""Market rates come in, are believed or doubted, and two people's word settles the doubt."""

from collections.abc import Callable
from datetime import datetime

from django.db import connection, transaction

from kefu.core import audit
from kefu.core.actor import Actor
from kefu.core.money import CURRENCIES, HOME
from kefu.core.refusal import NotFound
from kefu.rails.connectors.market import RatesTold, RateTold, rate_source
from kefu.rails.market import DOUBTED, TAKEN, MarketRate, RateOpinion, RateWord
from kefu.rails.queries.rates import in_force, is_open
from kefu.rails.rates import AHEAD, jumped
from kefu.rails.refusals import RateSaid, RateSettled, RatesUnfit


def fetch_rates(*, now: datetime, at: datetime | None = None) -> int:
    """*Network.* Ask the source, and note what it says (`at`: history being entered); how many rates were new.

    Raises `TemporaryError` or `PermanentError`; refuses `rails.rates.unfit`.
    """
    return note_rates(told=rate_source().fetch_rates(at=at), now=at or now)


def note_rates(*, told: RatesTold, now: datetime) -> int:
    """Write down each rate that is not known yet; how many were.

    Safe to repeat, and in any order: only the newest ever prices anything. One that jumps from the believed one before
    it is doubted, and so is the first of a currency, which nothing speaks for: it prices nothing until two people's
    word, and while it is the newest nothing else does. Refuses `rails.rates.unfit` when they are dated in the future.
    """
    if told.as_of > now + AHEAD:
        raise RatesUnfit(as_of=told.as_of)
    with transaction.atomic():
        _one_at_a_time()
        made = [_made(told, one, now=now) for one in told.rates if one.currency in CURRENCIES and one.currency != HOME]
        return len(MarketRate.objects.bulk_create([row for row in made if row is not None]))


def _one_at_a_time() -> None:
    """Rates are judged by the one before, and words are said on the newest: nobody may slip in between."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_advisory_xact_lock(hashtextextended('rails:rates', 0))")


def _made(told: RatesTold, one: RateTold, *, now: datetime) -> MarketRate | None:
    if MarketRate.objects.filter(currency=one.currency, as_of=told.as_of).exists():
        return None
    before = in_force(one.currency, until=told.as_of)
    doubted = before is None or jumped(one.mid, one.units, before=before.mid, units_before=before.units)
    return MarketRate(
        currency=one.currency,
        units=one.units,
        mid=one.mid,
        source=told.source,
        as_of=told.as_of,
        received_at=now,
        verdict=DOUBTED if doubted else TAKEN,
        before=before.mid if before else None,
    )


def decide_rate(
    *, actor: Actor, rate_id: int, accept: bool, words: str, another: Callable[[str], bool], now: datetime
) -> bool:
    """One person's opinion on a doubted rate; whether it is decided now, because somebody else said the same before.

    Both ways are worth money to who knows of them, so neither is one person's. Who may say it the caller has asked;
    `another(ref)`: whether the person of that ref may stand beside this one. Refuses `core.thing.not_found`,
    `rails.rates.settled` (decided, stale, or a believed rate has come since), `rails.rates.said`.
    """
    with transaction.atomic():
        _one_at_a_time()
        row = MarketRate.objects.filter(pk=rate_id).first()
        if row is None:
            raise NotFound()
        if not is_open(row, now=now):
            raise RateSettled()
        if row.opinions.filter(by_ref=actor.ref).exists():
            raise RateSaid()
        said = words.strip()[:500]
        agreed = [one for one in row.opinions.filter(accepted=accept) if another(one.by_ref)]
        RateOpinion.objects.create(rate=row, accepted=accept, words=said, by_ref=actor.ref, at=now)
        data = {"currency": row.currency, "mid": str(row.mid), "before": str(row.before), "accepted": accept}
        if agreed:
            RateWord.objects.create(rate=row, accepted=accept, words=said, by_ref=actor.ref, at=now)
            data["with"] = [one.by_ref for one in agreed]
        action = "rails.decide_rate" if agreed else "rails.judge_rate"
        audit.record(actor=actor, action=action, subject=f"rate:{row.pk}", now=now, data=data)
    return bool(agreed)
