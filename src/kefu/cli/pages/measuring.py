"""`python -m kefu.cli.pages.measuring CONVERSATIONS MESSAGES ORDERS ENTRIES`: fill this database, then ask its pages
as it is told on standard input. A process of its own for each database, so that nothing is warm from the other one.
"""

import json
import os
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
    """Prints the names of the pages and the size of the database in MB. Then each line `warm PAGE` is answered by the
    number of its queries, each `ask PAGE` by the milliseconds that it took.
    """
    conversations, messages, orders, entries = map(int, arguments)
    django.setup()
    viewer = _viewers()
    from kefu.core import clock

    began = time.monotonic()
    with psycopg.connect(os.environ["DATABASE_URL"], autocommit=True) as connection:
        fill(Filler(connection, now=clock.now()), Size(conversations, messages, orders, entries), viewer)
        row = connection.execute("SELECT pg_database_size(current_database())").fetchone()
    pages = _pages(viewer)
    _say({"pages": list(pages), "mb": round(row[0] / 1e6) if row else 0, "fill_s": round(time.monotonic() - began, 1)})
    for line in sys.stdin:
        word, page = line.split()
        client, path = pages[page]
        _say(_warm(client, path) if word == "warm" else _timed(client, path))
    return 0


def _say(value: object) -> None:
    print(json.dumps(value), flush=True)


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


def _pages(viewer: Viewer) -> dict[str, tuple[Any, str]]:
    """Who asks for what, by name."""
    from django.test import Client

    from kefu.wallet.models import Order

    order = Order.objects.filter(customer_id=viewer.customer).latest("created_at")
    # Browsers ask for compressed pages, and compressing takes time.
    mine, desk = Client(headers={"accept-encoding": "gzip"}), Client(headers={"accept-encoding": "gzip"})
    mine.post("/signin/", {"phone": PHONE, "password": PASSWORD, "next": "/"})
    desk.post("/staff/signin/", {"login": "1024", "password": PASSWORD, "next": ""})
    return {
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


def _warm(client: Any, path: str) -> int:
    """Ask a few times; returns how many queries the page takes."""
    from django.db import connection
    from django.test.utils import CaptureQueriesContext

    for _ in range(WARM):
        answer = client.get(path)
        if answer.status_code != 200:
            raise RuntimeError(f"{path} answered {answer.status_code}")
    with CaptureQueriesContext(connection) as captured:
        client.get(path)
    return len(captured)


def _timed(client: Any, path: str) -> float:
    began = time.perf_counter()
    client.get(path)
    return (time.perf_counter() - began) * 1000


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
