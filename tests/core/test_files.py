"""Attachments are what they are, not what they are called; what is kept carries only what it shows."""

import io
import os
import stat
from datetime import datetime
from pathlib import Path

import pikepdf
import pytest
from django.conf import LazySettings
from PIL import Image
from PIL.TiffImagePlugin import IFDRational

from kefu.core import files
from kefu.core.models import StoredFile
from kefu.core.refusal import NotFound

pytestmark = pytest.mark.django_db
SECRET = b"in-the-metadata"


@pytest.fixture(autouse=True)
def folder(settings: LazySettings, tmp_path: Path) -> Path:
    settings.KEFU_FILES = tmp_path / "files"
    return tmp_path / "files"


def store(content: bytes, now: datetime, name: str = "图.jpg") -> StoredFile:
    return files.store_file(owner_ref="customer:1", name=name, content=content, purpose="chat", now=now)


def image(kind: str, size: tuple[int, int] = (40, 20), **given: object) -> bytes:
    out = io.BytesIO()
    Image.new("RGB", size, (200, 10, 10)).save(out, format=kind, **given)  # type: ignore[arg-type]
    return out.getvalue()


def photograph() -> bytes:
    """Lying on its side, with a place and a name in its metadata."""
    exif = Image.Exif()
    exif[0x0112], exif[0x010E] = 6, SECRET.decode()
    exif.get_ifd(0x8825)[2] = (IFDRational(31), IFDRational(13), IFDRational(49))
    return image("JPEG", exif=exif) + b"<?php trailing ?>"


def pdf(*, armed: bool = False, pages: int = 1, password: str = "") -> bytes:
    made = pikepdf.new()
    for _ in range(pages):
        made.add_blank_page()
    if armed:
        script = pikepdf.Dictionary(S=pikepdf.Name.JavaScript, JS=pikepdf.String("app.alert(1)"))
        made.Root.OpenAction = made.make_indirect(script)
        made.pages[0].obj.AA = pikepdf.Dictionary(O=script)
        made.pages[0].obj.Annots = pikepdf.Array([made.make_indirect(pikepdf.Dictionary(
            Type=pikepdf.Name.Annot, Subtype=pikepdf.Name.Link, Rect=[0, 0, 9, 9],
            A=pikepdf.Dictionary(S=pikepdf.Name.URI, URI=pikepdf.String("http://evil.test"))))])  # fmt: skip
        item = made.make_indirect(pikepdf.Dictionary(Title=pikepdf.String("t"), A=script))
        made.Root.Outlines = made.make_indirect(pikepdf.Dictionary(First=item, Last=item, Count=1))
        made.Root.AcroForm = pikepdf.Dictionary(Fields=pikepdf.Array([]), XFA=made.make_stream(b"<xfa/>"))
        made.attachments["virus.exe"] = pikepdf.AttachedFileSpec(made, b"MZ-payload")
        made.docinfo["/Author"] = SECRET.decode()
    out = io.BytesIO()
    encryption = pikepdf.Encryption(owner="o", user=password) if password else False
    made.save(out, encryption=encryption)
    return out.getvalue()


@pytest.mark.parametrize(
    ("kind", "media_type", "suffix"),
    [("JPEG", "image/jpeg", ".jpg"), ("PNG", "image/png", ".png"), ("WEBP", "image/webp", ".webp"),
     ("GIF", "image/png", ".png")],
)  # fmt: skip
def test_pictures_are_kept_by_what_they_are(kind: str, media_type: str, suffix: str, now: datetime) -> None:
    kept = store(image(kind), now, name="../../etc/evil.exe")
    assert (kept.media_type, kept.name) == (media_type, f"evil{suffix}")
    with Image.open(io.BytesIO(files.read_file(kept))) as seen:
        assert seen.size == (40, 20)


def test_a_photograph_stands_upright_and_tells_no_place(now: datetime) -> None:
    content = files.read_file(store(photograph(), now))
    with Image.open(io.BytesIO(content)) as seen:
        assert seen.size == (20, 40)
        assert dict(seen.getexif()) == {}
    assert SECRET not in content
    assert b"<?php" not in content


def test_a_pdf_is_disarmed(now: datetime) -> None:
    content = files.read_file(store(pdf(armed=True), now, name="回单.pdf"))
    for word in (b"JavaScript", b"app.alert", b"evil.test", b"virus.exe", b"MZ-payload", b"xfa", b"/AA", SECRET):
        assert word not in content
    with pikepdf.open(io.BytesIO(content)) as seen:
        assert len(seen.pages) == 1
        assert set(seen.Root.keys()) <= {"/Pages", "/Type", "/Version"}


@pytest.mark.parametrize(
    ("content", "refusal"),
    [
        (b"", files.FileKindRefused),
        (b"MZ\x90\x00 program", files.FileKindRefused),
        (b"<svg xmlns='http://www.w3.org/2000/svg' onload='alert(1)'/>", files.FileKindRefused),
        (b"<html><script>alert(1)</script>", files.FileKindRefused),
        (b"RIFF\x00\x00\x00\x00AVI LIST", files.FileUnreadable),
        (b"\x89PNG\r\n\x1a\n" + b"\0" * 40, files.FileUnreadable),
        (image("PNG")[:60], files.FileUnreadable),
        (b"%PDF-1.7 nothing", files.FileUnreadable),
        (pdf(password="p"), files.FileUnreadable),
        (pdf(pages=201), files.FileUnreadable),
        (image("PNG", (9000, 5000)), files.FileUnreadable),
        (b"\xff\xd8\xff" + b"\0" * files.BYTES_MAX, files.FileTooLarge),
    ],
    ids=["empty", "program", "svg", "html", "video", "broken png", "cut png", "broken pdf", "locked pdf", "long pdf",
         "huge picture", "large"],
)  # fmt: skip
def test_what_cannot_be_cleaned_is_refused(
    content: bytes, refusal: type[Exception], now: datetime, folder: Path
) -> None:
    with pytest.raises(refusal):
        store(content, now)
    assert StoredFile.objects.count() == 0
    assert not folder.exists()


@pytest.mark.parametrize(
    ("given", "kept"),
    [
        ("../../../root/.ssh/id", "id.png"),
        ("C:\\Users\\lin\\截图 1.PNG", "截图 1.png"),
        ("evil\u202egnp.exe", "evilgnp.png"),
        ("a\0b\nc.png", "abc.png"),
        ("<script>.png", "script.png"),
        ("", "file.png"),
        ("...", "file.png"),
        ("好" * 300 + ".png", "好" * 80 + ".png"),
    ],
)
def test_names_are_harmless(given: str, kept: str, now: datetime) -> None:
    assert store(image("PNG"), now, name=given).name == kept


def test_the_file_is_private_and_a_changed_one_is_not_given_out(now: datetime, folder: Path) -> None:
    kept = store(image("PNG"), now)
    path = folder / kept.path
    assert stat.S_IMODE(path.stat().st_mode) == 0o600
    assert ".." not in kept.path
    assert not os.path.isabs(kept.path)
    path.write_bytes(b"other")
    with pytest.raises(NotFound):
        files.read_file(kept)
    path.unlink()
    with pytest.raises(NotFound):
        files.read_file(kept)
