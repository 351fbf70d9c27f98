"""`python -m kefu.cli.pages.measuring CONVERSATIONS MESSAGES ORDERS ENTRIES ROUNDS`: fill this database and ask
its pages. A process of its own for each database, so that nothing is warm from the other one.
"""

import json
import os
import statistics
import sys
import time
from typing import Any

import django
import psycopg

from kefu.cli.pages.filling import Filler, Size, Viewer, fill

PASSWORD = "ferry-copper-morning-27"
PHONE = "+8613800001024"
WARM = 3


def main(arguments: list[str]) -> int:
    """Prints one JSON object: p50_ms, p95_ms, queries by page, and the size of the database in MB."""
    conversations, messages, orders, entries, rounds = map(int, arguments)
    django.setup()
    viewer = _viewers()
    from kefu.core import clock

    began = time.monotonic()
    with psycopg.connect(os.environ["DATABASE_URL"], autocommit=True) as connection:
        fill(Filler(connection, now=clock.now()), Size(conversations, messages, orders, entries), viewer)
        row = connection.execute("SELECT pg_database_size(current_database())").fetchone()
    filled = time.monotonic() - began
    found = _measure(viewer, rounds)
    print(json.dumps(found | {"mb": round(row[0] / 1e6) if row else 0, "fill_s": round(filled, 1)}))
    return 0


def _viewers() -> Viewer:
    """A customer and an agent made by real actions: they sign in."""
    from kefu.core import clock
    from kefu.core.actor import SYSTEM
    from kefu.core.ids import new_id
    from kefu.identity import actions as identity
    from kefu.knowledge import actions as knowledge
    from kefu.wallet import actions as wallet

    now = clock.now()
    customer = identity.register_customer(actor=SYSTEM, phone=PHONE, name="林晓", password=PASSWORD, now=now)
    wallet.open_wallet(actor=SYSTEM, customer_id=customer.id, now=now)
    wallet.set_standing(actor=SYSTEM, customer_id=customer.id, tier=3, proof=3, checks=["in_person"], now=now)
    agent = identity.register_staff(
        actor=SYSTEM, staff_no="1024", name="陈工", alias="陈工", role="agent", password=PASSWORD, now=now
    )
    identity.give_grant(
        actor=SYSTEM, staff_id=agent.id, customer_id=customer.id, purpose="conversation", ref="bench",
        until=now.replace(year=now.year + 1), now=now,
    )  # fmt: skip
    knowledge.import_shipped(actor=SYSTEM, now=now)
    return Viewer(customer.id, agent.id, new_id())


def _measure(viewer: Viewer, rounds: int) -> dict[str, Any]:
    from django.db import connection
    from django.test import Client
    from django.test.utils import CaptureQueriesContext

    from kefu.wallet.models import Order

    order = Order.objects.filter(customer_id=viewer.customer).latest("created_at")
    # Browsers ask for compressed pages, and compressing takes time.
    mine, desk = Client(headers={"accept-encoding": "gzip"}), Client(headers={"accept-encoding": "gzip"})
    mine.post("/signin/", {"phone": PHONE, "password": PASSWORD, "next": "/"})
    desk.post("/staff/signin/", {"login": "1024", "password": PASSWORD, "next": ""})
    pages = {
        "home": (mine, "/"),
        "activity": (mine, "/activity/"),
        "order": (mine, f"/orders/{order.id}/"),
        "receipts": (mine, "/receipts/"),
        "spending": (mine, "/spending/"),
        "services": (mine, "/services/"),
        "transfer": (mine, "/transfer/"),
        "limits": (mine, "/me/limits/"),
        "notices": (mine, "/me/notices/"),
        "chat": (mine, "/chat/"),
        "queue": (desk, "/console/"),
        "conversation": (desk, f"/console/c/{viewer.conversation}/"),
        "panel": (desk, f"/console/c/{viewer.conversation}/panel"),
        "search": (mine, "/help/search?q=充值没到账"),
    }
    found: dict[str, Any] = {"p50_ms": {}, "p95_ms": {}, "queries": {}}
    for name, (client, path) in pages.items():
        for _ in range(WARM):
            answer = client.get(path)
            if answer.status_code != 200:
                raise RuntimeError(f"{path} answered {answer.status_code}")
        with CaptureQueriesContext(connection) as captured:
            client.get(path)
        found["queries"][name] = len(captured)
        times = [_timed(client, path) for _ in range(rounds)]
        found["p50_ms"][name] = round(statistics.median(times), 1)
        found["p95_ms"][name] = round(sorted(times)[int(len(times) * 0.95)], 1)
    return found


def _timed(client: Any, path: str) -> float:
    began = time.perf_counter()
    client.get(path)
    return (time.perf_counter() - began) * 1000


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
