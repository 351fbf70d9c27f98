"""The signed PDFs, kept by their digest under the data folder: what was handed out once is handed out again."""

import hashlib
import os
from datetime import datetime
from pathlib import Path

from django.conf import settings

from kefu.receipts.models import PaperFile
from kefu.receipts.printing import print_pdf
from kefu.receipts.signing import keys_now, registered, sign_pdf
from kefu.receipts.values import FileView, PaperView

PDF = "application/pdf"


def pdf_of(paper: PaperView, *, now: datetime) -> FileView:
    """The paper's signed PDF: the file that was made before, else a new one. Refuses `receipts.paper.not_printed`.

    Two at once may make two files of the same content; both are ours and both are known to the check.
    """
    for row in PaperFile.objects.filter(paper_id=paper.id).order_by("-made_at", "-id"):
        content = _read(row.sha256)
        if content is not None:
            return _view(paper, content, row.key_id)
    keys = keys_now()
    key = registered(keys, now=now)
    content = sign_pdf(print_pdf(paper.content, key_id=keys.id), row=key, keys=keys, number=paper.number)
    digest = hashlib.sha256(content).hexdigest()
    _write(digest, content)
    PaperFile.objects.create(paper_id=paper.id, sha256=digest, size=len(content), key=key, made_at=now)
    return _view(paper, content, keys.id)


def _view(paper: PaperView, content: bytes, key_id: str) -> FileView:
    digest = hashlib.sha256(content).hexdigest()
    return FileView(name=f"{paper.number}.pdf", media_type=PDF, content=content, sha256=digest, key_id=key_id)


def _place(digest: str) -> Path:
    return Path(settings.KEFU_FILES) / "papers" / digest[:2] / f"{digest}.pdf"


def _read(digest: str) -> bytes | None:
    """The bytes; None when they are gone or are no longer what was signed."""
    try:
        content = _place(digest).read_bytes()
    except FileNotFoundError:
        return None
    return content if hashlib.sha256(content).hexdigest() == digest else None


def _write(digest: str, content: bytes) -> None:
    """Whole or not at all, readable by the owner only."""
    final = _place(digest)
    final.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
    made = final.with_name(f"{digest}.{os.getpid()}.new")
    with os.fdopen(os.open(made, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600), "wb") as file:
        file.write(content)
        file.flush()
        os.fsync(file.fileno())
    made.rename(final)
