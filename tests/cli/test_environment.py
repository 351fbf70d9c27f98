"""The wrapper and what it does before there is any environment."""

import shutil
import subprocess
from pathlib import Path

import pytest
from tests.cli.watching import ROOT

from kefu.cli import COMMANDS, environment
from kefu.cli.__main__ import help_line, help_text, main
from kefu.cli.environment import DEVELOPMENT, RUNTIME


@pytest.fixture
def bare_checkout(tmp_path: Path) -> Path:
    """A checkout in which nothing was set up, with locks that name nothing."""
    shutil.copy(ROOT / "kefu", tmp_path)
    shutil.copytree(
        ROOT / "src" / "kefu" / "cli",
        tmp_path / "src" / "kefu" / "cli",
        ignore=shutil.ignore_patterns("*.pyc"),
    )
    shutil.copy(ROOT / "src" / "kefu" / "__init__.py", tmp_path / "src" / "kefu")
    for lock in (RUNTIME, DEVELOPMENT):
        (tmp_path / lock).write_text(f"# {lock}\n")
    return tmp_path


def test_help_needs_no_environment_and_names_every_command(bare_checkout: Path) -> None:
    shown = subprocess.run([bare_checkout / "kefu"], capture_output=True, text=True, check=True).stdout
    for name, module in COMMANDS.items():
        if help_line(module):
            assert f"  {name} " in shown
    assert not (bare_checkout / ".venv").exists()


def test_old_python_is_named_in_one_line(bare_checkout: Path, tmp_path: Path) -> None:
    script = (bare_checkout / "kefu").read_text().replace("(3, 11)", "(9, 9)")
    (bare_checkout / "kefu").write_text(script)
    done = subprocess.run([bare_checkout / "kefu", "up"], capture_output=True, text=True)
    assert done.returncode == 2
    assert done.stderr == "kefu: needs Python 3.11 or newer on PATH (or name one in KEFU_PYTHON)\n"


def test_environment_is_made_once_and_again_when_the_lock_changes(bare_checkout: Path) -> None:
    assert not environment.is_current(bare_checkout, RUNTIME)
    environment.make(bare_checkout, RUNTIME)
    assert environment.is_current(bare_checkout, RUNTIME)
    assert not environment.is_current(bare_checkout, DEVELOPMENT)
    environment.make(bare_checkout, DEVELOPMENT)
    assert environment.is_current(bare_checkout, RUNTIME)
    (bare_checkout / RUNTIME).write_text("# changed\n")
    assert not environment.is_current(bare_checkout, RUNTIME)
    environment.make(bare_checkout, RUNTIME)
    assert environment.is_current(bare_checkout, DEVELOPMENT), "what tests need is kept"
    done = subprocess.run([bare_checkout / "kefu", "nonsense"], capture_output=True, text=True)
    assert done.returncode == 2
    assert "no command 'nonsense'" in done.stderr
    assert "installing" not in done.stderr


def test_plain_pip_serves_where_uv_is_not(bare_checkout: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(environment, "_usable_uv", lambda: None)
    environment.make(bare_checkout, RUNTIME)
    assert environment.is_current(bare_checkout, RUNTIME)
    assert subprocess.run([bare_checkout / ".venv" / "bin" / "pip", "--version"], check=False).returncode == 0


def test_broken_environment_is_made_anew(bare_checkout: Path) -> None:
    environment.make(bare_checkout, RUNTIME)
    (bare_checkout / ".venv" / "bin" / "python").unlink()
    (bare_checkout / ".venv" / "bin" / "python").symlink_to("/nowhere/python3")
    assert not environment.is_current(bare_checkout, RUNTIME)
    environment.make(bare_checkout, RUNTIME)
    assert environment.is_current(bare_checkout, RUNTIME)


def test_two_starts_at_once_make_it_once(bare_checkout: Path) -> None:
    command = [bare_checkout / "kefu", "nonsense"]
    starts = [subprocess.Popen(command, stderr=subprocess.PIPE, text=True) for _ in range(2)]
    said = "".join(start.communicate()[1] for start in starts)
    assert said.count("environment ready") == 1
    assert said.count("no command 'nonsense'") == 2


def test_locks_name_no_registry_and_pin_everything_with_hashes() -> None:
    for lock in (RUNTIME, DEVELOPMENT):
        text = (ROOT / lock).read_text()
        assert "://" not in text
        assert "index" not in text.split("\n", 2)[2], "below the two lines that say how it was made"
        pins = [line for line in text.splitlines() if line and not line.startswith(("#", " "))]
        assert pins
        assert all("==" in line and line.endswith("\\") for line in pins)
    runtime = {line.split(" ")[0] for line in (ROOT / RUNTIME).read_text().splitlines() if "==" in line[:60]}
    development = (ROOT / DEVELOPMENT).read_text()
    assert all(pin in development for pin in runtime)


def test_unknown_command_is_bad_usage(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["frobnicate"]) == 2
    assert len(capsys.readouterr().err.splitlines()) == 1
    assert "up" in help_text()
