"""`./kefu bench reconcile`: a bank day of many lines, taken in and compared with orders and books."""

import argparse
import json
import subprocess
import sys
import tempfile
from typing import Any

from kefu.cli.database import create_database, prepare_database
from kefu.cli.server.postgres import temporary_cluster
from kefu.cli.server.server_user import CHECKOUT
from kefu.cli.terminal import CannotRun, answer, say
from kefu.cli.throwaway import bare_environment

HELP = "measure the comparison of a bank day"
LIMIT_S, LIMIT_MB = 60, 500


def run(argv: list[str]) -> int:
    """Prints lines, seconds, mb, matched and breaks; exit 0 when the planted breaks, and no others, were found."""
    parser = argparse.ArgumentParser(prog="kefu bench reconcile", description=HELP)
    parser.add_argument("--lines", type=int, default=100_000)
    parser.add_argument("--json", action="store_true", help="the result as one JSON object")
    options = parser.parse_args(argv)
    if options.lines < 100:
        parser.error("100 lines or more")
    with temporary_cluster(durable=True) as admin:
        place = admin.split("@", 1)[1].split("/", 1)[0]
        owner = f"postgresql://kefu_owner:test@{place}"
        create_database(admin_dsn=f"{owner}/postgres", name="bankday")
        prepare_database(owner_dsn=f"{owner}/bankday")
        environment = bare_environment(f"{owner}/bankday")
        _step(["kefu.config.manage", "migrate", "--verbosity", "0"], environment)
        with tempfile.TemporaryDirectory() as folder:
            _step(["kefu.cli.bankday.comparing", "fill", folder, str(options.lines)], environment)
            said = _step(["kefu.cli.bankday.comparing", "compare", folder, str(options.lines)], environment)
        fields: dict[str, Any] = json.loads(said.splitlines()[-1])
    for name, value in fields.items():
        say(f"{name:<14}{value}")
    if options.json:
        answer(fields)
    return 0 if fields["breaks"] == fields["planted"] else 1


def _step(words: list[str], environment: dict[str, str]) -> str:
    """A process of its own, so that its memory is its own; its progress goes straight to the terminal."""
    done = subprocess.run(
        [sys.executable, "-W", "ignore", "-m", *words], env=environment, cwd=CHECKOUT, stdout=subprocess.PIPE,
        text=True, check=False,
    )  # fmt: skip
    if done.returncode != 0:
        raise CannotRun(f"{words[0]} failed:\n{done.stdout[-2000:]}", status=1)
    return done.stdout
