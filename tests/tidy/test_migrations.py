"""Migrations are one line a room, and the models need no further one."""

import pytest
from django.core.management import call_command
from django.db.migrations.loader import MigrationLoader


def test_each_room_has_one_line() -> None:
    loader = MigrationLoader(None, ignore_no_migrations=True)
    assert loader.detect_conflicts() == {}


@pytest.mark.django_db
def test_models_and_migrations_agree() -> None:
    call_command("makemigrations", "--check", "--dry-run", verbosity=0)
