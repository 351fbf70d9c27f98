"""`python -m kefu.cli.bankday.comparing fill|compare FOLDER LINES`: fill this database with a bank day and write its
two files, then, in a process whose time and memory count, take them in and compare.

Progress is told on standard error, a bar a line; the figures are one JSON object on standard output.
"""

import json
import os
import resource
import sys
import time
from collections.abc import Iterator
from datetime import date, datetime, timedelta
from pathlib import Path
from typing import Any

import django
import psycopg

from kefu.cli.pages.filling import Filler
from kefu.core.ids import descendant, new_id

GONE, LESS = 7, 5


def main(arguments: list[str]) -> int:
    """`compare` prints seconds (of taking in and comparing), mb (the most memory that it took), matched, breaks."""
    deed, folder, lines = arguments[0], Path(arguments[1]), int(arguments[2])
    django.setup()
    from kefu.core import clock
    from kefu.rails.rules import BANK_ZONE

    now = clock.now()
    day = now.astimezone(BANK_ZONE).date() - timedelta(days=2)
    if deed == "compare":
        print(json.dumps({"lines": lines} | _measure(folder, day, now)))
        return 0
    at = datetime.combine(day, datetime.min.time(), BANK_ZONE) + timedelta(hours=12)
    _bar(0, "filling")
    with psycopg.connect(os.environ["DATABASE_URL"], autocommit=True) as connection:
        rows = _fill(Filler(connection, now=at), lines)
    (folder / "channel.csv").write_bytes(_channel(rows, day))
    (folder / "statement.xml").write_bytes(_statement(rows, day))
    return 0


def _measure(folder: Path, day: date, now: datetime) -> dict[str, Any]:
    from kefu.core.actor import SYSTEM
    from kefu.rails import actions as rails
    from kefu.settlement import actions

    common: dict[str, Any] = {"actor": SYSTEM, "connector_code": "sandbox", "now": now}
    # The day after is empty and closes the window, so that what is missing is told.
    for kind, take in (("channel", rails.import_channel_file), ("statement", rails.import_statement)):
        raw = _channel([], day + timedelta(days=1)) if kind == "channel" else _statement([], day + timedelta(days=1))
        take(**common, day=day + timedelta(days=1), raw=raw)
    began = time.monotonic()
    _bar(20, "channel file")
    rails.import_channel_file(**common, day=day, raw=(folder / "channel.csv").read_bytes())
    _bar(50, "statement")
    rails.import_statement(**common, day=day, raw=(folder / "statement.xml").read_bytes())
    took = time.monotonic() - began
    _bar(75, "comparing")
    done = actions.reconcile_day(actor=SYSTEM, connector="sandbox", day=day, now=now)
    whole = time.monotonic() - began
    _bar(100, "done")
    most = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
    return {
        "seconds": round(whole, 1), "taking_in_s": round(took, 1), "mb": round(most),
        "matched": done.matched, "breaks": done.found, "planted": GONE + LESS,
    }  # fmt: skip


def _bar(share: int, what: str) -> None:
    print(f"[{'#' * (share // 5):<20}] {share:3} %  {what}", file=sys.stderr, flush=True)


def _fill(filler: Filler, lines: int) -> list[tuple[Any, str, int, str]]:
    """Top-ups that went well, by COPY; of each its instruction, bank reference, amount and time."""
    from kefu.core.actor import SYSTEM
    from kefu.identity import actions as identity
    from kefu.ledger.models import Transfer
    from kefu.rails.models import Instruction
    from kefu.wallet import actions as wallet
    from kefu.wallet.models import Instrument, Order

    lin = identity.register_customer(
        actor=SYSTEM, phone="+8613800001024", name="林晓", password="ferry-copper-morning-27", now=filler.now
    )
    wallet.open_wallet(actor=SYSTEM, customer_id=lin.id, now=filler.now)
    card = filler.uuid()
    filler.copy(Instrument, [
        {"id": card, "customer_id": lin.id, "connector": "sandbox", "token": "token", "last4": "8812"}
        | {"bank": "招商银行", "kind": "debit", "linked_at": filler.now}
    ])  # fmt: skip
    orders = [(new_id(), new_id(), filler.dice.randrange(100, 100_000)) for _ in range(lines)]
    filler.copy(Order, (_order(filler, lin.id, card, o, amount, n) for n, (o, _, amount) in enumerate(orders)))
    filler.copy(Transfer, _transfers(filler, orders))
    filler.copy(Instruction, (
        {"id": instruction, "order_ref": f"order:{order}", "connector": "sandbox", "instrument_token": "token"}
        | {"amount": amount, "currency": "CNY", "status": "SUCCEEDED", "bank_ref": f"SB{instruction.hex}"}
        | {"happened_at": filler.now, "outcome_at": filler.now, "sent_at": filler.now}
        for order, instruction, amount in orders
    ))  # fmt: skip
    filler.connection.execute("SELECT setval('ledger_transfer_seq', %s)", [lines + 1])
    filler.connection.execute("ANALYZE")
    at = filler.now.isoformat()
    return [(instruction, f"SB{instruction.hex}", amount, at) for _, instruction, amount in orders]


