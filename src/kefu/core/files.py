"""Attachments: sniffed, cleaned and kept privately. What cannot be cleaned is refused with a sentence."""

import hashlib
import io
import os
import struct
import unicodedata
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, timedelta
from pathlib import Path

import pikepdf
from django.conf import settings
from django.db import connection, transaction
from django.db.models import Count, Sum
from django.utils.translation import gettext_lazy as _
from PIL import Image, ImageOps

from kefu.core.ids import new_id
from kefu.core.models import StoredFile
from kefu.core.refusal import NotFound, Refusal

BYTES_MAX = 8 * 1024 * 1024
PIXELS_MAX = 40_000_000
SIDE_MAX = 4096
NAME_MAX = 80
PDF_PAGES_MAX = 200
DAY = timedelta(hours=24)
_MB = 1024 * 1024


@dataclass(frozen=True)
class Quota:
    """How many files, and how many bytes as they are kept, one login may hand in within 24 hours."""

    files: int
    bytes: int


PERSON = Quota(files=60, bytes=120 * _MB)
STAFF = Quota(files=600, bytes=1_200 * _MB)
"""Who answers many people sends more."""

_IMAGES = {
    "JPEG": ("image/jpeg", ".jpg"),
    "PNG": ("image/png", ".png"),
    "WEBP": ("image/webp", ".webp"),
    "GIF": ("image/png", ".png"),
}
_ACTIVE = (
    "/OpenAction", "/AA", "/A", "/JS", "/JavaScript", "/AcroForm", "/XFA", "/Names", "/Outlines", "/Annots",
    "/EmbeddedFiles", "/EF", "/AF", "/RichMediaContent", "/Collection", "/Metadata", "/PieceInfo", "/URI",
)  # fmt: skip


class FileTooLarge(Refusal):
    code = "core.file.too_large"
    status = 413
    text = _("附件太大，最多 8 MB，没有发送。文字消息不受影响，请压缩后再发。")
    operator = "file exceeds %(most)s bytes"


class FileKindRefused(Refusal):
    code = "core.file.kind_refused"
    status = 415
    text = _("只能发图片（JPEG、PNG、WebP、GIF）或 PDF，这个附件没有发送。请换一种格式。")
    operator = "content is neither a known image nor a PDF, whatever its name says"


class FileUnreadable(Refusal):
    code = "core.file.unreadable"
    status = 422
    text = _("这个附件打不开，可能已损坏或加了密，没有发送。请换一个文件。")
    operator = "image or PDF could not be decoded safely"


class FilesUsedUp(Refusal):
    code = "core.file.quota_used"
    status = 429
    text = _(
        "24 小时内上传的文件已到上限（%(files)s 个，共 %(megabytes)s MB），这个文件没有保存。您填写的内容还在，"
        "可以先不带附件提交，过些时候再补。"
    )
    operator = "the login's quota of files within 24 hours is used: %(used)s files, %(bytes)s bytes"


def safe_name(name: str, suffix: str) -> str:
    """The name as it may be shown: no paths, no controls, no direction marks, and the suffix of what it is."""
    base = unicodedata.normalize("NFC", name.replace("\\", "/").rsplit("/", 1)[-1])
    kept = "".join(c for c in base if unicodedata.category(c)[0] != "C" and c not in '<>:"|?*&;').strip(" .")
    stem = kept.rsplit(".", 1)[0] if "." in kept else kept
    return (stem[:NAME_MAX].strip(" .") or "file") + suffix


def _clean_image(content: bytes) -> tuple[bytes, str, str]:
    """Decoded and encoded anew, upright: metadata, trailing bytes and other frames do not survive."""
    try:
        with Image.open(io.BytesIO(content), formats=tuple(_IMAGES)) as opened:
            if opened.width * opened.height > PIXELS_MAX:
                raise FileUnreadable()
            media_type, suffix = _IMAGES[str(opened.format)]
            upright = ImageOps.exif_transpose(opened)
            image = upright.convert("RGB" if media_type == "image/jpeg" else "RGBA")
            image.thumbnail((SIDE_MAX, SIDE_MAX))
            out = io.BytesIO()
            image.save(out, format=media_type.split("/")[1].upper(), quality=88)
    except (OSError, ValueError, SyntaxError, Image.DecompressionBombError, struct.error) as bad:
        raise FileUnreadable() from bad
    return out.getvalue(), media_type, suffix


