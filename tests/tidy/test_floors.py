"""The floors of the house hold, and the checker would notice a breach."""

import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]


def lint(folder: Path) -> subprocess.CompletedProcess[str]:
    linter = Path(sys.executable).with_name("lint-imports")
    return subprocess.run(
        [str(linter), "--no-cache", "--config", str(folder / "pyproject.toml")],
        cwd=folder, env={"PYTHONPATH": str(folder / "src"), "PATH": "/usr/bin:/bin"}, capture_output=True, text=True, check=False,
    )  # fmt: skip


def test_every_contract_is_kept() -> None:
    result = lint(ROOT)
    assert result.returncode == 0, result.stdout[-3000:] + result.stderr[-1000:]


@pytest.mark.parametrize(
    ("file", "line"),
    [
        ("ledger/queries.py", "import kefu.wallet.queries"),
        ("desk/queries.py", "import kefu.wallet.queries"),
        ("cases/queries.py", "import kefu.ledger.queries"),
        ("live/app.py", "import kefu.desk.models"),
    ],
)
def test_a_breach_is_noticed(tmp_path: Path, file: str, line: str) -> None:
    copy = tmp_path / "src"
    subprocess.run(["cp", "-r", str(ROOT / "src"), str(copy)], check=True)
    (tmp_path / "pyproject.toml").write_text((ROOT / "pyproject.toml").read_text("utf-8"), "utf-8")
    target = copy / "kefu" / file
    target.write_text(f"{line}\n" + target.read_text("utf-8"), "utf-8")
    assert lint(tmp_path).returncode == 1
