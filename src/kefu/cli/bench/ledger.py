"""`./kefu bench ledger`: our postings against pgbench's own simple-update, on one server, in one run."""

import argparse

from kefu.cli.terminal import answer, say

HELP = "measure the books against pgbench"


def run(argv: list[str]) -> int:
    """Print the rates (transfers a second) and their ratios; exit 0 when it ran."""
    parser = argparse.ArgumentParser(prog="kefu bench ledger", description=HELP)
    parser.add_argument("--seconds", type=float, default=2.0, metavar="S", help="for each cell (default 2)")
    parser.add_argument("--json", action="store_true", help="the result as one JSON object")
    options = parser.parse_args(argv)
    if options.seconds < 1:
        parser.error("--seconds must be 1 or more")
    from kefu.cli.books.bench import measure
    from kefu.cli.books.database import throwaway_server

    with throwaway_server(durable=True) as server:
        fields = measure(server, seconds=options.seconds)
    for name, value in fields.items():
        say(f"{name:<14}{value}")
    if options.json:
        answer(fields)
    return 0
