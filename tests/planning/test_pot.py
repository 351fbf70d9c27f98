"""Savings pots: one's own money in an account of its own, in and out at once, safeguarded all the while."""

from datetime import timedelta
from uuid import uuid4

import pytest
from tests.wallet.test_race import at_once, unexpected

from kefu.core.actor import SYSTEM
from kefu.core.keyed import KeyReused
from kefu.core.money import AmountNotPositive, Money
from kefu.core.refusal import NotFound
from kefu.ledger import queries as books
from kefu.planning import actions, queries
from kefu.planning.refusals import NameUnfit, PotNameTaken, PotNotEmpty, PotsTooMany, TargetUnfit
from kefu.wallet import actions as wallet
from kefu.wallet import queries as money
from kefu.wallet.refusals import AccountRestricted, InsufficientFunds, OutflowsStopped, PotShort


def pot_of(town, who, name="旅行"):
    found = [one for one in queries.pots_for(who) if one.name == name]
    return found[0] if found else actions.open_pot(actor=who, name=name, now=town.now)


def put(town, who, amount, *, name="旅行", back=False, key=None):
    pot = pot_of(town, who, name)
    return actions.move_pot(
        actor=who, key=key or uuid4(), pot_id=pot.id, amount=Money(amount), from_pot=back, now=town.now
    )


def holds(town, who, name="旅行") -> int:
    return pot_of(town, who, name).balance.minor


@pytest.mark.row("W-10")
def test_money_goes_in_and_out_at_once_and_stays_the_customers(town) -> None:
    lin = town.customer("林晓", 500_00)
    owed = books.safeguarding().requirement
    order = put(town, lin, 200_00)
    assert (order.status, order.kind, order.direction, order.fee.minor) == ("SUCCEEDED", "pot", "out", 0)
    assert (town.money(lin), holds(town, lin)) == ((300_00, 0), 200_00)
    back = put(town, lin, 50_00, back=True)
    assert (back.direction, back.counterparty_masked) == ("in", "旅行")
    assert [step.code for step in back.steps] == ["created", "out_of_pot"]
    assert (town.money(lin), holds(town, lin)) == ((350_00, 0), 150_00)
    assert books.safeguarding().requirement == owed
    assert books.check_books() == []


@pytest.mark.row("W-10")
def test_several_pots_are_apart(town) -> None:
    lin, wang = town.customer("林晓", 500_00), town.customer("王芳", 100_00)
    put(town, lin, 100_00, name="旅行")
    put(town, lin, 30_00, name="房租")
    put(town, wang, 10_00, name="旅行")
    assert [(one.name, one.balance.minor) for one in queries.pots_for(lin)] == [("旅行", 100_00), ("房租", 30_00)]
    with pytest.raises(PotShort):
        put(town, lin, 30_01, name="房租", back=True)
    theirs = pot_of(town, wang)
    for act in (
        lambda: queries.pot_for(lin, theirs.id),
        lambda: actions.move_pot(actor=lin, key=uuid4(), pot_id=theirs.id, amount=Money(1), from_pot=True, now=town.now),
        lambda: actions.close_pot(actor=lin, pot_id=theirs.id, now=town.now),
        lambda: actions.change_pot(actor=lin, pot_id=theirs.id, name="我的", now=town.now),
    ):
        with pytest.raises(NotFound):
            act()
    # Even the wallet's own door, with another's pot named, reaches only an account of one's own.
    with pytest.raises(PotShort):
        wallet.move_pot(
            actor=lin, key=uuid4(), pot_id=theirs.id, name="x", amount=Money(1), from_pot=True, now=town.now
        )
    assert holds(town, wang) == 10_00


def test_more_than_there_is_is_refused_and_the_same_key_moves_once(town) -> None:
    lin = town.customer("林晓", 100_00)
    with pytest.raises(InsufficientFunds):
        put(town, lin, 100_01)
    for amount in (0, -5):
        with pytest.raises(AmountNotPositive):
            put(town, lin, amount)
    key = uuid4()
    assert put(town, lin, 40_00, key=key).id == put(town, lin, 40_00, key=key).id
    with pytest.raises(KeyReused):
        put(town, lin, 41_00, key=key)
    assert (town.money(lin), holds(town, lin)) == ((60_00, 0), 40_00)


