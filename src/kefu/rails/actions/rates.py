"""Market rates come in, are believed or doubted, and a person's word settles the doubt."""

from datetime import datetime

from django.db import connection, transaction

from kefu.core import audit
from kefu.core.actor import Actor
from kefu.core.money import CURRENCIES, HOME
from kefu.core.refusal import NotFound
from kefu.rails.connectors.market import RatesTold, RateTold, rate_source
from kefu.rails.market import DOUBTED, TAKEN, MarketRate, RateWord
from kefu.rails.queries.rates import in_force, newest
from kefu.rails.rates import AHEAD, jumped
from kefu.rails.refusals import RateSettled, RatesUnfit


def fetch_rates(*, now: datetime, at: datetime | None = None) -> int:
    """*Network.* Ask the source, and note what it says (`at`: history being entered); how many rates were new.

    Raises `TemporaryError` or `PermanentError`; refuses `rails.rates.unfit`.
    """
    return note_rates(told=rate_source().fetch_rates(at=at), now=at or now)


def note_rates(*, told: RatesTold, now: datetime) -> int:
    """Write down each rate that is not known yet; how many were.

    Safe to repeat, and in any order: only the newest ever prices anything. One that jumps from the believed one before
    it is doubted: it prices nothing until somebody's word, and while it is the newest nothing else does. Refuses
    `rails.rates.unfit` when they are dated in the future.
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
    doubted = before is not None and jumped(
        one.mid, one.units, before=before.mid, units_before=before.units
    )
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


def decide_rate(*, actor: Actor, rate_id: int, accept: bool, words: str, now: datetime) -> None:
    """A word on a doubted rate that is the newest of its currency. Who may say it the caller has asked.

    Refuses `core.thing.not_found`, `rails.rates.settled` (it was decided, or a newer one has come).
    """
    with transaction.atomic():
        _one_at_a_time()
        row = MarketRate.objects.filter(pk=rate_id).first()
        if row is None:
            raise NotFound()
        last = newest(row.currency)
        if row.verdict != DOUBTED or last is None or last.id != row.pk or last.decided_at:
            raise RateSettled()
        RateWord.objects.create(rate=row, accepted=accept, words=words.strip()[:500], by_ref=actor.ref, at=now)
        data = {"currency": row.currency, "mid": str(row.mid), "before": str(row.before), "accepted": accept}
        audit.record(actor=actor, action="rails.decide_rate", subject=f"rate:{row.pk}", now=now, data=data)
