"""What 小林 plans: a dinner half paid, a budget near its end, a pot for a journey, the rent on its day."""

from datetime import timedelta

from kefu.cli.demo.cast import PIN
from kefu.cli.demo.town import MOMENT, Town
from kefu.core.ids import new_id
from kefu.core.money import Money, parse_amount
from kefu.identity import actions as identity
from kefu.planning import actions as planning
from kefu.planning import queries as plans_of

BUDGET_USED = 85


def plans(town: Town) -> None:
    """A split, a budget at 85 %, a pot and a schedule."""
    _dinner(town)
    _budget(town)
    _pot(town)
    _rent(town)


def _dinner(town: Town) -> None:
    """Of the two whom she asked, one has paid."""
    lin, at = town.people["lin"], town.ago(hours=30)
    asked = planning.Asked(
        title="周末火锅",
        others=[(town.phones["wang"], 1), (town.phones["xu"], 1)],
        own_weight=1,
        total=parse_amount("186"),
    )
    split = planning.create_split(actor=lin, key=new_id(), asked=asked, now=at)
    payer, later = town.people["wang"], at + timedelta(hours=2)
    quote = planning.quote_share(actor=payer, split_id=split.id, now=later)
    planning.pay_share(actor=payer, key=new_id(), quote_id=quote.id, now=later + MOMENT)


def _budget(town: Town) -> None:
    """Whatever day of the month it is: so much is spent first that 85 % of the budget is."""
    lin = town.people["lin"]
    town.transfer("lin", "wang", "42.50", at=town.ago(minutes=95), remark="打车")
    month = plans_of.spending_for(lin, month=plans_of.local_day(town.now), months=1, now=town.now)
    most = Money(max(1, month.total.minor * 100 // BUDGET_USED))
    planning.set_budget(actor=lin, category="", most=most, now=town.ago(minutes=92))


def _pot(town: Town) -> None:
    lin, at = town.people["lin"], town.ago(days=10)
    pot = planning.open_pot(
        actor=lin,
        name="云南旅行",
        target=parse_amount("2000"),
        target_on=plans_of.local_day(town.now) + timedelta(days=150),
        now=at,
    )
    for days, yuan in ((10, "500"), (3, "260")):
        planning.move_pot(
            actor=lin, key=new_id(), pot_id=pot.id, amount=parse_amount(yuan), from_pot=False, now=town.ago(days=days)
        )


def _rent(town: Town) -> None:
    lin, at, key = town.people["lin"], town.ago(days=2), new_id()
    identity.prove_step_up(actor=lin, pin=PIN, ref=planning.proof_ref(key), now=at)
    wish = planning.Wish(
        payee_phone=town.phones["huang"],
        amount=parse_amount("800"),
        rhythm="monthly",
        first_on=plans_of.local_day(town.now) + timedelta(days=6),
        remark="房租",
    )
    planning.create_schedule(actor=lin, key=key, wish=wish, now=at)
