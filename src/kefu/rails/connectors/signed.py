"""JSON over HTTP, signed both ways, as the sandbox's houses speak it (docs/reference/sandbox-bank.md): one wire,
whatever the house is, with the doors and the words of each in a subclass."""

import functools
import json
from collections.abc import Callable, Mapping
from datetime import UTC, date, datetime
from typing import Any, ClassVar, TypeVar
from uuid import UUID

import httpx
from django.conf import settings

from kefu.core import clock
from kefu.rails import rules
from kefu.rails.connectors import signing
from kefu.rails.connectors.base import Answer, Connector, HeardCallback, Order, PermanentError, TemporaryError

CONNECT_SECONDS, ANSWER_SECONDS = 2.0, 4.0
ANSWER_BYTES_MAX = 4 * 1024 * 1024
FILE_BYTES_MAX = 256 * 1024 * 1024
T = TypeVar("T")


@functools.cache
def _client(base_url: str) -> httpx.Client:
    # One pool a process: making a client reads the CA bundle. The proxies of the environment are not for it.
    timeout = httpx.Timeout(ANSWER_SECONDS, connect=CONNECT_SECONDS)
    return httpx.Client(base_url=base_url, timeout=timeout, trust_env=False, follow_redirects=False)


class SignedHouse(Connector):
    """Knows the wire format, and nothing of what it is told.

    `prefix` is the house's path, `doors` where instructions of a direction go, `named_by` what names the card or
    account there, `outcomes` what the house's words for a status mean.
    """

    prefix: ClassVar[str] = ""
    doors: ClassVar[dict[str, str]]
    named_by: ClassVar[str]
    outcomes: ClassVar[dict[str, str]]

    def submit(self, order: Order) -> Answer:
        wanted: dict[str, Any] = {
            "instruction": str(order.instruction),
            self.named_by: order.instrument_token,
            "amount": order.amount,
            "currency": order.currency,
        }
        if order.happened_at is not None:
            wanted["happened_at"] = stamp(order.happened_at)
        return self._answer(*self._call("POST", self.doors[order.direction], wanted))

    def query(self, instruction: UUID, *, direction: str) -> Answer:
        try:
            return self._answer(*self._call("GET", f"{self.doors[direction]}/{instruction}", None))
        except PermanentError as refused:
            if refused.code != "not_found":
                raise TemporaryError(refused.code, refused.raw) from refused
            return Answer(outcome=rules.NOT_FOUND, raw=refused.raw)

    def read_callback(
        self, *, method: str, path: str, headers: Mapping[str, str], body: bytes, now: datetime
    ) -> HeardCallback:
        nonce = signing.check(self._secret(), method=method, path=path, headers=headers, body=body, now=now)
        if body.lstrip()[:1] == b"<":
            return self._read_message(nonce, body)
        try:
            told = json.loads(body)
            event, instruction = str(told["event"])[:64], str(told["instruction"])[:64]
            answer = self._answer(told, body)
            return HeardCallback(nonce=nonce, event=event, instruction=instruction, answer=answer)
        except (ValueError, KeyError, TypeError, TemporaryError):
            answer = Answer(outcome="", raw=body)
            return HeardCallback(nonce=nonce, event="", instruction=None, answer=answer)

    def _read_message(self, nonce: str, body: bytes) -> HeardCallback:
        """A house that sends no messages in XML means nothing by one."""
        return HeardCallback(nonce=nonce, event="", instruction=None, answer=Answer(outcome="", raw=body))

    def fetch_statement(self, day: date) -> bytes:
        return self._fetch(f"/v1/statement?date={day.isoformat()}")

    def fetch_channel_file(self, day: date) -> bytes:
        return self._fetch(f"/v1/channel-file?date={day.isoformat()}")

    def _fetch(self, path: str) -> bytes:
        """A whole file. One that is too long is none: cut off it would say something else."""
        response = self._request("GET", path, b"")
        if not response.is_success:
            raise TemporaryError(f"HTTP {response.status_code}", response.content[:ANSWER_BYTES_MAX])
        if len(response.content) > FILE_BYTES_MAX:
            raise PermanentError("file_too_long")
        return response.content

    def _secret(self) -> bytes:
        """Each house signs with its own: what follows from the shared secret and its name."""
        shared = str(settings.SANDBOX_BANK_SECRET).encode()
        if not shared or not self.prefix:
            return shared
        return signing.house_secret(shared, self.code)

    def _request(self, method: str, path: str, content: bytes, kind: str = "application/json") -> httpx.Response:
        path = self.prefix + path
        # The signature tells the time of sending, also when what is asked about lies in the past.
        headers = signing.signed_headers(self._secret(), method=method, path=path, body=content, now=clock.now())
        headers["Content-Type"] = kind
        try:
            return _client(settings.SANDBOX_BANK_URL).request(method, path, content=content, headers=headers)
        except (httpx.HTTPError, httpx.InvalidURL) as problem:
            raise TemporaryError(f"{type(problem).__name__}: {problem}") from problem

    def _call(self, method: str, path: str, body: dict[str, Any] | None) -> tuple[dict[str, Any], bytes]:
        content = b"" if body is None else json.dumps(body, ensure_ascii=False).encode()
        return self._told(self._request(method, path, content))

    def _told(self, response: httpx.Response) -> tuple[dict[str, Any], bytes]:
        """The JSON of an answer. Raises by its status and code when it is a refusal."""
        raw = response.content[:ANSWER_BYTES_MAX]
        try:
            told = json.loads(raw)
        except ValueError as problem:
            raise TemporaryError(f"HTTP {response.status_code}, not JSON", raw) from problem
        if not isinstance(told, dict):
            raise TemporaryError(f"HTTP {response.status_code}, no object", raw)
        if response.is_success:
            return told, raw
        code = str(told.get("code", response.status_code))
        # 401 is our own clock or secret: nothing is wrong with the instruction, so it stays open.
        if response.status_code >= 500 or response.status_code in (401, 408, 425, 429):
            raise TemporaryError(code, raw)
        left = told.get("tries_left")
        raise PermanentError(code, raw, tries_left=left if isinstance(left, int) else None)

    def _answer(self, told: dict[str, Any], raw: bytes) -> Answer:
        def read() -> Answer:
            amount = told.get("amount")
            when = told.get("returned_at") or told.get("settled_at") or told.get("happened_at")
            accepted = told.get("accepted_at") if rules.ACKNOWLEDGED in self.outcomes.values() else None
            if amount is not None and type(amount) is not int:
                raise TypeError("amount")
            return Answer(
                outcome=self.outcomes[told["status"]],
                raw=raw,
                bank_ref=str(told.get("bank_ref") or ""),
                reason=str(told.get("reason") or ""),
                amount=amount,
                currency=str(told.get("currency") or ""),
                happened_at=datetime.fromisoformat(when) if when else None,
                acknowledged_at=datetime.fromisoformat(accepted) if accepted else None,
            )

        return reading(raw, read)


def stamp(moment: datetime) -> str:
    """A moment as the wire has it."""
    return moment.astimezone(UTC).isoformat(timespec="milliseconds")


def reading(raw: bytes, read: Callable[[], T]) -> T:
    """What `read` makes of an answer; one that is not in the house's form is no answer."""
    try:
        return read()
    except (KeyError, TypeError, ValueError) as problem:
        raise TemporaryError(f"not in the house's form: {problem!r}", raw) from problem