@pytest.mark.row("W-10")
def test_under_a_stop_money_comes_home_but_does_not_go_in(town) -> None:
    lin = town.customer("林晓", 100_00)
    put(town, lin, 60_00)
    wallet.stop_outflows(actor=lin, reason_code="stolen", now=town.now)
    with pytest.raises(OutflowsStopped):
        put(town, lin, 1_00)
    assert put(town, lin, 20_00, back=True).status == "SUCCEEDED"
    assert (town.money(lin), holds(town, lin)) == ((60_00, 0), 40_00)
    assert books.check_books() == []


def test_a_restriction_of_everything_holds_both_ways(town) -> None:
    lin = town.customer("林晓", 100_00)
    put(town, lin, 60_00)
    wallet.restrict(
        actor=SYSTEM, customer_id=lin.uuid, scope="all", reason_code="police_stop",
        until=town.now + timedelta(days=2), now=town.now,
    )  # fmt: skip
    for back in (True, False):
        with pytest.raises(AccountRestricted):
            put(town, lin, 1_00, back=back)


@pytest.mark.row("W-10")
def test_pot_is_never_overdrawn_by_many_at_once(committed_town) -> None:
    town = committed_town
    lin = town.customer("林晓", 100_00)
    put(town, lin, 50_00)
    pot = pot_of(town, lin)

    def move(amount, back):
        return lambda: actions.move_pot(
            actor=lin, key=uuid4(), pot_id=pot.id, amount=Money(amount), from_pot=back, now=town.now
        )

    answers = at_once(*[move(20_00, True) for _ in range(4)], *[move(15_00, False) for _ in range(4)])
    assert unexpected(answers) == []
    assert {type(one).__name__ for one in answers} <= {"OrderView", "PotShort", "InsufficientFunds"}
    assert town.money(lin)[0] + holds(town, lin) == 100_00
    assert books.check_books() == []


def test_aim_says_what_is_missing_and_how_much_a_month(town) -> None:
    lin = town.customer("林晓", 500_00)
    today = queries.local_day(town.now)
    pot = actions.open_pot(
        actor=lin, name="旅行", target=Money(1_000_00), target_on=today + timedelta(days=95), now=town.now
    )
    put(town, lin, 100_00)
    seen = queries.pot_for(lin, pot.id)
    months = (seen.target_on.year - today.year) * 12 + seen.target_on.month - today.month + 1
    assert (seen.percent, seen.missing.minor, seen.monthly(today).minor) == (10, 900_00, -(-900_00 // months))
    changed = actions.change_pot(actor=lin, pot_id=pot.id, name="旅行基金", now=town.now)
    assert (changed.name, changed.target, changed.balance.minor) == ("旅行基金", None, 100_00)


def test_pot_closes_only_when_empty(town) -> None:
    lin = town.customer("林晓", 500_00)
    put(town, lin, 10_00)
    pot = pot_of(town, lin)
    with pytest.raises(PotNotEmpty):
        actions.close_pot(actor=lin, pot_id=pot.id, now=town.now)
    put(town, lin, 10_00, back=True)
    for _again in range(2):
        actions.close_pot(actor=lin, pot_id=pot.id, now=town.now)
    assert queries.pots_for(lin) == []
    with pytest.raises(NotFound):
        actions.move_pot(actor=lin, key=uuid4(), pot_id=pot.id, amount=Money(1), from_pot=False, now=town.now)
    assert len(money.orders_for(lin, kind="pot")) == 2


def test_names_aims_and_numbers_of_pots_have_bounds(town) -> None:
    lin = town.customer("林晓")
    today = queries.local_day(town.now)
    for name in ("", "   ", "x" * 31, "a\tb"):
        with pytest.raises(NameUnfit):
            actions.open_pot(actor=lin, name=name, now=town.now)
    for day in (today, today - timedelta(days=1), today + timedelta(days=40 * 366)):
        with pytest.raises(TargetUnfit):
            actions.open_pot(actor=lin, name="a", target_on=day, now=town.now)
    with pytest.raises(AmountNotPositive):
        actions.open_pot(actor=lin, name="a", target=Money(0), now=town.now)
    for place in range(10):
        actions.open_pot(actor=lin, name=f"罐{place}", now=town.now)
    with pytest.raises(PotsTooMany):
        actions.open_pot(actor=lin, name="多", now=town.now)
    with pytest.raises(PotNameTaken):
        actions.change_pot(actor=lin, pot_id=queries.pots_for(lin)[0].id, name="罐3", now=town.now)
