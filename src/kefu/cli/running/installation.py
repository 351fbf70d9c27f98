"""An installation: its data folder, its database, and the environment in which its processes run.

Other commands find the running product by `<data>/run.json`, which `./kefu up` writes; `joined()` gives them
its environment, or starts the database for as long as they need it.
"""

import contextlib
import fcntl
import json
import os
from collections.abc import Iterator
from dataclasses import asdict, dataclass
from pathlib import Path

import psycopg

from kefu.cli.children import unwind_on_sigterm
from kefu.cli.running.secrets_folder import database_passwords
from kefu.cli.server.binaries import OLDEST
from kefu.cli.server.postgres import Cluster
from kefu.cli.server.roles import ADMIN, APP, OWNER, ensure_database, ensure_roles
from kefu.cli.server.server_user import CHECKOUT, data_folder
from kefu.cli.terminal import CannotRun


@dataclass(frozen=True)
class Running:
    """What a running product says about itself in `run.json`. Times are UTC, ISO 8601."""

    pid: int
    started_at: str
    data: str
    mode: str
    url: str
    live_url: str
    ports: dict[str, int]
    processes: dict[str, int]
    restarts: dict[str, int]
    environment: dict[str, str]

    def write(self) -> None:
        final = Path(self.data) / "run.json"
        made = final.with_name("run.json.new")
        # It holds the database's addresses with their passwords.
        with os.fdopen(os.open(made, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600), "w") as file:
            json.dump(asdict(self), file, indent=1)
        made.rename(final)


def find_running(data: Path) -> Running | None:
    """The product that runs on this data folder, or None. A file left by a killed one does not count."""
    try:
        holder = os.open(data / "up.lock", os.O_RDWR)
    except FileNotFoundError:
        return None
    try:
        fcntl.flock(holder, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        text = (data / "run.json").read_text("utf-8") if (data / "run.json").exists() else "{}"
        given = json.loads(text)
        return Running(**given) if given else None
    finally:
        os.close(holder)
    return None


@dataclass(frozen=True)
class Database:
    """Both addresses of the database, and the cluster when it is our own."""

    owner_dsn: str
    app_dsn: str
    cluster: Cluster | None = None

    def is_in_use(self) -> bool:
        """Whether it holds anything yet."""
        query = "SELECT EXISTS (SELECT FROM pg_tables WHERE schemaname = 'public')"
        with psycopg.connect(self.owner_dsn) as connection:
            row = connection.execute(query).fetchone()
        return bool(row and row[0])


def external_database() -> Database | None:
    """The database named by DATABASE_OWNER_URL and DATABASE_URL, if set; both roles and the version
    checked.
    """
    owner, app = os.environ.get("DATABASE_OWNER_URL", ""), os.environ.get("DATABASE_URL", "")
    if not owner and not app:
        return None
    if not (owner and app):
        raise CannotRun(
            "set both DATABASE_OWNER_URL (makes tables) and DATABASE_URL (role kefu_app), or neither"
        )
    for name, dsn in (("DATABASE_OWNER_URL", owner), ("DATABASE_URL", app)):
        try:
            with psycopg.connect(dsn, connect_timeout=10) as connection:
                version, user = connection.info.server_version // 10_000, connection.info.user
        except psycopg.Error as problem:
            raise CannotRun(
                f"{name} does not connect: {str(problem).strip().splitlines()[0]}", status=1
            ) from problem
        if version < OLDEST:
            raise CannotRun(f"{name} is PostgreSQL {version}; {OLDEST} or newer is needed", status=1)
        if name == "DATABASE_URL" and user != APP:
            raise CannotRun(
                f"DATABASE_URL signs in as {user}; the application's role is {APP}: CREATE ROLE {APP} LOGIN"
            )
    return Database(owner, app)


def own_cluster(data: Path) -> Cluster:
    """The installation's own server, not started. Its secrets must have been made."""
    return Cluster(data / "postgres", database_passwords(data))


def finish_database(cluster: Cluster) -> Database:
    """With the server answering: make roles and the empty database where they are missing."""
    admin = cluster.dsn("postgres", ADMIN)
    ensure_roles(admin, cluster.passwords)
    ensure_database(admin)
    return Database(cluster.dsn(role=OWNER), cluster.dsn(role=APP), cluster)


def base_environment(data: Path, database: Database) -> dict[str, str]:
    """What every process of the installation needs, whoever starts it. The database is the application's
    role's.
    """
    kept = {k: v for k, v in os.environ.items() if k not in ("DATABASE_OWNER_URL", "KEFU_POOL")}
    return kept | {
        "PYTHONPATH": str(CHECKOUT / "src"),
        "PYTHONUNBUFFERED": "1",
        "OPENBLAS_NUM_THREADS": "1",
        "OMP_NUM_THREADS": "1",
        "DJANGO_SETTINGS_MODULE": "kefu.config.settings",
        "KEFU_DATA": str(data),
        "DATABASE_URL": database.app_dsn,
    }


@contextlib.contextmanager
def open_database(data: Path) -> Iterator[Database]:
    """The installation's database, running: as a guest of the running product, or started for this long."""
    external = external_database()
    if external is not None:
        yield external
        return
    if not (data / "postgres" / "data").exists():
        raise CannotRun(f"there is no installation in {data}; ./kefu up makes one")
    cluster = own_cluster(data)
    unwind_on_sigterm()
    try:
        cluster.start()
        yield finish_database(cluster)
    finally:
        cluster.stop()


@contextlib.contextmanager
def joined(data: Path | None = None) -> Iterator[Running | None]:
    """Puts the installation's environment into `os.environ`, ready for `django.setup()`.

    Yields what runs, or None when nothing does: then the database is started for as long as this lasts.
    """
    folder = data_folder(data)
    running = find_running(folder)
    if running is not None:
        os.environ.update(running.environment)
        yield running
        return
    if _is_inside(folder):
        yield None
        return
    with open_database(folder) as database:
        os.environ.update(base_environment(folder, database))
        yield None


def _is_inside(folder: Path) -> bool:
    """Whether this process was given the installation's environment already: a step of its start."""
    given = os.environ.get("KEFU_DATA") == str(folder) and "DATABASE_URL" in os.environ
    return given and "DATABASE_OWNER_URL" not in os.environ
