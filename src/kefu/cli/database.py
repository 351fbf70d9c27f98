"""Roles and privileges of a database, set before the first migration.

Two roles: `kefu_owner` migrates, restores and clones; `kefu_app` is what the processes are. What a room
forbids its own application (no update of the books, say) it revokes in its migrations.
"""

import psycopg
from psycopg import sql

APP_ROLE = "kefu_app"

_DEFAULTS = (
    "ALTER DEFAULT PRIVILEGES IN SCHEMA public GRANT SELECT, INSERT, UPDATE, DELETE ON TABLES TO kefu_app",
    "ALTER DEFAULT PRIVILEGES IN SCHEMA public GRANT USAGE, SELECT ON SEQUENCES TO kefu_app",
    "GRANT USAGE ON SCHEMA public TO kefu_app",
)


def prepare_database(*, owner_dsn: str) -> None:
    """Give the application role its default privileges on all that the owner will create. Safe to repeat."""
    with psycopg.connect(owner_dsn, autocommit=True) as connection:
        for statement in _DEFAULTS:
            connection.execute(statement)


def create_database(*, admin_dsn: str, name: str, template: str | None = None) -> None:
    """Create `name`, from `template` by writing its pages to the log (quick for small ones), else empty."""
    statement = sql.SQL("CREATE DATABASE {} ").format(sql.Identifier(name))
    if template:
        statement += sql.SQL("TEMPLATE {} STRATEGY WAL_LOG").format(sql.Identifier(template))
    with psycopg.connect(admin_dsn, autocommit=True) as connection:
        connection.execute(statement)


def drop_database(*, admin_dsn: str, name: str) -> None:
    """Drop `name`, ending what is still connected to it."""
    with psycopg.connect(admin_dsn, autocommit=True) as connection:
        connection.execute(sql.SQL("DROP DATABASE IF EXISTS {} WITH (FORCE)").format(sql.Identifier(name)))
