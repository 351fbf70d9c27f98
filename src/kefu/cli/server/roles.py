"""The two roles of the application: one that makes tables, one that works in them."""

import secrets
from collections.abc import Mapping

import psycopg
from psycopg import sql

ADMIN = "postgres"
OWNER = "kefu_owner"
APP = "kefu_app"
DATABASE = "kefu"


def make_passwords() -> dict[str, str]:
    """A fresh password for each role."""
    return {role: secrets.token_urlsafe(24) for role in (ADMIN, OWNER, APP)}


def ensure_roles(admin_dsn: str, passwords: Mapping[str, str]) -> None:
    """Make both roles where they are missing. The owner may create databases (tests clone them), neither is
    superuser.
    """
    with psycopg.connect(admin_dsn, autocommit=True) as connection:
        for role, rights in ((OWNER, "LOGIN CREATEDB"), (APP, "LOGIN NOCREATEDB")):
            if connection.execute("SELECT 1 FROM pg_roles WHERE rolname = %s", [role]).fetchone():
                continue
            statement = sql.SQL("CREATE ROLE {} " + rights + " PASSWORD {}")
            connection.execute(statement.format(sql.Identifier(role), sql.Literal(passwords[role])))


def ensure_database(admin_dsn: str, database: str = DATABASE) -> bool:
    """Make the owner's database where it is missing; returns whether it was made."""
    with psycopg.connect(admin_dsn, autocommit=True) as connection:
        if connection.execute("SELECT 1 FROM pg_database WHERE datname = %s", [database]).fetchone():
            return False
        name, owner, app = sql.Identifier(database), sql.Identifier(OWNER), sql.Identifier(APP)
        connection.execute(sql.SQL("CREATE DATABASE {} OWNER {}").format(name, owner))
        connection.execute(sql.SQL("REVOKE ALL ON DATABASE {} FROM PUBLIC").format(name))
        connection.execute(sql.SQL("GRANT CONNECT, TEMPORARY ON DATABASE {} TO {}").format(name, app))
    return True
