"""`python -m kefu.cli COMMAND …`: finds the command's module and runs it."""

import ast
import importlib
import importlib.util
import sys
from pathlib import Path

from kefu.cli import COMMANDS
from kefu.cli.terminal import CannotRun, say


def help_line(module: str) -> str | None:
    """The `HELP` of a command, read from its source so that nothing has to be installed; None where there is
    none.
    """
    spec = importlib.util.find_spec(module)
    if spec is None or spec.origin is None:
        return None
    for node in ast.parse(Path(spec.origin).read_text("utf-8")).body:
        if isinstance(node, ast.Assign) and [getattr(t, "id", "") for t in node.targets] == ["HELP"]:
            value = ast.literal_eval(node.value)
            return value if isinstance(value, str) else None
    return None


def help_text() -> str:
    lines = [
        "Kefu 客服: a digital wallet and the desk that answers for it.",
        "",
        "./kefu COMMAND [ARGUMENTS]",
        "",
    ]
    for name, module in COMMANDS.items():
        line = help_line(module)
        if line is not None:
            lines.append(f"  {name:<10}{line}")
    return "\n".join([*lines, "", "Each takes --help. Start with ./kefu up"])


def main(argv: list[str]) -> int:
    if not argv or argv[0] in ("help", "-h", "--help"):
        print(help_text())
        return 0
    name, rest = argv[0], argv[1:]
    if name not in COMMANDS or importlib.util.find_spec(COMMANDS[name]) is None:
        say(f"kefu: there is no command {name!r}; ./kefu lists them")
        return 2
    try:
        status = importlib.import_module(COMMANDS[name]).run(rest)
    except CannotRun as refused:
        say(f"kefu {name}: {refused}")
        return refused.status
    except KeyboardInterrupt:
        return 130
    return int(status)


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
