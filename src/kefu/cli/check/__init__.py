"""`./kefu check books|audit|config`: what must hold, asked of the running product's database."""

import importlib
import sys

HELP = "prove that the books, the audit trail or the settings hold"
PARTS = ("books", "audit", "config")


def run(argv: list[str]) -> int:
    """Exit 0 when it holds, 1 with a line a violation when not, 2 on bad usage."""
    if not argv or argv[0] not in PARTS:
        print(f"usage: ./kefu check {'|'.join(PARTS)} [--json]", file=sys.stderr)
        return 2
    return int(importlib.import_module(f"kefu.cli.check.{argv[0]}").run(argv[1:]))
