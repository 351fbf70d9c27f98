"""One database with its relay and `live` process for the tests of a module."""

import os
import uuid
from collections.abc import Iterator
from contextlib import contextmanager

import pytest
from tests.live.live_town import Town


@contextmanager
def built_town() -> Iterator[Town]:
    from kefu.cli.database import create_database, drop_database

    admin, name = os.environ["KEFU_TEST_ADMIN_DSN"], f"clone_{uuid.uuid4().hex[:10]}"
    place = admin.split("@", 1)[1].split("/", 1)[0]
    owner = f"postgresql://kefu_owner:test@{place}/postgres"
    create_database(admin_dsn=owner, name=name, template=os.environ["KEFU_TEST_TEMPLATE"])
    made = Town(f"postgresql://kefu_app:test@{place}/{name}")
    yield made
    made.close()
    drop_database(admin_dsn=owner, name=name)


@pytest.fixture(scope="module")
def shared_town() -> Iterator[Town]:
    """One for the tests of a module: a process takes a second to start."""
    with built_town() as made:
        yield made


@pytest.fixture
def new_town() -> Iterator[Town]:
    """One in which nothing was ever announced."""
    with built_town() as made:
        yield made


@pytest.fixture
def town(shared_town: Town) -> Iterator[Town]:
    """The same, with no reader left over."""
    yield shared_town
    for reader in shared_town.readers:
        reader.close()
    shared_town.readers.clear()
