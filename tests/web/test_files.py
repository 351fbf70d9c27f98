"""Files that people hand in: found by index, and not more of them in a day than a person needs."""

from uuid import uuid4

from django.db import connection
from tests.wallet.town import Town

from kefu.desk.queries import messages_with
from kefu.wallet.queries.shop.refund import notes_with


def test_what_a_file_belongs_to_is_found_by_index(town: Town) -> None:
    """Whatever grows: the reading of one file never looks at every note or message."""
    lin, wanted = town.customer("林一"), uuid4()
    with connection.cursor() as cursor:
        cursor.execute("SET LOCAL enable_seqscan = off")
    for query, index in ((notes_with(wanted), "note_of_file"), (messages_with(lin, wanted), "message_of_file")):
        plan = query.explain()
        assert f"Bitmap Index Scan on {index}" in plan, plan
        assert "Seq Scan" not in plan, plan
