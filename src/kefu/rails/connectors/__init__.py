"""Connectors to the houses outside, all behind `Connector`: banks, and payees (billers and lenders)."""

from django.conf import settings
from django.utils.module_loading import import_string

from kefu.rails.connectors.base import (
    AccountAnswer,
    Answer,
    Bank,
    CallbackRefusedError,
    CardAnswer,
    Connector,
    HeardCallback,
    Order,
    Payee,
    PermanentError,
    TemporaryError,
)

__all__ = [
    "AccountAnswer",
    "Answer",
    "Bank",
    "CallbackRefusedError",
    "CardAnswer",
    "Connector",
    "HeardCallback",
    "Order",
    "Payee",
    "PermanentError",
    "TemporaryError",
    "bank",
    "connector",
    "payee",
]


def connector(code: str) -> Connector:
    """The connector named `code` in the settings; an unknown name is a bug or a removed bank."""
    made: Connector = import_string(settings.RAILS_CONNECTORS[code])()
    return made


def bank(code: str) -> Bank:
    """The connector named `code`, which must link cards."""
    found = connector(code)
    if not isinstance(found, Bank):
        raise TypeError(f"connector {code} links no cards")
    return found


def payee(code: str) -> Payee:
    """The connector named `code`, which must know accounts that are paid."""
    found = connector(code)
    if not isinstance(found, Payee):
        raise TypeError(f"connector {code} knows no accounts")
    return found
