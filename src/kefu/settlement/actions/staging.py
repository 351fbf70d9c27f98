"""The three sides of a bank day side by side, in temporary tables that live as long as the transaction."""

from collections.abc import Iterable
from datetime import date
from typing import Any
from uuid import UUID

from django.db import connection

from kefu.core.bulk import copy_in
from kefu.rails.queries import files
from kefu.settlement.rules.fee import CONTRACTS
from kefu.wallet import queries as wallet
from kefu.wallet.queries import Carried

_TABLES = """
DROP TABLE IF EXISTS pg_temp.rec_line, pg_temp.rec_want, pg_temp.rec_order, pg_temp.rec_fee;
CREATE TEMP TABLE rec_line (src text, bank_ref text, instruction uuid, ref text, kind text, amount bigint, fee bigint,
    status text, last4 text, day date, number int, at timestamptz, by text DEFAULT 'instruction') ON COMMIT DROP;
CREATE TEMP TABLE rec_want (instruction uuid, order_ref text, direction text, amount bigint, status text, day date)
    ON COMMIT DROP;
CREATE TEMP TABLE rec_order (order_ref text, no text, kind text, status text, amount bigint, customer uuid,
    booked bigint) ON COMMIT DROP;
CREATE TEMP TABLE rec_fee (kind text, basis_points int, fixed bigint) ON COMMIT DROP;
"""
_INDEXES = """
CREATE INDEX ON rec_line (instruction, kind); CREATE INDEX ON rec_want (instruction);
CREATE INDEX ON rec_order (order_ref); ANALYZE rec_line; ANALYZE rec_want; ANALYZE rec_order;
"""
_BY_NO = """
SELECT DISTINCT ref FROM rec_line WHERE instruction IS NULL AND day = %s AND ref ~ '^[A-Z][0-9]{20}$'
"""
_JOIN_BY_NO = """
UPDATE rec_line l SET instruction = w.instruction, by = 'order_no'
  FROM rec_want w JOIN rec_order o ON o.order_ref = w.order_ref
 WHERE l.instruction IS NULL AND l.ref = o.no AND abs(l.amount) = o.amount
"""


def stage(connector: str, day: date) -> None:
    """Load what the day concerns: lines of the bank, instructions, orders with what the books say of them."""
    with connection.cursor() as cursor:
        cursor.execute(_TABLES)
    for block in files.lines_concerned(connector, day):
        copy_in("rec_line", files.LINE_COLUMNS, block)
    for block in files.concerned_instructions(connector, day):
        _want(block)
    _join_by_number(day)
    fees = [(flow, fee.basis_points, fee.fixed) for (bank, flow), fee in CONTRACTS.items() if bank == connector]
    copy_in("rec_fee", ("kind", "basis_points", "fixed"), fees)
    with connection.cursor() as cursor:
        cursor.execute(_INDEXES)


def _want(block: list[tuple[Any, ...]]) -> None:
    copy_in("rec_want", files.CONCERNED_COLUMNS, block)
    _orders(wallet.carried_orders([UUID(row[1].removeprefix("order:")) for row in block]))


def _orders(found: Iterable[Carried]) -> None:
    copy_in("rec_order", ("order_ref", "no", "kind", "status", "amount", "customer", "booked"), found)


def _join_by_number(day: date) -> None:
    """Lines that name no instruction but an order's number, for its whole amount, belong to it (the second key)."""
    with connection.cursor() as cursor:
        cursor.execute(_BY_NO, [day])
        numbers = [row[0] for row in cursor.fetchall()]
        if not numbers:
            return
        cursor.execute("SELECT no FROM rec_order WHERE no = ANY(%s)", [numbers])
        there = {row[0] for row in cursor.fetchall()}
        found = [order for order in wallet.carried_by_no(numbers) if order.no not in there]
        _orders(found)
        copy_in("rec_want", files.CONCERNED_COLUMNS, files.instructions_of_orders([o.order_ref for o in found]))
        cursor.execute(_JOIN_BY_NO)
