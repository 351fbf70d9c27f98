"""What stands in the demo town's first wallet: half paid, at 85 %, saving, and scheduled."""

from datetime import datetime, timedelta
from types import SimpleNamespace
from uuid import uuid4

from kefu.cli.demo.cast import PIN
from kefu.cli.demo.plans import plans
from kefu.core.money import parse_amount
from kefu.identity import actions as identity
from kefu.ledger import queries as books
from kefu.planning import queries
from kefu.wallet import actions as wallet

NAMES = {"lin": "林晓雨", "wang": "王芳", "xu": "徐静", "huang": "黄志强"}


def test_plans_of_the_demo_town_stand(town) -> None:
    people = {key: town.customer(NAMES[key], 2_000_00) for key in NAMES}
    identity.set_payment_pin(actor=people["lin"], pin=PIN, now=town.now)

    def transfer(payer: str, payee: str, yuan: str, *, at: datetime, remark: str) -> None:
        quote = wallet.quote_transfer(
            actor=people[payer], payee_phone=town.phone(people[payee]), amount=parse_amount(yuan), mode="now",
            remark=remark, now=at,
        )  # fmt: skip
        wallet.create_transfer(actor=people[payer], key=uuid4(), quote_id=quote.id, now=at)

    built = SimpleNamespace(
        people=people,
        phones={key: town.phone(who) for key, who in people.items()},
        now=town.now,
        ago=lambda **span: town.now - timedelta(**span),
        transfer=transfer,
    )
    plans(built)
    lin = people["lin"]
    [split] = queries.splits_for(lin)
    assert (split.people_paid, split.people, split.state) == (1, 2, "OPEN")
    [budget] = queries.budgets_for(lin, now=town.now)
    assert budget.percent in (85, 86)
    [pot] = queries.pots_for(lin)
    assert (pot.balance.minor, pot.percent) == (760_00, 38)
    [schedule] = queries.schedules_for(lin)
    assert (schedule.status, schedule.amount.minor, schedule.next.status) == ("ACTIVE", 800_00, "WAITING")
    assert books.check_books() == []
