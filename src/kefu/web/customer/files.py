"""Attachments: private, cleaned before they are kept, shown only to those who may read the message."""

from datetime import datetime
from uuid import UUID

from django.http import FileResponse, HttpRequest, HttpResponse, JsonResponse
from django.views.decorators.http import require_GET, require_POST

from kefu.core import clock, files
from kefu.core.actor import Actor
from kefu.desk import queries as talk
from kefu.web.refusals import FieldWrong
from kefu.web.sessions import for_customers, private, signed_in

PURPOSE = "message"


def keep_upload(request: HttpRequest, actor: Actor, now: datetime) -> UUID | None:
    """Store the form's `file`, when it has one; its id. Refuses `core.file.*`."""
    given = request.FILES.get("file")
    if given is None:
        return None
    if given.size is None or given.size > files.SIZE_MOST:
        raise files.FileTooLarge(most=files.SIZE_MOST // (1024 * 1024))
    stored = files.store_file(
        owner_ref=actor.ref, name=given.name or "", content=given.read(), purpose=PURPOSE, now=now
    )
    return UUID(str(stored.id))


@for_customers
@require_POST
def upload(request: HttpRequest) -> HttpResponse:
    """Store one attachment before its message is sent; JSON with its id, name and size."""
    actor, now = signed_in(request), clock.now()
    file_id = keep_upload(request, actor, now)
    if file_id is None:
        raise FieldWrong(fields="file")
    stored = talk.file_for(actor, file_id)
    body = {
        "id": str(stored.id),
        "name": stored.name,
        "size": stored.size,
        "is_image": stored.media_type.startswith("image/"),
    }
    return JsonResponse(body, status=201)


@private
@require_GET
def file(request: HttpRequest, file_id: UUID) -> HttpResponse | FileResponse:
    """The bytes, for the customer and for staff of the desk. Another's file looks like none."""
    stored = talk.file_for(signed_in(request), file_id)
    response = FileResponse(files.open_file(stored), content_type=stored.media_type, filename=stored.name)
    response["X-Content-Type-Options"] = "nosniff"
    response["Content-Security-Policy"] = "default-src 'none'; style-src 'unsafe-inline'; sandbox"
    return response
