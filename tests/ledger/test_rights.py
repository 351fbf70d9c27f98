"""The application's role reaches the books through the function alone; what is written stays."""

from __future__ import annotations

import psycopg
import pytest
from django.db import ProgrammingError, connection, transaction
from psycopg.errors import InsufficientPrivilege

FORBIDDEN = (
    "UPDATE ledger_transfer SET amount = amount",
    "DELETE FROM ledger_transfer",
    "TRUNCATE ledger_transfer",
    "INSERT INTO ledger_transfer (id) VALUES (gen_random_uuid())",
    "UPDATE ledger_hold SET status = 'VOIDED'",
    "DELETE FROM ledger_hold",
    "INSERT INTO ledger_hold (id) VALUES (gen_random_uuid())",
    "UPDATE ledger_account SET credits_posted = 1",
    "UPDATE ledger_account SET owner = ''",
    "DELETE FROM ledger_account",
    "INSERT INTO ledger_account (id, stripe, credits_posted) VALUES (1, 0, 5)",
    "UPDATE ledger_owned SET account = 1",
    "DELETE FROM ledger_owned",
    "UPDATE ledger_balanceday SET credits_posted = 1",
    "DELETE FROM ledger_balanceday",
    "SELECT nextval('ledger_transfer_seq')",
    "ALTER TABLE ledger_transfer DISABLE TRIGGER ALL",
    "DROP FUNCTION ledger_post(timestamptz, uuid, bigint, bigint, bigint, text, text, timestamptz, text, text)",
)


@pytest.mark.django_db
@pytest.mark.parametrize("statement", FORBIDDEN)
def test_application_may_not(statement: str) -> None:
    with pytest.raises(ProgrammingError) as refused, transaction.atomic(), connection.cursor() as cursor:
        cursor.execute(statement)
    assert isinstance(refused.value.__cause__, InsufficientPrivilege)


def test_function_does_not_look_where_a_session_can_put_tables(clone_db: str) -> None:
    with psycopg.connect(clone_db) as session:
        session.execute("CREATE TEMP TABLE ledger_account (LIKE public.ledger_account)")
        session.execute(
            "INSERT INTO pg_temp.ledger_account (id, stripe, debits_pending, debits_posted, credits_pending,"
            " credits_posted, debits_must_not_exceed_credits, credits_must_not_exceed_debits, opened_at,"
            " code, currency, owner)"
            " SELECT i, 0, 0, 0, 0, 1000, true, false, now(), 'L10', 'CNY', 'forged'"
            " FROM generate_series(1, 2) AS i"
        )
        batch = session.execute(
            "SELECT code FROM ledger_post(now(), ARRAY[gen_random_uuid()], ARRAY[1]::bigint[],"
            " ARRAY[2]::bigint[], ARRAY[5]::bigint[], ARRAY['TRANSFER'], ARRAY[''], ARRAY[now()])"
        ).fetchone()
        one = session.execute("SELECT ledger_post(now(), gen_random_uuid(), 1, 2, 5, 'TRANSFER', '', now())")
        assert batch == one.fetchone() == ("account_missing",)


def test_only_the_application_may_call_the_function(clone_owner_dsn: str) -> None:
    with psycopg.connect(clone_owner_dsn) as session:
        found = session.execute(
            "SELECT has_function_privilege('kefu_app', p.oid, 'EXECUTE'), p.prosecdef,"
            " p.proacl::text LIKE '%{=X%' OR p.proacl::text LIKE '%,=X%'"
            " FROM pg_proc p WHERE p.proname = 'ledger_post'"
        ).fetchall()
        assert found == [(True, True, False)] * 2
