"""A town on a scripted bank, whose people talk to the assistant."""

from tests.wallet.conftest import scripted, town

__all__ = ["scripted", "town"]
