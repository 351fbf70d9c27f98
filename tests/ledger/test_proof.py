"""`./kefu prove ledger` and `./kefu bench ledger` as commands: what they print, and that a stopped run goes on."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest

from kefu.cli.bench import ledger as bench_ledger
from kefu.cli.books import bench
from kefu.cli.books.bench import Measured
from kefu.cli.prove import ledger as prove_ledger

ROOT = Path(__file__).resolve().parents[2]


def _prove(tmp_path: Path, *arguments: str) -> subprocess.CompletedProcess[str]:
    """In a process of its own: it takes Django for the ledger alone."""
    command = [sys.executable, "-m", "kefu.cli", "prove", "ledger", "--json", *arguments]
    server = os.environ["KEFU_TEST_ADMIN_DSN"]
    return subprocess.run(
        [*command, "--server", server, "--state", str(tmp_path)],
        env={**os.environ, "PYTHONPATH": str(ROOT / "src")},
        capture_output=True,
        text=True,
        check=False,
    )


def test_proof_of_the_ledger_at_small_size(tmp_path: Path) -> None:
    done = _prove(tmp_path, "--size", "small", "--seed", "5")
    assert done.returncode == 0, done.stderr
    said = json.loads(done.stdout.splitlines()[-1])
    assert (said["name"], said["size"], said["seed"], said["violations"]) == ("ledger", "small", 5, [])
    assert said["operations"] >= 600
    assert not list(tmp_path.iterdir())


def test_stopped_proof_goes_on_after_its_last_round(tmp_path: Path) -> None:
    kept = tmp_path / "ledger-small-6.json"
    kept.write_text(json.dumps({"rounds": 2, "operations": 640, "seconds": 1.5, "violations": ["seen before"]}))
    done = _prove(tmp_path, "--size", "small", "--seed", "6")
    assert done.returncode == 1
    assert "going on after round 2 of 2" in done.stderr
    said = json.loads(done.stdout.splitlines()[-1])
    assert (said["operations"], said["violations"], said["seconds"]) == (640, ["seen before"], 1.5)


def test_unknown_size_is_bad_usage(capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit) as refused:
        prove_ledger.run(["--size", "huge"])
    assert refused.value.code == 2
    assert "--size" in capsys.readouterr().err


def test_bench_needs_a_second_for_a_cell(capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit) as refused:
        bench_ledger.run(["--seconds", "0.1"])
    assert refused.value.code == 2
    assert "--seconds" in capsys.readouterr().err


def test_bench_takes_medians_and_the_ratio_within_a_round() -> None:
    results = {(cell.name, cell.clients): Measured([100.0, 400.0, 200.0], [1.0, 2.0, 3.0]) for cell in bench.cells()}
    results["single", 16] = Measured([150.0, 600.0, 100.0], [1.0, 2.0, 3.0])
    results["batch_500", 4] = Measured([300.0, 800.0, 500.0], [9.0, 9.0, 9.0])
    fields = bench.summary(results)
    assert fields["pgbench_tps"] == {"1": 200, "4": 200, "16": 200}
    assert fields["single_tps"] == {"1": 200, "4": 200, "16": 150}
    assert fields["ratio_single"] == {"1": 1.0, "4": 1.0, "16": 1.5}
    assert fields["batch_tps"] == {"50": 200, "500": 500}
    assert fields["ratio_batch"] == 2.5
    p99 = fields["p99_ms"]
    assert isinstance(p99, dict)
    assert p99["single@16"] == 2.0
