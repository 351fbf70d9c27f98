"""Files that people hand in: what they belong to is found by index, and the last of a day is the last one."""

import io
from datetime import timedelta
from pathlib import Path
from uuid import uuid4

from django.db import connection
from PIL import Image
from tests.wallet.test_race import at_once
from tests.wallet.town import Town

from kefu.core import clock
from kefu.core.actor import Actor
from kefu.core.files import PERSON, FilesUsedUp, store_file
from kefu.core.models import StoredFile
from kefu.desk.queries import messages_with
from kefu.wallet.queries.shop.refund import notes_with


def handed_in(who: Actor, count: int, *, size: int = 100, hours: float = 1) -> None:
    """Rows of what `who` has handed in `hours` ago."""
    at = clock.now() - timedelta(hours=hours)
    StoredFile.objects.bulk_create(
        StoredFile(
            id=uuid4(), owner_ref=who.ref, purpose="refund", name="图.png", media_type="image/png", size=size,
            sha256="", path=f"{n}", created_at=at,
        )
        for n in range(count)
    )  # fmt: skip


def test_what_a_file_belongs_to_is_found_by_index(town: Town) -> None:
    """Whatever grows: the reading of one file never looks at every note or message."""
    lin, wanted = town.customer("林一"), uuid4()
    with connection.cursor() as cursor:
        cursor.execute("SET LOCAL enable_seqscan = off")
    for query, index in ((notes_with(wanted), "note_of_file"), (messages_with(lin, wanted), "message_of_file")):
        plan = query.explain()
        assert f"Bitmap Index Scan on {index}" in plan, plan
        assert "Seq Scan" not in plan, plan


def test_of_many_at_once_only_the_last_one_that_fits_is_kept(committed_town: Town, tmp_path: Path, settings: object) -> None:
    settings.KEFU_FILES = tmp_path
    lin = committed_town.customer("林一")
    handed_in(lin, PERSON.files - 1)
    out = io.BytesIO()
    Image.new("RGB", (8, 8), "red").save(out, format="PNG")
    shot = out.getvalue()

    def hand_in() -> bool:
        try:
            store_file(owner_ref=lin.ref, name="图.png", content=shot, purpose="refund", now=clock.now())
        except FilesUsedUp:
            return False
        return True

    assert sorted(at_once(*[hand_in] * 5)) == [False] * 4 + [True]
    assert StoredFile.objects.filter(owner_ref=lin.ref).count() == PERSON.files
