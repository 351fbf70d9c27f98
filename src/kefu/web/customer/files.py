"""Attachments: private, cleaned before they are kept, shown only to those who may read the message."""

from datetime import datetime
from uuid import UUID

from django.http import HttpRequest, HttpResponse, JsonResponse
from django.utils.http import content_disposition_header
from django.views.decorators.http import require_GET, require_POST

from kefu.core import clock, files
from kefu.core.actor import Actor
from kefu.core.models import StoredFile
from kefu.desk import queries as talk
from kefu.web.refusals import FieldWrong
from kefu.web.sessions import for_customers, private, signed_in

PURPOSE = "message"


def keep_upload(request: HttpRequest, actor: Actor, now: datetime) -> StoredFile | None:
    """Store the form's `file`, when it has one. Refuses `core.file.*`."""
    given = request.FILES.get("file")
    if given is None:
        return None
    if given.size is None or given.size > files.BYTES_MAX:
        raise files.FileTooLarge(most=files.BYTES_MAX)
    return files.store_file(owner_ref=actor.ref, name=given.name or "", content=given.read(), purpose=PURPOSE, now=now)


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
    stored = talk.file_for(signed_in(request), file_id)
    response = HttpResponse(files.read_file(stored), content_type=stored.media_type)
    disposition = content_disposition_header(as_attachment=False, filename=stored.name)
    response["Content-Disposition"] = disposition or "inline"
    response["X-Content-Type-Options"] = "nosniff"
    return response