def _clean_pdf(content: bytes) -> tuple[bytes, str, str]:
    """Without scripts, forms, actions, links, embedded files and metadata, wherever they hang."""
    try:
        with pikepdf.open(io.BytesIO(content)) as pdf:
            if not 0 < len(pdf.pages) <= PDF_PAGES_MAX:
                raise FileUnreadable()
            for holder in (pdf.Root, *(page.obj for page in pdf.pages), *pdf.objects):
                _disarm(holder)
            if "/Info" in pdf.trailer:
                del pdf.trailer.Info
            out = io.BytesIO()
            pdf.save(out, deterministic_id=True)
    except (pikepdf.PdfError, pikepdf.PasswordError, ValueError, RuntimeError, TypeError) as bad:
        raise FileUnreadable() from bad
    return out.getvalue(), "application/pdf", ".pdf"


def _disarm(holder: pikepdf.Object) -> None:
    """Take from one object all that does something, or that carries more than the page shows."""
    if isinstance(holder, pikepdf.Dictionary | pikepdf.Stream):
        for key in _ACTIVE:
            if key in holder:
                del holder[key]


_KINDS: tuple[tuple[bytes, Callable[[bytes], tuple[bytes, str, str]]], ...] = (
    (b"%PDF-", _clean_pdf),
    (b"\xff\xd8\xff", _clean_image),
    (b"\x89PNG\r\n\x1a\n", _clean_image),
    (b"GIF8", _clean_image),
    (b"RIFF", _clean_image),
)


def store_file(
    *, owner_ref: str, name: str, content: bytes, purpose: str, now: datetime, quota: Quota = PERSON
) -> StoredFile:
    """Clean `content` by what it is, not by its name, and keep it under the data folder; `owner_ref` owns it.

    Refuses `core.file.too_large`, `core.file.kind_refused`, `core.file.unreadable`, `core.file.quota_used`.
    """
    if len(content) > BYTES_MAX:
        raise FileTooLarge(most=BYTES_MAX)
    _admit(owner_ref, 0, quota, now=now)  # who has used it up has nothing decoded
    clean = next((cleaner for magic, cleaner in _KINDS if content.startswith(magic)), None)
    if clean is None:
        raise FileKindRefused()
    cleaned, media_type, suffix = clean(content)
    with transaction.atomic():
        _queue(owner_ref)
        _admit(owner_ref, len(cleaned), quota, now=now)
        return _keep(
            owner_ref=owner_ref, name=safe_name(name, suffix), content=cleaned, media_type=media_type, suffix=suffix,
            purpose=purpose, now=now,
        )  # fmt: skip


def _queue(owner_ref: str) -> None:
    """Files of one login are counted one after the other: two at once must not both be the last."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_advisory_xact_lock(hashtextextended(%s, 2))", [f"files:{owner_ref}"])


def _admit(owner_ref: str, size: int, quota: Quota, *, now: datetime) -> None:
    used = StoredFile.objects.filter(owner_ref=owner_ref, created_at__gt=now - DAY).aggregate(
        files=Count("pk"), bytes=Sum("size", default=0)
    )
    if used["files"] >= quota.files or used["bytes"] + size > quota.bytes:
        megabytes = quota.bytes // _MB
        raise FilesUsedUp(files=quota.files, megabytes=megabytes, used=used["files"], bytes=used["bytes"])


def keep_made(
    *, owner_ref: str, name: str, content: bytes, media_type: str, purpose: str, now: datetime
) -> StoredFile:
    """Keep what the house itself made, byte for byte: cleaning a signed PDF would break its signature."""
    suffix = Path(name).suffix
    return _keep(
        owner_ref=owner_ref, name=safe_name(name, suffix), content=content, media_type=media_type, suffix=suffix,
        purpose=purpose, now=now,
    )  # fmt: skip


def _keep(
    *, owner_ref: str, name: str, content: bytes, media_type: str, suffix: str, purpose: str, now: datetime
) -> StoredFile:
    file_id = new_id()
    relative = f"{file_id.hex[:2]}/{file_id.hex}{suffix}"
    target = Path(settings.KEFU_FILES) / relative
    target.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
    with os.fdopen(os.open(target, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "wb") as file:
        file.write(content)
        file.flush()
        os.fsync(file.fileno())
    return StoredFile.objects.create(
        id=file_id,
        owner_ref=owner_ref,
        purpose=purpose,
        name=name,
        media_type=media_type,
        size=len(content),
        sha256=hashlib.sha256(content).hexdigest(),
        path=relative,
        created_at=now,
    )


def read_file(row: StoredFile) -> bytes:
    """The bytes of a row that an access function gave out; NotFound when they are gone or changed."""
    path = Path(settings.KEFU_FILES) / row.path
    if not path.is_file():
        raise NotFound()
    content = path.read_bytes()
    if hashlib.sha256(content).hexdigest() != row.sha256:
        raise NotFound()
    return content
