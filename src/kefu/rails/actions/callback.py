"""What claims to come from a bank: written down first, with our verdict; confirmed by a question after."""

import json
import re
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from uuid import UUID

from django.conf import settings
from django.db import IntegrityError, transaction

from kefu.core import events
from kefu.core.refusal import NotFound
from kefu.rails import events as facts
from kefu.rails import rules
from kefu.rails.actions.instruction import due
from kefu.rails.connectors import Answer, CallbackRefusedError, Connector, HeardCallback, connector
from kefu.rails.models import Advice, Instruction, Recall

_UUID = re.compile(r"[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}")
_HTTP = {
    rules.FORGED: 401,
    rules.STALE: 401,
    rules.REPLAYED: 409,
    rules.UNREADABLE: 400,
}


@dataclass(frozen=True, kw_only=True)
class CallbackReceipt:
    """What became of a callback: the row's id, its verdict and the HTTP status to answer with."""

    advice: UUID
    verdict: str
    http_status: int


def receive_callback(
    *, connector_code: str, method: str, path: str, headers: Mapping[str, str], body: bytes, now: datetime
) -> CallbackReceipt:
    """Write the request down and answer quickly. Nothing moves by it: a genuine one makes us ask the bank.

    `path` is the request target as sent, query string included. Refuses `core.thing.not_found` for a
    connector that does not exist; a forged, stale or replayed request is recorded and answered 401 or 409.
    """
    if connector_code not in settings.RAILS_CONNECTORS:
        raise NotFound()
    bank = connector(connector_code)
    try:
        if len(body) > rules.CALLBACK_BYTES_MAX:
            raise CallbackRefusedError(rules.FORGED, "larger than any callback")
        heard = bank.read_callback(method=method, path=path, headers=headers, body=body, now=now)
    except CallbackRefusedError as refused:
        return _record_refused(bank, refused, body, now=now)
    with transaction.atomic():
        row = _instruction(heard.instruction)
        verdict = _verdict(bank, heard, row)
        advice, verdict = _record(bank, heard, row, verdict, now=now)
        if row and verdict in (rules.ACCEPTED, rules.MISMATCHED):
            _have_confirmed(row, heard.answer, advice, now=now)
    return CallbackReceipt(advice=advice.id, verdict=verdict, http_status=_HTTP.get(verdict, 200))


def _record_refused(bank: Connector, refused: CallbackRefusedError, body: bytes, *, now: datetime) -> CallbackReceipt:
    named = None
    try:
        told = json.loads(body[: rules.CALLBACK_BYTES_MAX])
        named = _instruction(told.get("instruction")) if isinstance(told, dict) else None
    except ValueError:
        named = None
    advice = Advice.objects.create(
        connector=bank.code,
        kind=Advice.CALLBACK,
        raw=body[: rules.CALLBACK_BYTES_MAX],
        signature_ok=refused.verdict == rules.STALE,
        verdict=refused.verdict,
        reason=refused.problem,
        instruction=named,
        received_at=now,
    )
    return CallbackReceipt(advice=advice.id, verdict=refused.verdict, http_status=_HTTP[refused.verdict])


def _instruction(named: object) -> Instruction | None:
    if not isinstance(named, str) or not _UUID.fullmatch(named):
        return None
    return Instruction.objects.filter(pk=named).first()


def _verdict(bank: Connector, heard: HeardCallback, row: Instruction | None) -> str:
    known = Advice.objects.filter(connector=bank.code, nonce=heard.nonce)
    if known.exists():
        return rules.REPLAYED
    if heard.instruction is None:
        return rules.UNREADABLE
    if row is None or (heard.answer.outcome in rules.RECALL_WORDS and not Recall.objects.filter(instruction=row)):
        return rules.STRANGE
    if (heard.answer.amount, heard.answer.currency) != (row.amount, row.currency):
        return rules.MISMATCHED
    return rules.ACCEPTED


def _record(
    bank: Connector, heard: HeardCallback, row: Instruction | None, verdict: str, *, now: datetime
) -> tuple[Advice, str]:
    """Write it down; the database says whether the same event was accepted before (also a moment ago)."""
    advice = Advice(
        connector=bank.code,
        kind=Advice.CALLBACK,
        outside_id=heard.event,
        nonce="" if verdict == rules.REPLAYED else heard.nonce,
        raw=heard.answer.raw,
        signature_ok=True,
        verdict=verdict,
        outcome=heard.answer.outcome,
        instruction=row,
        bank_ref=heard.answer.bank_ref,
        reason=heard.answer.reason,
        amount=heard.answer.amount,
        currency=heard.answer.currency,
        happened_at=heard.answer.happened_at,
        received_at=now,
    )
    try:
        with transaction.atomic():
            advice.save(force_insert=True)
    except IntegrityError:
        advice.verdict = rules.REPEATED
        advice.save(force_insert=True)
    return advice, advice.verdict


def _have_confirmed(row: Instruction, answer: Answer, advice: Advice, *, now: datetime) -> None:
    if answer.outcome in rules.RECALL_WORDS:
        payload = {"recall": Recall.objects.get(instruction=row).id, "advice": advice.id}
        events.announce(kind=facts.RECALL_ADVISED, key=str(payload["recall"]), topics=[], payload=payload, now=now)
        return
    news = answer.outcome in rules.FINAL or (answer.outcome == rules.ACKNOWLEDGED and not row.acknowledged_at)
    if not news or answer.outcome == row.status:
        return
    # From the first rung again: should the question fail just now, it is asked until it is answered.
    wait = timedelta(seconds=settings.RAILS_LADDER_SECONDS[0])
    Instruction.objects.filter(pk=row.pk).update(rung=1, next_query_at=due(now + wait, now=now))
    payload = {"instruction": row.id, "advice": advice.id}
    events.announce(kind=facts.ADVICE_WRITTEN, key=str(row.id), topics=[], payload=payload, now=now)
