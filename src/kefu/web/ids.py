"""Hidden fields of our own forms, read back with suspicion."""

from uuid import UUID

from kefu.web.refusals import FieldWrong


def read_id(given: object) -> UUID:
    """An id that a page sent. Refuses `web.form.field_wrong`."""
    try:
        return UUID(str(given))
    except ValueError as problem:
        raise FieldWrong(fields="id") from problem


def read_minor(given: object) -> int:
    """Minor units that a page sent. Refuses `web.form.field_wrong`."""
    text = str(given)
    if not text.isascii() or not text.removeprefix("-").isdecimal() or len(text) > 18:
        raise FieldWrong(fields="amount")
    return int(text)


def read_place(given: object) -> int:
    """The place in a list from which a page goes on. Refuses `web.form.field_wrong`."""
    text = str(given)
    if not text.isascii() or not text.isdecimal() or len(text) > 6:
        raise FieldWrong(fields="after")
    return int(text)


def pages_around(after: int, *, most: int, more: bool) -> dict[str, int | None]:
    """For `parts/pages.html`: where the page before and the next one begin; None when there is none."""
    return {"page_before": max(0, after - most) if after else None, "page_after": after + most if more else None}
