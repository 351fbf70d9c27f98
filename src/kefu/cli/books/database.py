"""The ledger alone, in a database of its own: no other room, no settings of the installation."""

import contextlib
import subprocess
import sys
from collections.abc import Iterator
from urllib.parse import unquote, urlsplit

import django
import psycopg
from django.conf import settings
from django.core.management import call_command
from django.db import connections

from kefu.cli.database import create_database, drop_database, prepare_database
from kefu.cli.server.postgres import temporary_cluster
from kefu.cli.server.roles import APP, OWNER
from kefu.cli.server.server_user import CHECKOUT
from kefu.cli.throwaway import bare_environment


def connect_django(dsn: str) -> None:
    """Point this process's Django, which holds the ledger and nothing else, at the database."""
    parts = urlsplit(dsn)
    database = {
        "ENGINE": "django.db.backends.postgresql",
        "NAME": parts.path.lstrip("/"),
        "USER": unquote(parts.username or ""),
        "PASSWORD": unquote(parts.password or ""),
        "HOST": unquote(parts.hostname or ""),
        "PORT": str(parts.port or ""),
    }
    if not settings.configured:
        settings.configure(
            INSTALLED_APPS=["kefu.ledger"],
            DATABASES={"default": database},
            DEFAULT_AUTO_FIELD="django.db.models.BigAutoField",
            USE_TZ=True,
        )
        django.setup()
        return
    connections["default"].close()
    connections["default"].settings_dict.update(database)


class Server:
    """A throw-away server. `admin` is its administrator's address."""

    def __init__(self, admin: str) -> None:
        self.admin = admin

    def dsn(self, name: str, role: str = APP) -> str:
        """The address of a database for one of the two roles."""
        place = self.admin.split("@", 1)[1].split("/", 1)[0]
        return f"postgresql://{role}:test@{place}/{name}"

    def make_empty(self, name: str) -> None:
        """A database without tables."""
        create_database(admin_dsn=self.dsn("postgres", OWNER), name=name)

    def make_books(self, name: str) -> None:
        """Empty books, made by the ledger's own migrations."""
        self.make_empty(name)
        prepare_database(owner_dsn=self.dsn(name, OWNER))
        connect_django(self.dsn(name, OWNER))
        call_command("migrate", "ledger", verbosity=0)
        connections["default"].close()

    def make_product(self, name: str, *, template: str | None = None) -> None:
        """A database with every room's tables, made by all migrations or as a copy of one that was."""
        if template:
            create_database(admin_dsn=self.dsn("postgres", OWNER), name=name, template=template)
            return
        self.make_empty(name)
        prepare_database(owner_dsn=self.dsn(name, OWNER))
        migrate = [sys.executable, "-m", "kefu.config.manage", "migrate", "--verbosity", "0"]
        subprocess.run(migrate, env=bare_environment(self.dsn(name, OWNER)), cwd=CHECKOUT / "src", check=True)

    @contextlib.contextmanager
    def clone(self, template: str, name: str) -> Iterator[str]:
        """A copy of `template`, dropped afterwards; yields the application's address."""
        create_database(admin_dsn=self.dsn("postgres", OWNER), name=name, template=template)
        try:
            yield self.dsn(name)
        finally:
            self.drop(name)

    def drop(self, name: str) -> None:
        """Drop a database, leaving it first. As the administrator: a client's session may be ending still."""
        connections["default"].close()
        drop_database(admin_dsn=self.admin, name=name)

    def execute(self, name: str, *statements: str) -> None:
        """Statements outside a transaction, as the administrator."""
        base = self.admin.rsplit("/", 1)[0]
        with psycopg.connect(f"{base}/{name}", autocommit=True) as connection:
            for statement in statements:
                connection.execute(statement)


@contextlib.contextmanager
def throwaway_server(*, durable: bool) -> Iterator[Server]:
    """A server of its own, with fsync and synchronous_commit on when `durable`; nothing is left of it."""
    with temporary_cluster(durable=durable) as admin:
        yield Server(admin)
