"""`python -m kefu.cli.enrol`: the one-time link by which the first operator of an installation signs up."""

import argparse
import os
import sys
from collections.abc import Sequence
from pathlib import Path

from kefu.cli.running.installation import joined
from kefu.cli.terminal import CannotRun, answer, say

HELP = "print the one-time link for the first operator"


def run(argv: Sequence[str]) -> int:
    """Prints the address; exit 1 with one line when there is an operator already."""
    parser = argparse.ArgumentParser(prog="kefu enrol", description=HELP)
    parser.add_argument(
        "--data", type=Path, metavar="DIR", help="data folder (default: .kefu in the checkout)"
    )
    parser.add_argument("--json", action="store_true", help="one JSON object as the last line")
    options = parser.parse_args(argv)
    with joined(options.data):
        os.environ.setdefault("DJANGO_SETTINGS_MODULE", "kefu.config.settings")
        import django

        django.setup()
        from django.conf import settings

        from kefu.core import clock
        from kefu.core.actor import SYSTEM
        from kefu.core.refusal import Refusal
        from kefu.identity.actions import invite_first_operator

        try:
            invitation = invite_first_operator(actor=SYSTEM, now=clock.now())
        except Refusal as refused:
            raise CannotRun(f"{refused.operator_text()} ({refused.code})", status=1) from refused
        address = settings.KEFU_URL.rstrip("/") + invitation.path
    if options.json:
        answer({"url": address, "until": invitation.until.isoformat()})
    else:
        say(f"kefu: good once, until {invitation.until:%Y-%m-%d %H:%M} UTC")
        print(address)
    return 0


if __name__ == "__main__":
    try:
        sys.exit(run(sys.argv[1:]))
    except CannotRun as refused:
        say(f"kefu enrol: {refused}")
        sys.exit(refused.status)
