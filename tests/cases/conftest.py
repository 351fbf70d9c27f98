"""A town on a scripted bank, for cases that need the bank's word."""

from tests.wallet.conftest import scripted, town

__all__ = ["scripted", "town"]
