"""Sizes to feel at home in: functions, files, folders and argument lists have a limit."""

import ast
from collections import Counter
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]
FUNCTION_LINES_MAX, FILE_LINES_MAX, FOLDER_LINES_MAX, ARGUMENTS_MAX = 50, 400, 2500, 8


def python_files() -> list[Path]:
    files = [*(ROOT / "src").rglob("*.py"), *(ROOT / "tests").rglob("*.py")]
    return [f for f in files if "migrations" not in f.parts]


def too_big(source: str, place: str) -> list[str]:
    """The lines of complaint for one file's text."""
    complaints = []
    if (lines := source.count("\n") + 1) > FILE_LINES_MAX:
        complaints.append(f"{place}: {lines} lines; divide it by noun")
    for node in ast.walk(ast.parse(source)):
        if not isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef):
            continue
        length = (node.end_lineno or node.lineno) - node.lineno + 1
        if length > FUNCTION_LINES_MAX:
            complaints.append(f"{place}:{node.lineno} {node.name}: {length} lines; extract a step of it")
        arguments = [*node.args.posonlyargs, *node.args.args, *node.args.kwonlyargs]
        count = len([a for a in arguments if a.arg not in {"self", "cls", "actor", "now"}])
        if count > ARGUMENTS_MAX and not place.startswith("tests"):
            complaints.append(f"{place}:{node.lineno} {node.name}: {count} arguments; pass one value object")
    return complaints


@pytest.mark.parametrize("path", python_files(), ids=lambda p: str(p.relative_to(ROOT)))
def test_function_and_file_sizes(path: Path) -> None:
    assert too_big(path.read_text("utf-8"), str(path.relative_to(ROOT))) == []


def test_folders_are_small_enough() -> None:
    lines: Counter[str] = Counter()
    for path in python_files():
        if "src" in path.relative_to(ROOT).parts:
            lines[str(path.parent.relative_to(ROOT))] += path.read_text("utf-8").count("\n")
    assert {place: n for place, n in lines.items() if n > FOLDER_LINES_MAX} == {}


def test_the_rule_sees_a_long_function() -> None:
    body = "\n".join(f"    x{i} = {i}" for i in range(FUNCTION_LINES_MAX + 1))
    assert too_big(f"def long():\n{body}\n", "sample.py") == ["sample.py:1 long: 52 lines; extract a step of it"]


def test_the_rule_sees_many_arguments() -> None:
    names = ", ".join(f"a{i}" for i in range(9))
    assert "9 arguments" in too_big(f"def wide(*, {names}): ...\n", "sample.py")[0]
