"""`./kefu check books`: every invariant of the ledger and the safeguarding equation, on one snapshot."""

import argparse
from pathlib import Path

import psycopg

from kefu.cli.running.installation import open_database
from kefu.cli.server.server_user import data_folder
from kefu.cli.terminal import CannotRun, answer, say
from kefu.ledger import books

HELP = "prove that the books hold"


def run(argv: list[str]) -> int:
    """Exit 0 when the books hold, 1 with a line a violation when not, 2 when there are none to look at."""
    parser = argparse.ArgumentParser(prog="kefu check books", description=HELP)
    parser.add_argument("--json", action="store_true", help="the result as one JSON object")
    parser.add_argument("--database", metavar="URL", help="these books, not those of the installation")
    parser.add_argument("--data", type=Path, metavar="DIR", help="data folder of the installation")
    options = parser.parse_args(argv)
    try:
        if options.database:
            accounts, transfers, found = look(options.database)
        else:
            with open_database(data_folder(options.data)) as database:
                accounts, transfers, found = look(database.app_dsn)
    except (psycopg.OperationalError, psycopg.errors.UndefinedTable, CannotRun) as problem:
        say(f"kefu check books: {str(problem).strip().splitlines()[0]}")
        return 2
    for line in found:
        say(line)
    say(f"{transfers} transfers in {accounts} accounts: {'violated' if found else 'the books hold'}")
    if options.json:
        answer({"accounts": accounts, "transfers": transfers, "violations": found})
    return 1 if found else 0


def look(dsn: str) -> tuple[int, int, list[str]]:
    """How many accounts and transfers there are, and every violation, all of one instant."""
    with psycopg.connect(dsn, connect_timeout=10) as connection:
        connection.isolation_level = psycopg.IsolationLevel.REPEATABLE_READ
        connection.read_only = True
        with connection.cursor() as cursor:
            return (*books.size(cursor), books.violations(cursor))