def _order(filler: Filler, customer: Any, card: Any, order: Any, amount: int, number: int) -> dict[str, Any]:
    return {
        "id": order, "no": f"C{filler.now:%Y%m%d%H%M%S}{number:06d}", "kind": "topup", "customer_id": customer,
        "payer_label": "招商银行 (8812)", "payee_label": "林*", "amount": amount, "currency": "CNY",
        "status": "SUCCEEDED", "previous": "SUBMITTED", "instrument_id": card, "created_at": filler.now,
        "settled_at": filler.now, "cleared_at": filler.now,
    }  # fmt: skip


def _transfers(filler: Filler, orders: list[tuple[Any, Any, int]]) -> Iterator[dict[str, Any]]:
    for number, (order, _, amount) in enumerate(orders, 1):
        yield {
            "id": descendant(order, "topup"), "seq": number, "debit": 1, "credit": 2, "amount": amount,
            "happened_at": filler.now, "posted_at": filler.now, "kind": "post", "journal": "TOPUP",
            "order_ref": f"order:{order}", "case_ref": "", "evidence_ref": "",
        }  # fmt: skip


def _yuan(minor: int) -> str:
    return f"{minor // 100}.{minor % 100:02d}"


def _channel(rows: list[tuple[Any, str, int, str]], day: date) -> bytes:
    head = f"H,SANDBOX,{day},CNY,final\ninstruction,bank_ref,kind,amount,fee,at,status,last4\n"
    body = "".join(f"{i},{ref},debit,{_yuan(amount)},0.00,{at},SUCCEEDED,8812\n" for i, ref, amount, at in rows)
    return f"{head}{body}T,{len(rows)},{_yuan(sum(row[2] for row in rows))}\n".encode()


def _statement(rows: list[tuple[Any, str, int, str]], day: date) -> bytes:
    """The statement with planted breaks: some lines are gone, some are a fen less."""
    from kefu.rails.connectors import connector
    from kefu.rails.statements import NAMESPACE

    shown = [
        (instruction, ref, amount - (number < GONE + LESS), at)
        for number, (instruction, ref, amount, at) in enumerate(rows)
        if number >= GONE
    ]
    total = _yuan(sum(row[2] for row in shown))

    def balance(code: str, amount: str) -> str:
        return (
            f'<Bal><Tp><CdOrPrtry><Cd>{code}</Cd></CdOrPrtry></Tp><Amt Ccy="CNY">{amount}</Amt>'
            f"<CdtDbtInd>CRDT</CdtDbtInd><Dt><Dt>{day}</Dt></Dt></Bal>"
        )

    entries = "".join(
        f'<Ntry><Amt Ccy="CNY">{_yuan(amount)}</Amt><CdtDbtInd>CRDT</CdtDbtInd><Sts><Cd>BOOK</Cd></Sts><BookgDt>'
        f"<DtTm>{at}</DtTm></BookgDt><AcctSvcrRef>{ref}</AcctSvcrRef><BkTxCd><Domn><Cd>PMNT</Cd><Fmly><Cd>IDDT</Cd>"
        f"<SubFmlyCd>PMDD</SubFmlyCd></Fmly></Domn></BkTxCd><NtryDtls><TxDtls><Refs><EndToEndId>{i.hex}</EndToEndId>"
        "</Refs></TxDtls></NtryDtls></Ntry>"
        for i, ref, amount, at in shown
    )
    account = connector("sandbox").account
    return (
        f'<Document xmlns="{NAMESPACE}"><BkToCstmrStmt><Stmt><Acct><Id><Othr><Id>{account}</Id></Othr></Id>'
        f"<Ccy>CNY</Ccy></Acct>{balance('OPBD', '0.00')}{balance('CLBD', total)}{entries}</Stmt></BkToCstmrStmt>"
        "</Document>"
    ).encode()


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
