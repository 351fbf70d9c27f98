"""`./kefu ask --as LOGIN "text"`: one question as a customer of the running product, by the chat's own door."""

import argparse
import os
from pathlib import Path
from typing import Any

from kefu.cli.demo.cast import PASSWORD
from kefu.cli.running.installation import joined
from kefu.cli.terminal import CannotRun, answer, say

HELP = "ask one question as a customer of the running product"


def run(argv: list[str]) -> int:
    """Print the answer with its sources; with `--json` the fields of the answer. Exit 1 when none came."""
    parser = argparse.ArgumentParser(prog="kefu ask", description=HELP)
    parser.add_argument("--as", dest="login", required=True, metavar="LOGIN", help="the customer's phone")
    place = parser.add_mutually_exclusive_group()
    place.add_argument("--data", type=Path, metavar="DIR", help="data folder of the running product")
    place.add_argument(
        "--url", help="address of the running product; signs in with KEFU_PASSWORD (default: the demo's)"
    )
    parser.add_argument("--json", action="store_true")
    parser.add_argument("text")
    options = parser.parse_args(argv)
    if not options.text.strip():
        raise CannotRun("the question is empty")
    fields = _over_http(options) if options.url else _in_process(options)
    if not fields["answer"]:
        say("no answer came; is the worker running?")
    if options.json:
        answer(fields)
    else:
        print(fields["answer"])
        for source in fields["sources"]:
            print(f"  · {source['kind']} {source['label'] or source['id']} {source['version']}".rstrip())
    return 0 if fields["answer"] else 1


def _over_http(options: argparse.Namespace) -> dict[str, Any]:
    from kefu.cli.asking.outside import ask

    password = os.environ.get("KEFU_PASSWORD", PASSWORD)
    return ask(url=options.url, login=options.login, password=password, text=options.text)


def _in_process(options: argparse.Namespace) -> dict[str, Any]:
    with joined(options.data) as running:
        if running is None:
            raise CannotRun("nothing runs here; start it with ./kefu up", status=1)
        import django

        django.setup()
        from kefu.cli.asking.inside import ask

        return ask(login=options.login, text=options.text)
