"""A client of the bench through the whole action: `python -m kefu.cli.books.orders_door DSN SECONDS`.

It quotes transfers between two random customers and makes them, as their pages do, with audit and events, and says how
many orders that were and how long each step took.
"""

import json
import random
import statistics
import subprocess
import sys
import time
from collections.abc import Iterable
from uuid import uuid4

from kefu.cli.books.database import Server
from kefu.cli.books.python_door import drive
from kefu.cli.server.roles import OWNER
from kefu.cli.server.server_user import CHECKOUT
from kefu.cli.throwaway import bare_environment

MODULE = "kefu.cli.books.orders_door"
CUSTOMERS, PASSWORD = 64, "ferry-copper-morning-27"
RICH = "UPDATE ledger_account SET credits_posted = 100000000000 WHERE code = 'L10'"


def measure(server: Server, *, clients: Iterable[int], seconds: float) -> dict[str, object]:
    """orders_tps by number of clients; step_ms: the median of each step of one client."""
    server.make_product("orders")
    owner = bare_environment(server.dsn("orders", OWNER))
    subprocess.run([sys.executable, "-m", MODULE, "fill", "0"], env=owner, cwd=CHECKOUT / "src", check=True)
    server.execute("orders", RICH)
    tps: dict[str, int] = {}
    steps: dict[str, float] = {}
    for number in clients:
        own = bare_environment(server.dsn("orders"))
        said = drive(dsn="orders", clients=number, seconds=seconds, module=MODULE, environment=own)
        answers = [json.loads(answer) for answer in said]
        tps[str(number)] = round(sum(answer["orders"] for answer in answers) / seconds)
        steps = steps or answers[0]["step_ms"]
    return {"orders_tps": tps, "step_ms": steps}


def _fill() -> None:
    """Customers with wallets; the bench makes them rich."""
    from kefu.core import clock
    from kefu.core.actor import SYSTEM
    from kefu.identity import actions as identity
    from kefu.ledger import actions as ledger
    from kefu.wallet import actions as wallet

    now = clock.now()
    ledger.ensure_chart(currency="CNY", now=now)
    for number in range(CUSTOMERS):
        person = identity.register_customer(
            actor=SYSTEM, phone=f"+86138{number:08d}", name="林晓", password=PASSWORD, now=now
        )
        wallet.open_wallet(actor=SYSTEM, customer_id=person.id, now=now)
        wallet.set_standing(actor=SYSTEM, customer_id=person.id, tier=3, proof=3, checks=["in_person"], now=now)


def _send_for(seconds: float) -> dict[str, object]:
    from kefu.core import clock
    from kefu.core.money import Money
    from kefu.identity import queries as people
    from kefu.wallet import actions as wallet

    phones = [f"+86138{number:08d}" for number in range(CUSTOMERS)]
    known = [people.find_customer_by_phone(phone) for phone in phones]
    actors = [people.actor_for_user(person.id) for person in known if person]
    took: dict[str, list[float]] = {"quote": [], "send": []}
    end = time.monotonic() + seconds
    while time.monotonic() < end:
        payer, payee = random.sample(range(CUSTOMERS), 2)
        began = time.perf_counter()
        quote = wallet.quote_transfer(
            actor=actors[payer], payee_phone=phones[payee], amount=Money(10), mode="now", now=clock.now()
        )
        quoted = time.perf_counter()
        wallet.create_transfer(actor=actors[payer], key=uuid4(), quote_id=quote.id, now=clock.now())
        took["quote"].append(quoted - began)
        took["send"].append(time.perf_counter() - quoted)
    medians = {step: round(statistics.median(times) * 1000, 2) for step, times in took.items()}
    return {"orders": len(took["send"]), "step_ms": medians}


def main(arguments: list[str]) -> int:
    import django

    django.setup()
    if arguments[0] == "fill":
        _fill()
        return 0
    from django.db import connection

    connection.ensure_connection()
    print("ready", flush=True)
    sys.stdin.readline()
    print(json.dumps(_send_for(float(arguments[1]))), flush=True)
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
