"""Folders and an environment for commands that run as processes of their own."""

import os
import shutil
import tempfile
from collections.abc import Iterator
from pathlib import Path

import pytest
from tests.cli.watching import ROOT


@pytest.fixture(autouse=True, scope="module")
def no_outside_database() -> Iterator[None]:
    """Commands that run inside this process see no database but their own."""
    with pytest.MonkeyPatch.context() as patch:
        patch.delenv("DATABASE_URL", raising=False)
        patch.delenv("DATABASE_OWNER_URL", raising=False)
        yield


@pytest.fixture
def open_folder() -> Iterator[Path]:
    """A folder that PostgreSQL's user can enter: pytest's own are closed to others."""
    folder = Path(tempfile.mkdtemp(prefix="kefu-test-", dir="/tmp"))
    folder.chmod(0o755)
    yield folder
    shutil.rmtree(folder)


@pytest.fixture
def command_environment() -> dict[str, str]:
    """Nothing of the surrounding test run, so that a command sees only its own installation."""
    kept = {
        k: v for k, v in os.environ.items() if not k.startswith(("KEFU_", "DATABASE_", "SANDBOX_", "DJANGO_"))
    }
    return kept | {"PYTHONPATH": str(ROOT / "src"), "PYTHONUNBUFFERED": "1"}
