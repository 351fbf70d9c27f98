"""The one place that reads the clock. Edges and tasks call it and pass the instant on as `now`."""

from datetime import UTC, datetime


def now() -> datetime:
    """The present instant, aware, UTC."""
    return datetime.now(UTC)
