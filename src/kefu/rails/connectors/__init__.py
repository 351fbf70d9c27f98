"""Connectors to banks: one file a bank, all behind `Connector`."""

from django.conf import settings
from django.utils.module_loading import import_string

from kefu.rails.connectors.base import (
    Answer,
    CallbackRefusedError,
    CardAnswer,
    Connector,
    HeardCallback,
    Order,
    PermanentError,
    TemporaryError,
)

__all__ = [
    "Answer",
    "CallbackRefusedError",
    "CardAnswer",
    "Connector",
    "HeardCallback",
    "Order",
    "PermanentError",
    "TemporaryError",
    "connector",
]


def connector(code: str) -> Connector:
    """The connector named `code` in the settings; an unknown name is a bug or a removed bank."""
    made: Connector = import_string(settings.RAILS_CONNECTORS[code])()
    return made
