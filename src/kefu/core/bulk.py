"""Much at once, in the caller's transaction: many rows by COPY, one row with large bytes."""

from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from django.db import connection
from psycopg import Cursor, sql


def copy_in(table: str, columns: Sequence[str], rows: Iterable[Sequence[Any]]) -> int:
    """COPY `rows` (one value a column) into `table`; how many. Nothing else may use the connection meanwhile."""
    names = sql.SQL(", ").join(sql.Identifier(column) for column in columns)
    statement = sql.SQL("COPY {} ({}) FROM STDIN").format(sql.Identifier(table), names)
    count = 0
    with connection.cursor() as cursor, cursor.copy(statement) as copy:
        for row in rows:
            copy.write_row(row)
            count += 1
    return count


def insert_large(table: str, values: Mapping[str, Any]) -> bool:
    """Insert one row whose bytes are large, sent beside the statement (Django writes them into its text, at six times
    their size in memory). False when a constraint has the row already.
    """
    statement = sql.SQL("INSERT INTO {} ({}) VALUES ({}) ON CONFLICT DO NOTHING").format(
        sql.Identifier(table),
        sql.SQL(", ").join(sql.Identifier(column) for column in values),
        sql.SQL(", ").join(sql.Placeholder() for _ in values),
    )
    connection.ensure_connection()
    with Cursor(connection.connection) as cursor:
        cursor.execute(statement, list(values.values()))
        return cursor.rowcount == 1
