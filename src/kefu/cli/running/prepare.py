"""`python -m kefu.cli.running.prepare MODE`: catalogues, migrations, static files and the mode, before any
process starts.

Run as the database's owner. MODE is `demo`, `production`, or `keep` for what the database says (demo when it
is new). Prints one JSON object; what is already done is not done again.
"""

import hashlib
import os
import sys
import time
from pathlib import Path

import django
from django.conf import settings
from django.contrib.staticfiles.finders import get_finders
from django.core.management import call_command
from django.db import connection
from django.db.migrations.executor import MigrationExecutor

from kefu.cli.database import prepare_database
from kefu.cli.messages import compile_catalogues
from kefu.cli.terminal import CannotRun, answer, say


def migrate() -> int:
    """Apply what is missing; returns how many migrations that were."""
    executor = MigrationExecutor(connection)
    plan = executor.migration_plan(executor.loader.graph.leaf_nodes())
    if plan:
        prepare_database(owner_dsn=os.environ["DATABASE_URL"])
        call_command("migrate", interactive=False, verbosity=0)
    return len(plan)


def collect_static() -> bool:
    """Collect the static files if any of them changed; returns whether it did."""
    target = Path(settings.STATIC_ROOT)
    stamp = target.with_name("static.stamp")
    seen = hashlib.sha256(settings.STORAGES["staticfiles"]["BACKEND"].encode())
    for finder in get_finders():
        for name, storage in sorted(finder.list([]), key=lambda pair: pair[0]):
            facts = os.stat(storage.path(name))
            seen.update(f"{name}\0{facts.st_size}\0{facts.st_mtime_ns}\n".encode())
    digest = seen.hexdigest()
    if stamp.exists() and stamp.read_text("ascii") == digest:
        return False
    call_command("collectstatic", interactive=False, clear=target.exists(), verbosity=0)
    stamp.write_text(digest, "ascii")
    return True


def settle_mode(wanted: str) -> str:
    """The installation's mode: written at the first start, compared ever after."""
    from kefu.core.clock import now
    from kefu.core.models import Installation

    first = Installation.PRODUCTION if wanted == Installation.PRODUCTION else Installation.DEMO
    installation, _ = Installation.objects.get_or_create(id=1, defaults={"mode": first, "created_at": now()})
    if wanted not in ("keep", installation.mode):
        raise CannotRun(
            f"this installation is a {installation.mode} one, for good: use another --data for {wanted}",
            status=1,
        )
    return installation.mode


def lay_ground() -> None:
    """What every installation stands on: the chart of accounts, the articles as shipped. Safe to repeat."""
    from kefu.core.actor import SYSTEM
    from kefu.core.clock import now
    from kefu.knowledge.actions import import_shipped
    from kefu.ledger.actions import ensure_chart

    ensure_chart(currency="CNY", now=now())
    import_shipped(actor=SYSTEM, now=now())


def main(wanted: str) -> int:
    started = time.monotonic()
    compile_catalogues()
    django.setup()
    try:
        migrations = migrate()
        mode = settle_mode(wanted)
        lay_ground()
        collected = collect_static()
    except CannotRun as refused:
        say(f"kefu: {refused}")
        return refused.status
    answer(
        {
            "mode": mode,
            "migrations": migrations,
            "static": collected,
            "seconds": round(time.monotonic() - started, 2),
        }
    )
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1]))
