"""A client of the bench through `kefu.ledger.actions`: `python -m kefu.cli.books.python_door DSN SECONDS`.

It says `ready`, waits for a line, posts single transfers for so long, and says how many that were.
"""

import random
import subprocess
import sys
import time
from collections.abc import Mapping
from datetime import UTC, datetime

from kefu.cli.books.database import connect_django
from kefu.cli.server.server_user import CHECKOUT

WALLETS = 100_000
"""The bench's wallets have the ids from 1 to this."""


def drive(
    *,
    dsn: str,
    clients: int,
    seconds: float,
    module: str = "kefu.cli.books.python_door",
    environment: Mapping[str, str] | None = None,
) -> list[str]:
    """So many client processes of `module` work at once, for so long; what each of them answered."""
    command = [sys.executable, "-m", module, dsn, str(seconds)]
    started = [
        subprocess.Popen(
            command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True, cwd=CHECKOUT / "src", env=environment
        )
        for _ in range(clients)
    ]
    for client in started:
        assert client.stdout is not None
        client.stdout.readline()
    for client in started:
        assert client.stdin is not None
        client.stdin.write("go\n")
        client.stdin.flush()
    return [client.communicate()[0] for client in started]


def _post_for(seconds: float) -> int:
    from kefu.core.ids import new_id
    from kefu.ledger.actions import NewTransfer, Posted, post
    from kefu.ledger.chart import Journal

    draw, posted, end = random.Random(), 0, time.monotonic() + seconds
    while time.monotonic() < end:
        payer, payee = draw.sample(range(1, WALLETS + 1), 2)
        id_, now = new_id(), datetime.now(UTC)
        transfer = NewTransfer(
            id=id_,
            debit=payer,
            credit=payee,
            amount=10,
            journal=Journal.TRANSFER,
            order_ref=f"order:{id_}",
            happened_at=now,
        )
        posted += isinstance(post(transfers=[transfer], now=now), Posted)
    return posted


if __name__ == "__main__":
    connect_django(sys.argv[1])
    from django.db import connection

    connection.ensure_connection()
    print("ready", flush=True)
    sys.stdin.readline()
    print(_post_for(float(sys.argv[2])), flush=True)
