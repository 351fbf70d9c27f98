"""Attachments: private, cleaned before they are kept, shown only to those who may read the message."""

from __future__ import annotations

from datetime import datetime
from typing import Any
from uuid import UUID

from django.core.files.uploadedfile import UploadedFile
from django.http import HttpRequest, HttpResponse, JsonResponse
from django.utils.http import content_disposition_header
from django.views.decorators.http import require_GET, require_POST

from kefu.core import clock, files
from kefu.core.actor import Actor
from kefu.core.models import StoredFile
from kefu.desk import queries as talk
from kefu.wallet.queries.shop import refund as refunds
from kefu.web.refusals import FieldWrong
from kefu.web.sessions import for_customers, private, signed_in

PURPOSE, EVIDENCE = "message", "refund"


def keep_upload(request: HttpRequest, actor: Actor, now: datetime) -> StoredFile | None:
    """Store the form's `file`, when it has one. Refuses `core.file.*`."""
    given = request.FILES.get("file")
    return None if given is None else _keep(given, actor, PURPOSE, now)


def keep_evidence(request: HttpRequest, actor: Actor, *, most: int, now: datetime) -> list[UUID]:
    """Store what the form's `files` show on a refund; their ids. Refuses `core.file.*`, and more than `most`."""
    given = request.FILES.getlist("files")
    if len(given) > most:
        raise FieldWrong(fields="files")
    return [_keep(one, actor, EVIDENCE, now).id for one in given]


def _keep(given: UploadedFile[Any], actor: Actor, purpose: str, now: datetime) -> StoredFile:
    if given.size is None or given.size > files.BYTES_MAX:
        raise files.FileTooLarge(most=files.BYTES_MAX)
    return files.store_file(owner_ref=actor.ref, name=given.name or "", content=given.read(), purpose=purpose, now=now)


@for_customers
@require_POST
def upload(request: HttpRequest) -> HttpResponse:
    """Store one attachment before its message is sent; JSON with its id, name and size."""
    stored = keep_upload(request, signed_in(request), clock.now())
    if stored is None:
        raise FieldWrong(fields="file")
    body = {
        "id": str(stored.id),
        "name": stored.name,
        "size": stored.size,
        "is_image": stored.media_type.startswith("image/"),
    }
    return JsonResponse(body, status=201)


@private
@require_GET
def file(request: HttpRequest, file_id: UUID) -> HttpResponse:
    """The bytes, for the customer and for staff of the desk. Another's file looks like none."""
    return send_file(talk.file_for(signed_in(request), file_id))


@private
@require_GET
def evidence(request: HttpRequest, file_id: UUID) -> HttpResponse:
    """What shows something on a refund, for both sides and who decides it."""
    return send_file(refunds.refund_file_for(signed_in(request), file_id, now=clock.now()))


def send_file(stored: StoredFile) -> HttpResponse:
    """The bytes under the type that they were cleaned as."""
    response = HttpResponse(files.read_file(stored), content_type=stored.media_type)
    disposition = content_disposition_header(as_attachment=False, filename=stored.name)
    response["Content-Disposition"] = disposition or "inline"
    response["X-Content-Type-Options"] = "nosniff"
    return response
