"""The supervisor over small real processes: what dies comes back, all stops in time, nothing is left."""

import json
import os
import signal
import subprocess
import sys
import textwrap
import time
from collections.abc import Iterator
from pathlib import Path

import pytest
from tests.cli.watching import eventually, is_alive

from kefu.cli.running.supervisor import last_lines, rotate

SCRIPT = textwrap.dedent("""
    import json, os, sys
    from pathlib import Path
    from kefu.cli.running.supervisor import Supervisor, command_program

    folder = Path(sys.argv[1])

    def write():
        pids = {name: child.process.pid for name, child in supervisor.children.items()}
        (folder / "state.new").write_text(json.dumps({"pids": pids, "restarts": supervisor.restarts()}))
        (folder / "state.new").rename(folder / "state")

    supervisor = Supervisor(on_change=write)
    for name, line in json.loads(sys.argv[2]).items():
        command = ["/bin/sh", "-c", line]
        supervisor.start(command_program(name, command, environment=os.environ, folder=folder, logs=folder))
    supervisor.until(lambda: False)
    sys.exit(0 if supervisor.stop(seconds=float(sys.argv[3])) else 3)
""")
STEADY = "while :; do sleep 0.05; done"


class Supervised:
    def __init__(
        self, folder: Path, environment: dict[str, str], programs: dict[str, str], seconds: float
    ) -> None:
        self.folder = folder
        command = [sys.executable, "-c", SCRIPT, str(folder), json.dumps(programs), str(seconds)]
        self.process = subprocess.Popen(command, env=environment, stderr=subprocess.PIPE, text=True)
        assert eventually(lambda: set(self.pids()) == set(programs))

    def state(self) -> dict[str, dict[str, int]]:
        path = self.folder / "state"
        return json.loads(path.read_text()) if path.exists() else {"pids": {}, "restarts": {}}

    def pids(self) -> dict[str, int]:
        return self.state()["pids"]


@pytest.fixture
def supervised(tmp_path: Path, command_environment: dict[str, str]) -> Iterator:
    made: list[Supervised] = []

    def start(programs: dict[str, str], *, seconds: float = 5) -> Supervised:
        made.append(Supervised(tmp_path, command_environment, programs, seconds))
        return made[-1]

    yield start
    for one in made:
        one.process.kill()
        one.process.communicate()


def test_killed_child_comes_back_at_once_and_is_counted(supervised) -> None:
    one = supervised({"a": STEADY, "b": STEADY})
    before = one.pids()
    began = time.monotonic()
    os.kill(before["a"], signal.SIGKILL)
    assert eventually(lambda: one.pids()["a"] != before["a"])
    assert time.monotonic() - began < 1.5
    assert one.state()["restarts"] == {"a": 1, "b": 0}
    assert one.pids()["b"] == before["b"]


def test_child_that_keeps_dying_is_given_more_and_more_time(supervised) -> None:
    one = supervised({"bad": "echo the reason; exit 7"})
    time.sleep(2.0)
    assert 2 <= one.state()["restarts"]["bad"] <= 4
    one.process.terminate()
    _, said = one.process.communicate(timeout=10)
    assert "bad ended with status 7; starting it again in 0.2 s" in said
    assert "bad: the reason" in said
    assert "again in 0.8 s" in said


def test_what_a_killed_child_left_behind_goes_too(supervised, tmp_path: Path) -> None:
    one = supervised({"leader": f"sleep 300 & echo $! > {tmp_path}/worker; wait"})
    assert eventually(
        lambda: (tmp_path / "worker").exists() and (tmp_path / "worker").read_text().strip() != ""
    )
    worker = int((tmp_path / "worker").read_text())
    os.kill(one.pids()["leader"], signal.SIGKILL)
    assert eventually(lambda: not is_alive(worker), seconds=3)


@pytest.mark.parametrize("sent", [signal.SIGTERM, signal.SIGINT])
def test_all_stop_cleanly_when_told(supervised, sent: signal.Signals) -> None:
    one = supervised({"a": STEADY, "b": STEADY})
    pids = one.pids()
    one.process.send_signal(sent)
    assert one.process.wait(timeout=5) == 0
    assert not any(is_alive(pid) for pid in pids.values())


def test_stubborn_child_is_killed_in_time(supervised) -> None:
    one = supervised({"deaf": f"trap '' TERM INT; {STEADY}", "good": STEADY}, seconds=1.5)
    pids = one.pids()
    began = time.monotonic()
    one.process.terminate()
    assert one.process.wait(timeout=10) == 3
    assert time.monotonic() - began < 3
    assert not any(is_alive(pid) for pid in pids.values())


def test_children_die_with_a_killed_supervisor(supervised) -> None:
    one = supervised({"a": STEADY, "deaf": f"trap '' TERM INT; {STEADY}"})
    pids = one.pids()
    one.process.kill()
    one.process.wait()
    assert eventually(lambda: not any(is_alive(pid) for pid in pids.values()), seconds=3)


def test_log_stays_small_while_its_writer_keeps_it_open(tmp_path: Path) -> None:
    log = tmp_path / "web.log"
    with log.open("ab", buffering=0) as writer:
        for number in range(6):
            writer.write(f"line {number}\n".encode() * 100)
            rotate(log, size=500, files=2)
        writer.write(b"the last\n")
    assert log.read_bytes() == b"the last\n"
    assert sorted(p.name for p in tmp_path.iterdir()) == ["web.log", "web.log.1", "web.log.2"]
    assert "line 5" in (tmp_path / "web.log.1").read_text()
    assert last_lines(log, 0) == ["the last"]
