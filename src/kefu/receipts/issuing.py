"""Writing a paper down, once for each subject of a customer."""

import secrets
from collections.abc import Callable
from datetime import datetime
from typing import Any
from uuid import UUID

from django.conf import settings
from django.db import transaction

from kefu.core import audit
from kefu.core.actor import Actor
from kefu.receipts.models import Paper
from kefu.receipts.queries import token_digest
from kefu.receipts.values import PaperView, see_paper

TOKEN_BYTES = 20


def known(customer_id: UUID, subject: str) -> PaperView | None:
    """The paper that this customer has about it already."""
    row = Paper.objects.filter(customer_id=customer_id, subject=subject).first()
    return see_paper(row) if row else None


def write_paper(
    *,
    actor: Actor,
    kind: str,
    number: str,
    customer_id: UUID,
    subject: str,
    make: Callable[[str], dict[str, Any]],
    now: datetime,
) -> PaperView:
    """Write what `make` says, given the address of the public page. Two at once: one row is written, both get it."""
    token = secrets.token_urlsafe(TOKEN_BYTES)
    made = Paper(
        kind=kind,
        number=number,
        customer_id=customer_id,
        subject=subject,
        token=token,
        token_digest=token_digest(token),
        content=make(f"{settings.KEFU_URL}/verify/{token}"),
        issued_at=now,
    )
    with transaction.atomic():
        Paper.objects.bulk_create([made], ignore_conflicts=True)
        row = Paper.objects.get(customer_id=customer_id, subject=subject)
        if row.pk == made.pk:
            audit.record(
                actor=actor, action=f"receipts.issue_{kind}", subject=f"paper:{row.pk}", now=now,
                data={"number": row.number, "about": subject[:200]},
            )  # fmt: skip
    return see_paper(row)
