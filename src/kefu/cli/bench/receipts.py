"""`./kefu bench receipts`: from the press to the signed PDF, and the check of a file, in one warm process."""

import argparse
import statistics
import subprocess
import sys
import time
from collections.abc import Callable
from typing import Any

from kefu.cli.server.server_user import CHECKOUT
from kefu.cli.terminal import CannotRun, answer, say
from kefu.cli.throwaway import bare_environment

HELP = "measure making, signing and checking a receipt"
LIMIT_MS = 100
INSIDE = "--inside"


def run(argv: list[str]) -> int:
    """Prints p50 and p95 of each part in ms; exit 0 when it ran."""
    parser = argparse.ArgumentParser(prog="kefu bench receipts", description=HELP)
    parser.add_argument("--rounds", type=int, default=50)
    parser.add_argument("--json", action="store_true", help="the result as one JSON object")
    parser.add_argument(INSIDE, action="store_true", help=argparse.SUPPRESS)
    options = parser.parse_args(argv)
    if options.rounds < 5:
        parser.error("5 rounds or more")
    if not options.inside:
        command = [sys.executable, "-m", "kefu.cli", "bench", "receipts", INSIDE, "--rounds", str(options.rounds)]
        done = subprocess.run(
            [*command, *(["--json"] if options.json else [])], cwd=CHECKOUT, check=False,
            env=bare_environment("dbname=none"),
        )  # fmt: skip
        if done.returncode:
            raise CannotRun("the bench's own process failed (see above)", status=1)
        return 0
    import django

    django.setup()
    found = _measured(options.rounds)
    for part in ("print", "sign", "whole", "json"):
        say(f"{part:<7} p50 {found[f'{part}_p50_ms']:6.1f} ms  p95 {found[f'{part}_p95_ms']:6.1f} ms")
    say(f"first   {found['first_ms']:.0f} ms, {found['kilobytes']} kB")
    if options.json:
        answer(found)
    return 0


def _content(number: int) -> dict[str, Any]:
    title = {"zh": "转给 王*", "en": "To 王*"}
    return {
        "type": "kefu.receipt", "version": 1, "number": f"PZ-T{number:020d}", "holder": "林**",
        "issuer": {"name": "青禾钱包", "company": "青禾支付演示有限公司"}, "issued_at": "2026-11-20T06:03:00Z",
        "verify_url": f"https://wallet.example/verify/{number:027d}",
        "order": {
            "no": f"T{number:020d}", "kind": "transfer", "title": title, "direction": "out", "amount": 100 + number,
            "fee": 0, "currency": "CNY", "other": "王*", "remark": "房租", "created_at": "2026-11-20T06:03:00Z",
            "settled_at": "2026-11-20T06:03:00Z", "returned_at": None, "bank_ref": "", "transfers": [],
        },
    }  # fmt: skip


def _measured(rounds: int) -> dict[str, Any]:
    from kefu.core.clock import now
    from kefu.receipts.models import SigningKey
    from kefu.receipts.printing import print_pdf
    from kefu.receipts.signing import certificate_of, keys_now, sign_json, sign_pdf

    keys = keys_now()
    row = SigningKey(id=keys.id, certificate=certificate_of(keys, now()), ed25519="", since=now())
    spent: dict[str, list[float]] = {"print": [], "sign": [], "whole": [], "json": []}
    first, size = 0.0, 0
    for number in range(rounds + 1):
        content = _content(number)
        printing, pdf = _timed(lambda content=content: print_pdf(content, key_id=keys.id))  # type: ignore[misc]
        signing, signed = _timed(
            lambda pdf=pdf, content=content: sign_pdf(pdf, row=row, keys=keys, number=content["number"])  # type: ignore[misc]
        )
        plain, _json = _timed(lambda content=content: sign_json(content, keys=keys))  # type: ignore[misc]
        if number == 0:
            first, size = printing + signing, len(signed)
            continue
        for name, took in (("print", printing), ("sign", signing), ("whole", printing + signing), ("json", plain)):
            spent[name].append(took)
    found: dict[str, Any] = {"first_ms": round(first, 1), "kilobytes": size // 1024, "limit_ms": LIMIT_MS}
    for name, all_of in spent.items():
        found[f"{name}_p50_ms"] = round(statistics.median(all_of), 1)
        found[f"{name}_p95_ms"] = round(sorted(all_of)[int(len(all_of) * 0.95)], 1)
    return found


def _timed(work: Callable[[], bytes]) -> tuple[float, bytes]:
    began = time.perf_counter()
    made = work()
    return (time.perf_counter() - began) * 1000, made
