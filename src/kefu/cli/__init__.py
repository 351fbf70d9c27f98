"""The commands of `./kefu`: one module a command, each with `HELP` (one line) and `run(argv) -> exit status`.

Exit status: 0 ran or holds, 1 does not hold, 2 bad usage or bad input with one clear line. Progress goes to
standard error; with `--json` the last line of standard output is one JSON object. Modules are imported only
when called, and this package itself needs nothing but the standard library, so that help works before
anything is installed.
"""

COMMANDS = {
    "up": "kefu.cli.up",
    "test": "kefu.cli.test",
    "prove": "kefu.cli.prove",
    "coverage": "kefu.cli.coverage",
    "messages": "kefu.cli.messages",
    "train": "kefu.cli.train",
    "ask": "kefu.cli.ask",
    "eval": "kefu.cli.ev",
    "bench": "kefu.cli.bench",
    "check": "kefu.cli.check",
    "faults": "kefu.cli.faults",
    "backup": "kefu.cli.sealed.backup",
    "restore": "kefu.cli.sealed.restore",
    "enrol": "kefu.cli.enrol",
    "demo": "kefu.cli.demo",
}
