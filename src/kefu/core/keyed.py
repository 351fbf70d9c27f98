"""Requests that carry their own key: the same key and body get the first answer, another body is refused."""

import hashlib
import json
from typing import Any
from uuid import UUID

from django.core.serializers.json import DjangoJSONEncoder
from django.db import connection
from django.utils.translation import gettext_lazy as _

from kefu.core.models import KeyedRequest
from kefu.core.refusal import Refusal


class KeyReused(Refusal):
    code = "core.request.key_reused"
    text = _("这次提交与之前的一次内容不同，已停下。没有重复办理；请刷新页面后重新填写。")
    operator = "the request key was used before with another body"


def claim(*, principal: str, key: UUID, body: dict[str, Any]) -> dict[str, Any] | None:
    """Claim `key` for this transaction; None means: go on, and `settle` the answer.

    A second caller in flight waits here for the first one's commit, then gets its answer.
    """
    digest = hashlib.sha256(json.dumps(body, sort_keys=True, cls=DjangoJSONEncoder).encode()).digest()
    with connection.cursor() as cursor:
        cursor.execute(
            "INSERT INTO core_keyedrequest (principal, key, digest, at) VALUES (%s, %s, %s, now()) "
            "ON CONFLICT (principal, key) DO NOTHING",
            [principal, key, digest],
        )
        if cursor.rowcount == 1:
            return None
    row = KeyedRequest.objects.get(principal=principal, key=key)
    if bytes(row.digest) != digest:
        raise KeyReused()
    return dict(row.answer or {})


def settle(*, principal: str, key: UUID, answer: dict[str, Any]) -> None:
    """Keep the answer with the key, in the same transaction as the effect."""
    KeyedRequest.objects.filter(principal=principal, key=key).update(answer=answer)
