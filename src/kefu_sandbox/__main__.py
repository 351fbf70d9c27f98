"""`python -m kefu_sandbox`: runs the sandbox bank, and a biller and a lender beside it, until SIGTERM or SIGINT."""

from __future__ import annotations

import argparse
import os
import signal
import sys
import threading
from collections.abc import Sequence
from pathlib import Path
from urllib.parse import urlsplit

from kefu_sandbox.bank import Bank, secret_of
from kefu_sandbox.courier import Courier
from kefu_sandbox.partners.words import WORDS
from kefu_sandbox.server import BankServer
from kefu_sandbox.store import BANK, PARTNER, Store, StoreBusyError
from kefu_sandbox.traffic import Traffic

SHORTEST_SECRET = 32


def main(argv: list[str] | None = None) -> int:
    """Exit codes: 0 stopped, 2 wrong arguments, 3 the store or the port is taken."""
    options = _options(argv)
    os.umask(0o077)
    try:
        secret = _secret(options.secret_file)
        _check_url(options.callback_url)
    except (OSError, ValueError) as error:
        print(f"kefu_sandbox: {error}", file=sys.stderr)
        return 2
    try:
        bank, *partners = (_house(role, options, secret) for role in ("bank", "biller", "lender"))
    except StoreBusyError as error:
        print(f"kefu_sandbox: another bank has {error} open; stop it first", file=sys.stderr)
        return 3
    try:
        server = BankServer(bank, options.port, partners)
    except OSError as error:
        print(f"kefu_sandbox: port {options.port}: {error.strerror}", file=sys.stderr)
        return 3
    _run([bank, *partners], server)
    return 0


def _house(role: str, options: argparse.Namespace, secret: bytes) -> Bank:
    """The bank, or a biller or lender with a store beside the bank's; each is called back under its own name."""
    bank = role == "bank"
    path = options.store if bank else options.store.with_name(f"{role}.sqlite3")
    return Bank(
        store=Store(path, schema=BANK if bank else PARTNER),
        traffic=Traffic(path.with_name(path.stem + "-traffic.sqlite3")),
        secret=secret_of(secret, role),
        callback_url=options.callback_url if bank else options.callback_url.rsplit("/", 1)[0] + f"/{role}",
        demo=options.demo,
        role=role,
        prefix="" if bank else f"/{role}",
        words={} if bank else WORDS,
    )


def _run(houses: Sequence[Bank], server: BankServer) -> None:
    stop = threading.Event()
    for number in (signal.SIGTERM, signal.SIGINT):
        signal.signal(number, lambda *_: stop.set())
    couriers = [Courier(house) for house in houses]
    for courier in couriers:
        courier.start()
    threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.1}, daemon=True).start()
    print(f"sandbox bank on http://127.0.0.1:{server.server_port}/", flush=True)
    stop.wait()
    for house in houses:
        house.closing.set()
        house.wake.set()
    server.shutdown()
    for courier in couriers:
        courier.join(timeout=2)
    for house in houses:
        house.store.close()
        house.traffic.close()
    # A carrier may still hang on a listener that does not answer; all it could tell is in the books.
    sys.stdout.flush()
    os._exit(0)


def _options(argv: list[str] | None) -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="kefu_sandbox", description="A sandbox bank. No real money.")
    parser.add_argument("--port", type=int, required=True, help="on 127.0.0.1; 0 takes a free one")
    parser.add_argument("--store", type=Path, required=True, metavar="DIR/bank.sqlite3")
    parser.add_argument("--callback-url", required=True)
    parser.add_argument("--secret-file", type=Path, required=True)
    parser.add_argument("--demo", action="store_true", help="accept past moments (happened_at)")
    return parser.parse_args(argv)


def _secret(path: Path) -> bytes:
    secret = path.read_bytes().strip()
    if len(secret) < SHORTEST_SECRET:
        raise ValueError(f"the secret in {path} is shorter than {SHORTEST_SECRET} bytes; make a longer one")
    return secret


def _check_url(text: str) -> None:
    url = urlsplit(text)
    if url.scheme not in ("http", "https") or not url.hostname or not url.path.startswith("/"):
        raise ValueError(f"--callback-url must be a full http address, not {text!r}")


if __name__ == "__main__":
    sys.exit(main())
