"""`./kefu coverage`: which rows of the coverage table are proven by which tests, and on which page.

A row is proven when a test carries its id as a marker, `@pytest.mark.row("W-05", page="/transfer/")`. The rows that
this release promises stand in `docs/reference/coverage.md`; a promise without a test is printed as missing.
"""

import ast
import json
import re
import sys
from collections import defaultdict
from pathlib import Path

HELP = "print each promised row, the tests that prove it, and its page"
ROOT = Path(__file__).resolve().parents[3]
PROMISES = ROOT / "docs" / "reference" / "coverage.md"
_ROW = re.compile(r"^\| ([A-Z]-\d\d) \| ([^|]+) \| `?([^|`]*)`? \|", re.MULTILINE)


def promised_rows() -> dict[str, tuple[str, str]]:
    """Row id → (what works, page) as promised in the docs."""
    text = PROMISES.read_text("utf-8") if PROMISES.exists() else ""
    return {m[1]: (m[2].strip(), m[3].strip()) for m in _ROW.finditer(text)}


def _row_ids(decorator: ast.expr) -> list[str]:
    if not isinstance(decorator, ast.Call) or not ast.unparse(decorator.func).endswith("mark.row"):
        return []
    return [a.value for a in decorator.args if isinstance(a, ast.Constant) and isinstance(a.value, str)]


def tests_by_row() -> dict[str, list[str]]:
    """Row id → the tests that carry it, as `file::test`, read from the source without running it."""
    found: dict[str, list[str]] = defaultdict(list)
    for path in sorted((ROOT / "tests").rglob("test_*.py")):
        for node in ast.walk(ast.parse(path.read_text("utf-8"))):
            if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef | ast.ClassDef):
                for decorator in node.decorator_list:
                    for row in _row_ids(decorator):
                        found[row].append(f"{path.relative_to(ROOT)}::{node.name}")
    return dict(found)


def run(argv: list[str]) -> int:
    """Print the table; exit 1 when a promised row has no test."""
    if set(argv) - {"--json"}:
        print("usage: ./kefu coverage [--json]", file=sys.stderr)
        return 2
    rows, tests = promised_rows(), tests_by_row()
    missing = sorted(row for row in rows if row not in tests)
    for row in sorted(rows):
        what, page = rows[row]
        print(f"{row}  {what}  →  {page or '-'}", file=sys.stderr if "--json" in argv else sys.stdout)
        for test in tests.get(row, ["(no test)"]):
            print(f"        {test}", file=sys.stderr if "--json" in argv else sys.stdout)
    if "--json" in argv:
        print(json.dumps({"rows": len(rows), "proven": len(rows) - len(missing), "missing": missing}))
    else:
        print(f"{len(rows)} rows promised, {len(rows) - len(missing)} proven; missing: {', '.join(missing) or 'none'}")
    return 1 if missing else 0
