"""Statuses change here: one UPDATE that names the status it expects, so that the row count tells who won."""

from typing import Any

from django.db.models import Model


class IllegalTransition(Exception):
    """A bug in the caller: the pair is not in the model's `TRANSITIONS`."""


def transition(
    model: type[Model], pk: Any, from_: str | tuple[str, ...], to: str, *, field: str = "status", **changes: Any
) -> bool:
    """Compare-and-set `field` from `from_` to `to`, with the named further changes.

    True when this call moved the row; False when another was first (a normal branch of the caller).
    """
    starts = (from_,) if isinstance(from_, str) else from_
    legal: frozenset[tuple[str, str]] = model.TRANSITIONS  # type: ignore[attr-defined]
    for start in starts:
        if (start, to) not in legal:
            raise IllegalTransition(f"{model.__name__}: {start} → {to}")
    rows = model._default_manager.filter(pk=pk, **{f"{field}__in": starts})
    return rows.update(**{field: to}, **changes) == 1
