"""Where middle rates come from; the sandbox's market speaks as its bank does (docs/reference/sandbox-bank.md)."""

import re
from abc import ABC, abstractmethod
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal
from typing import Any, ClassVar
from urllib.parse import urlencode

from django.conf import settings
from django.utils.module_loading import import_string
from django.utils.translation import gettext_lazy as _

from kefu.rails.connectors.signed import SignedHouse, reading, stamp

MID = re.compile(r"[0-9]{1,7}(\.[0-9]{1,6})?")


@dataclass(frozen=True, kw_only=True)
class RateTold:
    """`mid` of our currency for `units` of `currency`."""

    currency: str
    units: int
    mid: Decimal


@dataclass(frozen=True, kw_only=True)
class RatesTold:
    """All middle rates that a source knows, as of one instant."""

    source: str
    as_of: datetime
    rates: tuple[RateTold, ...]


class RateSource(ABC):
    """Methods with network raise `TemporaryError` or `PermanentError`; none blocks for long.

    `names`: what people call the sources that it tells of, by the names that these give themselves.
    """

    names: ClassVar[Mapping[str, Any]] = {}

    @abstractmethod
    def fetch_rates(self, *, at: datetime | None = None) -> RatesTold:
        """The rates now, or for history as they were `at`."""


class SandboxMarket(SignedHouse, RateSource):
    """Rates that wander a little with the time, from the sandbox bank's market desk."""

    code = "sandbox"
    doors = {}
    named_by = ""
    outcomes = {}
    shown = _("演示外汇市场")
    names = {"sandbox-market": shown}

    def fetch_rates(self, *, at: datetime | None = None) -> RatesTold:
        asked = f"?{urlencode({'at': stamp(at)})}" if at else ""
        told, raw = self._call("GET", f"/v1/rates{asked}", None)
        return reading(raw, lambda: RatesTold(
            source=str(told["source"])[:80],
            as_of=_moment(told["as_of"]),
            rates=tuple(_rate(one) for one in told["rates"]),
        ))  # fmt: skip


def _moment(text: str) -> datetime:
    moment = datetime.fromisoformat(text)
    if moment.tzinfo is None:
        raise ValueError("as_of has no zone")
    return moment


def _rate(told: dict[str, Any]) -> RateTold:
    mid, units = str(told["mid"]), told["units"]
    if not MID.fullmatch(mid) or not Decimal(mid) or type(units) is not int or not 0 < units <= 10_000:
        raise ValueError(f"no rate: {mid[:20]!r}")
    return RateTold(currency=str(told["currency"]), units=units, mid=Decimal(mid))


def rate_source() -> RateSource:
    """The source named in the settings."""
    made: RateSource = import_string(settings.RATE_SOURCE)()
    return made
