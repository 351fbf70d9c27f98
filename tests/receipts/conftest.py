"""A town on a scripted bank, and a folder of this test's own for what is printed."""

from pathlib import Path
from typing import Any

import pytest
from tests.wallet.conftest import committed_town, scripted, town

__all__ = ["committed_town", "scripted", "town"]


@pytest.fixture(autouse=True)
def own_files(settings: Any, tmp_path: Path) -> None:
    settings.KEFU_FILES = tmp_path
