"""`./kefu bench ledger|live|pages|receipts|ask|screens|reconcile`: how fast it is, on a throw-away installation."""

import importlib
import sys

HELP = "measure the books, the event stream, the pages, the receipts, the assistant or reconciliation"
PARTS = ("ledger", "live", "pages", "receipts", "ask", "screens", "reconcile")


def run(argv: list[str]) -> int:
    """Run one bench; the figures are the last line with `--json`."""
    if not argv or argv[0] not in PARTS:
        print(f"usage: ./kefu bench {'|'.join(PARTS)} [--json]", file=sys.stderr)
        return 2
    return int(importlib.import_module(f"kefu.cli.bench.{argv[0]}").run(argv[1:]))
