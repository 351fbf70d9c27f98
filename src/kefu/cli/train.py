"""`./kefu train`: rebuild the committed head of the understanding from the examples."""

import argparse
import time

from kefu.cli.terminal import CannotRun, answer, say

HELP = "rebuild the head of the understanding from the examples"


def run(argv: list[str]) -> int:
    """Train, write `head.npz` in place, print how many examples, how long, and the cross-validated
    accuracy.
    """
    parser = argparse.ArgumentParser(prog="./kefu train", description=HELP)
    parser.add_argument("--json", action="store_true", help="print one JSON object as the last line")
    wanted = parser.parse_args(argv)
    from kefu.language import head, training

    started = time.monotonic()
    try:
        trained = training.train_head(progress=say)
    except (training.LearnerMissingError, ValueError) as refused:
        raise CannotRun(str(refused)) from refused
    fresh = head.PATH.with_suffix(".new.npz")
    head.save(trained, fresh)
    fresh.replace(head.PATH)
    fields: dict[str, object] = {
        "examples": int(trained.facts["examples"]),
        "seconds": round(time.monotonic() - started, 1),
        "dev_accuracy": float(trained.facts["dev_accuracy"]),
        "bytes": head.PATH.stat().st_size,
    }
    for name, value in fields.items():
        say(f"{name}: {value}")
    if wanted.json:
        answer(fields)
    return 0
