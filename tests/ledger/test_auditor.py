"""The books against an independent auditor, on random work: same answers, same counters, all invariants."""

from datetime import datetime

import pytest
from django.db import transaction
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from kefu.cli.books import comparison
from kefu.cli.books.comparison import compare
from kefu.ledger import queries

pytestmark = pytest.mark.django_db


@settings(max_examples=8, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(seed=st.integers(min_value=0, max_value=2**32))
def test_books_answer_as_the_auditor(seed: int, now: datetime) -> None:
    with transaction.atomic():
        sent, found = compare(seed=seed, operations=120, wallets=4, now=now)
        assert found == []
        assert queries.check_books() == []
        transaction.set_rollback(True)
    assert sent >= 120


def test_many_transfers_among_few_wallets(now: datetime) -> None:
    sent, found = compare(seed=20261120, operations=1000, wallets=3, now=now)
    assert found == []
    assert queries.check_books() == []
    assert sent >= 1000


def test_auditor_notices_what_the_books_do_wrong(now: datetime, monkeypatch: pytest.MonkeyPatch) -> None:
    honest = comparison.ask_books
    monkeypatch.setattr(comparison, "ask_books", lambda batch, at: honest(batch[:-1] or batch, at))
    _sent, found = compare(seed=4, operations=300, wallets=3, now=now)
    assert any("auditor" in line for line in found)
