"""Rates that jumped: two people's word, in time, and neither of them alone."""

import pytest
from django.db import transaction
from django.db.utils import ProgrammingError
from tests.wallet.market import hear_rates, tell_rates
from tests.wallet.test_exchange import decide, quote, refusal
from tests.wallet.town import Town

from kefu.core.actor import Actor
from kefu.core.models import AuditEntry
from kefu.core.money import Money
from kefu.rails.models import RateOpinion
from kefu.rails.queries import rates
from kefu.wallet.queries.exchange import rate_opinions_for

pytestmark = [pytest.mark.row("W-18")]


@pytest.fixture
def lin(town: Town) -> Actor:
    tell_rates(town.now)
    return town.customer("林晓", 10_000_00)


@pytest.mark.row("S-10")
def test_one_person_alone_moves_no_rate(town: Town, lin: Actor) -> None:
    lead, boss = town.staff("吴", "supervisor"), town.staff("赵", "supervisor")
    operator = town.staff("甲", "operator", lead)
    town.wait(seconds=30)
    tell_rates(town.now, USD="7.2500")
    doubted = rates.newest("USD")
    assert not decide(town, operator, doubted, accept=True)
    # Neither alone, nor with who leads them, nor with who says the contrary.
    assert refusal(decide, town, operator, doubted, accept=True) == "rails.rates.said"
    assert not decide(town, lead, doubted, accept=True)
    assert not decide(town, boss, doubted, accept=False)
    assert refusal(quote, town, lin, Money(100_00), "USD") == "wallet.exchange.rate_stale"
    assert refusal(decide, town, lin, doubted, accept=True) == "core.thing.not_found"
    seen = {one.by: (one.accepted, one.may_answer) for one in rate_opinions_for(operator, now=town.now)}
    assert seen == {"甲": (True, False), "吴": (True, False), "赵": (False, False)}
    with pytest.raises(ProgrammingError), transaction.atomic():
        RateOpinion.objects.update(by_ref=boss.ref)
    assert decide(town, town.staff("孙", "supervisor"), doubted, accept=True)
    assert AuditEntry.objects.filter(action="rails.decide_rate").latest("id").data["with"] == [operator.ref, lead.ref]
    assert quote(town, lin, Money(100_00), "USD").exchange is not None
    assert rate_opinions_for(operator, now=town.now) == []


def test_a_second_persons_word_comes_in_time_though_the_market_speaks_on(town: Town, lin: Actor) -> None:
    operator, boss = town.staff("甲", "operator"), town.staff("赵", "supervisor")
    town.wait(seconds=20)
    tell_rates(town.now, USD="7.2500")
    doubted = rates.newest("USD")
    assert not decide(town, operator, doubted, accept=True)
    town.wait(seconds=20)
    tell_rates(town.now, USD="7.2510")
    [seen] = rate_opinions_for(boss, now=town.now)
    assert (seen.rate.id, seen.by, seen.may_answer) == (doubted.id, "甲", True)
    assert decide(town, boss, doubted, accept=True)
    # The one told since still waits; the next is near what was believed.
    assert refusal(quote, town, lin, Money(100_00), "USD") == "wallet.exchange.rate_stale"
    town.wait(seconds=20)
    tell_rates(town.now, USD="7.2520")
    assert quote(town, lin, Money(100_00), "USD").exchange is not None
    town.wait(seconds=20)
    tell_rates(town.now, USD="7.5000")
    late = rates.newest("USD")
    assert not decide(town, operator, late, accept=True)
    town.wait(minutes=11)
    assert rate_opinions_for(boss, now=town.now) == []
    assert refusal(decide, town, boss, late, accept=True) == "rails.rates.settled"


def test_the_first_word_of_a_market_prices_nothing_however_often_it_is_said(town: Town) -> None:
    """Found by random lives: a first rate that was a lie was believed unseen, and a later lie near it priced."""
    lin = town.customer("林晓", 10_000_00)
    operator, boss = town.staff("甲", "operator"), town.staff("赵", "supervisor")
    for mid in ("7.5000", "7.1000", "7.1010", "7.5100"):
        town.wait(seconds=20)
        hear_rates(town.now, USD=mid)
        assert rates.newest("USD").is_waiting
        assert refusal(quote, town, lin, Money(100_00), "USD") == "wallet.exchange.rate_stale"
    # A lie is set aside, and what comes after it is a first word still.
    lie = rates.newest("USD")
    assert not decide(town, operator, lie, accept=False)
    assert decide(town, boss, lie, accept=False)
    assert refusal(quote, town, lin, Money(100_00), "USD") == "wallet.exchange.rate_stale"
    town.wait(seconds=20)
    hear_rates(town.now, USD="7.1020")
    true = rates.newest("USD")
    assert not decide(town, operator, true, accept=True)
    assert refusal(quote, town, lin, Money(100_00), "USD") == "wallet.exchange.rate_stale"
    assert decide(town, boss, true, accept=True)
    assert str(quote(town, lin, Money(100_00), "USD").exchange.mid) == "7.102000"
    town.wait(seconds=20)
    hear_rates(town.now, USD="7.1030")
    assert str(quote(town, lin, Money(100_00), "USD").exchange.mid) == "7.103000"
