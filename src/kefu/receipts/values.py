"""What this room hands out: frozen values."""

from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from kefu.receipts.models import Paper
from kefu.wallet.queries.limits.standing import StandingView


@dataclass(frozen=True, kw_only=True)
class PaperView:
    """A paper as its owner sees it. `content` is what stands on it."""

    id: UUID
    kind: str
    number: str
    customer_id: UUID
    content: dict[str, Any]
    issued_at: datetime

    @property
    def verify_url(self) -> str:
        return str(self.content["verify_url"])


@dataclass(frozen=True, kw_only=True)
class FileView:
    """A file ready to be saved: its name, what it is, and the bytes."""

    name: str
    media_type: str
    content: bytes
    sha256: str
    key_id: str


@dataclass(frozen=True, kw_only=True)
class CheckView:
    """What a stranger may know of a genuine paper: no names, no balances."""

    kind: str
    number: str
    issued_at: datetime
    orders: tuple[StandingView, ...]
    period: tuple[str, str] | None


GENUINE, ALTERED, UNKNOWN = "genuine", "altered", "unknown"


@dataclass(frozen=True, kw_only=True)
class Verdict:
    """genuine: exactly as we issued it; altered: says that it is ours, but is not what we issued; unknown."""

    outcome: str
    paper: CheckView | None = None


def see_paper(row: Paper) -> PaperView:
    return PaperView(
        id=row.id,
        kind=row.kind,
        number=row.number,
        customer_id=row.customer_id,
        content=row.content,
        issued_at=row.issued_at,
    )
