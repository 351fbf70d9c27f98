"""Names that customers give to what they plan."""

from kefu.core.redaction import redact
from kefu.planning.refusals import NameUnfit

NAME_MOST = 30


def name(given: str) -> str:
    """A name as it may be stored: trimmed, secrets masked. Refuses `planning.name.unfit`."""
    text = given.strip()
    if not 1 <= len(text) <= NAME_MOST or not text.isprintable():
        raise NameUnfit(most=NAME_MOST)
    return redact(text).text
