"""`./kefu eval intents|classify`: measure one part of the product on a file of questions."""

import importlib
import sys

HELP = "measure the understanding on a file of questions"
PARTS = {"intents": "kefu.cli.scoring.intents", "classify": "kefu.cli.scoring.classify"}


def run(argv: list[str]) -> int:
    """Run one measurement; the figures are the last line with `--json`."""
    if not argv or argv[0] not in PARTS:
        print(f"usage: ./kefu eval {'|'.join(PARTS)} … [--json]", file=sys.stderr)
        return 2
    return int(importlib.import_module(PARTS[argv[0]]).run(argv[1:]))
