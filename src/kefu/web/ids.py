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
