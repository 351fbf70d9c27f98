"""The shipped articles, published once a file: each test runs in a savepoint above them."""

from collections.abc import Iterator
from datetime import datetime
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from django.db import connection, transaction

from kefu.core.actor import SYSTEM
from kefu.knowledge import actions

NOON = datetime(2026, 11, 20, 12, 0, tzinfo=ZoneInfo("Asia/Shanghai"))


@pytest.fixture(scope="module")
def published(django_db_setup: None, django_db_blocker: Any) -> Iterator[int]:
    """How many texts there are; all of it is rolled back after the file's last test."""
    with django_db_blocker.unblock(), transaction.atomic():
        count = actions.import_shipped(actor=SYSTEM, now=NOON)
        connection.check_constraints()  # once, here: else the end of each test checks every row anew
        yield count
        transaction.set_rollback(True)


@pytest.fixture
def shipped(published: int, db: None) -> int:
    return published
