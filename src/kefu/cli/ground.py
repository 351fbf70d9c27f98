"""One prepared data folder that all throw-away installations of a test run are copies of.

KEFU_GROUND names a folder of the run. Whoever needs an installation first lays the ground in it: secrets, a database
with all migrations, static files. All others copy it, and start without preparing anything.
"""

import contextlib
import fcntl
import os
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Iterator, Mapping
from pathlib import Path

from kefu.cli.running.installation import Database, finish_database, own_cluster
from kefu.cli.running.prepared import prepared_mode, stamp_prepared
from kefu.cli.running.processes import Place, environment_of
from kefu.cli.running.secrets_folder import ensure_secrets
from kefu.cli.server.server_user import CHECKOUT, reachable_folder
from kefu.cli.terminal import CannotRun

NAME = "KEFU_GROUND"


@contextlib.contextmanager
def folder() -> Iterator[str]:
    """A folder to name in KEFU_GROUND; gone afterwards."""
    made = Path(tempfile.mkdtemp(prefix="kefu-ground-", dir=reachable_folder()))
    made.chmod(0o755)
    try:
        yield str(made)
    finally:
        shutil.rmtree(made)


def lay(data: Path, environment: Mapping[str, str]) -> None:
    """Make `data`, which is not there yet, a copy of the ground; without a ground it is left to the first start.

    `environment` is that of the installation, without anything of a test run that surrounds it.
    """
    named = os.environ.get(NAME, "")
    if not named:
        return
    ground = Path(named) / "ground"
    with (Path(named) / "lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        if not ground.exists() or prepared_mode(ground) is None:
            command = [sys.executable, "-m", "kefu.cli.ground", str(ground)]
            done = subprocess.run(command, cwd=CHECKOUT, env=environment, capture_output=True, text=True, check=False)
            if done.returncode != 0:
                raise CannotRun(f"the ground could not be prepared:\n{done.stdout}{done.stderr}", status=1)
    subprocess.run(["cp", "-a", str(ground), str(data)], check=True)


def prepare(data: Path) -> None:
    """Make or renew the ground, as the first start of an installation for the demo would."""
    data.mkdir(mode=0o711, exist_ok=True)
    data.chmod(0o711)
    ensure_secrets(data, in_use=(data / "postgres" / "data").exists())
    cluster = own_cluster(data)
    cluster.durable = False
    cluster.start()
    try:
        owner = finish_database(cluster).owner_dsn
        environment = environment_of(data, Database(owner, owner), Place("127.0.0.1", 1, 1), "demo")
        command = [sys.executable, "-m", "kefu.cli.running.prepare", "demo"]
        subprocess.run(command, cwd=CHECKOUT, env=environment, check=True)
    finally:
        cluster.stop()
    stamp_prepared(data, "demo")


if __name__ == "__main__":
    prepare(Path(sys.argv[1]))
