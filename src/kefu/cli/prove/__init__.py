"""`./kefu prove [NAME]`: the simulations and property tests at the size that a release promises."""

import importlib
import sys

HELP = "run a simulation at full size; without a name, list them"
PROOFS = {
    "ledger": "random transfers and holds by many clients against an independent auditor",
    "wallet": "random lives of wallets, with kills and houses outside that lie, against what they really did",
    "arrival": "the promised arrival intervals, on simulated rails that drift and break",
    "fees": "every published fee and random ones against exact fractions; quote = charge through the real actions",
    "faults": "the fault storm: kills, lying bank, impatient clients; nothing lost or doubled",
}


def run(argv: list[str]) -> int:
    """`prove NAME [--size small|full] [--seed N] [--json]`; exit 1 when something was violated."""
    if not argv:
        for name, caption in PROOFS.items():
            print(f"{name:8} {caption}")
        return 0
    if argv[0] not in PROOFS:
        print(f"./kefu prove: no proof named {argv[0]!r}; there are {', '.join(PROOFS)}", file=sys.stderr)
        return 2
    return int(importlib.import_module(f"kefu.cli.prove.{argv[0]}").run(argv[1:]))
