"""Our own PostgreSQL: one server for one folder, as our child, for as long as its owner lives.

The folder is owned by whoever holds its lock; any other process may be a guest of the running server. The
truth about "is it up" is a connection, never a file. A server that lost its owner shuts down by itself; a
killed one recovers at the next start, however long that takes.
"""

import contextlib
import fcntl
import os
import shutil
import signal
import socket
import subprocess
import tempfile
import time
from collections.abc import Iterator, Mapping
from pathlib import Path
from urllib.parse import quote

import psycopg

from kefu.cli.children import die_with_parent
from kefu.cli.server.binaries import find_binaries, major_version
from kefu.cli.server.roles import ADMIN, APP, OWNER, ensure_roles
from kefu.cli.server.server_user import ServerUser, can_reach, reachable_folder, server_user
from kefu.cli.server.tuning import server_settings
from kefu.cli.terminal import CannotRun, say

TEST_PASSWORDS = {ADMIN: "test", OWNER: "test", APP: "test"}
SOCKET_PATH_LIMIT = 107 - len("/.s.PGSQL.5432.lock")


class Cluster:
    """The database server whose files are in `folder`.

    `passwords` maps each role of `kefu.cli.server.roles` to its password. `durable=False` is for throw-away
    clusters only: no fsync. `tcp` listens on 127.0.0.1 instead of a socket file. Call `start` and `stop`
    from the main thread: the server dies with the thread that started it.
    """

    def __init__(
        self, folder: Path, passwords: Mapping[str, str], *, durable: bool = True, tcp: bool = False
    ) -> None:
        self.folder = folder
        self.data = folder / "data"
        self.log = folder / "postgres.log"
        self.passwords = passwords
        self.durable = durable
        self.tcp = tcp
        self.user = server_user(self.data)
        self.process: subprocess.Popen[bytes] | None = None
        self._lock: int | None = None

    # -- addresses

    def dsn(self, database: str = "kefu", role: str = APP) -> str:
        """A libpq URL for `role`. The host stands percent-encoded before the path, so that both libpq and a
        plain URL parser read it.
        """
        host, port = self._address()
        password = quote(self.passwords[role], safe="")
        return f"postgresql://{role}:{password}@{quote(host, safe='')}:{port}/{database}"

    def _address(self) -> tuple[str, int]:
        at = self.folder / "address"
        if not at.exists():
            raise CannotRun(f"no database server was started in {self.folder}", status=1)
        host, _, port = at.read_text("utf-8").rpartition(":")
        return host, int(port)

    def _choose_address(self) -> tuple[str, int]:
        sockets = self.folder / "socket"
        if not self.tcp and len(os.fsencode(sockets)) <= SOCKET_PATH_LIMIT:
            _make_folder(sockets, 0o755, self.user)
            return str(sockets), 5432
        with socket.socket() as probe:
            probe.bind(("127.0.0.1", 0))
            return "127.0.0.1", probe.getsockname()[1]

    # -- life

    def start(self) -> bool:
        """Run the server, or join the one that runs; returns whether we own it. Waits for crash recovery."""
        if not self.own():
            self._wait_as_guest()
            return False
        for attempt in range(20):
            self.spawn()
            if self._wait_ready():
                return True
            time.sleep(min(0.1 * (attempt + 1), 1.0))
        raise CannotRun(f"PostgreSQL does not start: {self.last_words()}", status=1)

    def own(self) -> bool:
        """Take the folder's lock; False when another process has it. Makes folder and cluster when new."""
        if self._lock is not None:
            return True
        _make_folder(self.folder, 0o711, None)
        holder = os.open(self.folder / "owner.lock", os.O_RDWR | os.O_CREAT, 0o600)
        try:
            fcntl.flock(holder, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            os.close(holder)
            return False
        self._lock = holder
        if not can_reach(self.folder, self.user):
            raise CannotRun(
                f"PostgreSQL's user {self.user and self.user.name} cannot enter {self.folder}", status=1
            )
        if not self.data.exists():
            self._initialise()
        return True

    def spawn(self) -> subprocess.Popen[bytes]:
        """Start the server process without waiting; `is_ready` tells when it answers. Needs the lock."""
        self._clear_remains()
        binaries = find_binaries(self.user)
        wanted = (self.data / "PG_VERSION").read_text("ascii").strip()
        if wanted != str(major_version(binaries)):
            raise CannotRun(
                f"{self.data} is of PostgreSQL {wanted}, the programs are of {major_version(binaries)}: "
                "back up with the old version of Kefu, restore with this one",
                status=1,
            )
        host, port = self._choose_address()
        _write_atomically(self.folder / "address", f"{host}:{port}")
        command = [str(binaries / "postgres"), "-D", str(self.data), "-p", str(port)]
        for name, value in server_settings(durable=self.durable, host=host).items():
            command += ["-c", f"{name}={value}"]
        with self.log.open("ab") as log:
            self.process = subprocess.Popen(
                command,
                stdin=subprocess.DEVNULL,
                stdout=log,
                stderr=log,
                cwd=self.data,
                env={"LC_ALL": "C", "TZ": "UTC", "PATH": "/usr/bin:/bin"},
                start_new_session=True,
                preexec_fn=die_with_parent(signal.SIGINT),
                **(self.user.popen_arguments() if self.user else {}),
            )
        return self.process

    def is_ready(self) -> bool:
        """Whether a connection as the administrator succeeds now."""
        try:
            psycopg.connect(self.dsn("postgres", ADMIN), connect_timeout=2).close()
        except psycopg.OperationalError:
            return False
        return True

    def stop(self, *, seconds: float = 8.0) -> None:
        """Shut down cleanly within `seconds`, then at once (the next start recovers). Releases the lock."""
        if self.process is not None and self.process.poll() is None:
            for sent, patience in ((signal.SIGINT, seconds), (signal.SIGQUIT, 1.0), (signal.SIGKILL, 5.0)):
                self.process.send_signal(sent)
                try:
                    self.process.wait(patience)
                    break
                except subprocess.TimeoutExpired:
                    say(f"PostgreSQL did not stop after {sent.name}")
        self.process = None
        if self._lock is not None:
            os.close(self._lock)
            self._lock = None

    def last_words(self) -> str:
        """The end of the server's log, as one line."""
        lines = self.log.read_text("utf-8", "replace").splitlines()[-3:] if self.log.exists() else []
        return " / ".join(lines) or "it wrote nothing"

    # -- inside

    def _wait_ready(self) -> bool:
        process = self.process
        assert process is not None
        started = said = time.monotonic()
        while process.poll() is None:
            if self.is_ready():
                return True
            now = time.monotonic()
            if now - said > 10:
                said = now
                say(f"PostgreSQL has been recovering for {now - started:.0f} s")
            time.sleep(0.02)
        return False

    def _wait_as_guest(self) -> None:
        deadline = time.monotonic() + 60
        while not ((self.folder / "address").exists() and self.is_ready()):
            if time.monotonic() > deadline:
                raise CannotRun(f"the owner of {self.folder} has no server that answers", status=1)
            time.sleep(0.05)

    def _clear_remains(self) -> None:
        """What an earlier server left: wait for one that is still shutting down, forget the pid of one that
        is gone.

        Under our lock a recorded pid that is not a server in this folder is another program's by now.
        """
        record = self.data / "postmaster.pid"
        deadline = time.monotonic() + 60
        while record.exists():
            pid = int(record.read_text("ascii", "replace").split("\n", 1)[0] or 0)
            if not self._is_our_server(pid):
                record.unlink(missing_ok=True)
                break
            with contextlib.suppress(ProcessLookupError):
                os.kill(pid, signal.SIGINT if time.monotonic() < deadline else signal.SIGQUIT)
            time.sleep(0.1)

    def _is_our_server(self, pid: int) -> bool:
        try:
            return Path(f"/proc/{pid}/cwd").resolve(strict=True) == self.data.resolve()
        except OSError:
            return False

    def _initialise(self) -> None:
        """initdb beside the final place, then one rename: a killed first start leaves nothing half made."""
        binaries = find_binaries(self.user)
        made = self.folder / "data.new"
        if made.exists():
            shutil.rmtree(made)
        _make_folder(made, 0o700, self.user)
        locale = ["--locale-provider=builtin", "--builtin-locale=C.UTF-8", "--locale=C"]
        if major_version(binaries) < 17:
            locale = ["--locale=C.UTF-8"]
        reading, writing = os.pipe()
        os.write(writing, self.passwords[ADMIN].encode() + b"\n")
        os.close(writing)
        command = [
            str(binaries / "initdb"),
            "-D",
            str(made),
            "-U",
            ADMIN,
            "-E",
            "UTF8",
            *locale,
            "--data-checksums",
        ]
        command += ["--auth=scram-sha-256", "--no-instructions", f"--pwfile=/dev/fd/{reading}"]
        command += [] if self.durable else ["--no-sync"]
        if self.user:
            os.fchown(reading, self.user.uid, self.user.gid)
        arguments = self.user.popen_arguments() if self.user else {}
        done = subprocess.run(
            command, capture_output=True, text=True, check=False, pass_fds=[reading], cwd=made, **arguments
        )
        os.close(reading)
        if done.returncode != 0:
            raise CannotRun(f"initdb failed: {' / '.join(done.stderr.split(chr(10))[-4:])}", status=1)
        made.rename(self.data)


@contextlib.contextmanager
def temporary_server(*, durable: bool = False, tcp: bool = False) -> Iterator[Cluster]:
    """A running throw-away cluster with both roles, owned by this process; nothing of it is left afterwards.

    The databases in it are the caller's to make. Without `durable` it does not fsync.
    """
    _sweep_abandoned()
    folder = Path(tempfile.mkdtemp(prefix="kefu-pg-", dir=reachable_folder()))
    cluster = Cluster(folder, TEST_PASSWORDS, durable=durable, tcp=tcp)
    try:
        cluster.start()
        ensure_roles(cluster.dsn("postgres", ADMIN), cluster.passwords)
        yield cluster
    finally:
        cluster.stop()
        shutil.rmtree(folder)


@contextlib.contextmanager
def temporary_cluster(*, durable: bool = False) -> Iterator[str]:
    """The same, as the administrator's address on 127.0.0.1; both roles have the password `test`."""
    with temporary_server(durable=durable, tcp=True) as cluster:
        yield cluster.dsn("postgres", ADMIN)


def _sweep_abandoned() -> None:
    """Remove throw-away clusters whose owner was killed: old enough, and nobody holds their lock."""
    for folder in reachable_folder().glob("kefu-pg-*"):
        with contextlib.suppress(OSError):
            if time.time() - folder.stat().st_mtime < 600:
                continue
            holder = os.open(folder / "owner.lock", os.O_RDWR)
            try:
                fcntl.flock(holder, fcntl.LOCK_EX | fcntl.LOCK_NB)
                shutil.rmtree(folder)
            finally:
                os.close(holder)


def _make_folder(path: Path, mode: int, user: ServerUser | None) -> None:
    path.mkdir(parents=True, exist_ok=True)
    path.chmod(mode)
    if user is not None:
        os.chown(path, user.uid, user.gid)


def _write_atomically(path: Path, text: str) -> None:
    made = path.with_name(path.name + ".new")
    made.write_text(text, "utf-8")
    made.rename(path)
