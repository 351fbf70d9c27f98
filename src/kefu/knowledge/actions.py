"""Every write of this room."""

from collections.abc import Sequence
from datetime import datetime
from pathlib import Path

from django.db import connection, transaction
from django.db.models import Max

from kefu.core import audit, events
from kefu.core.actor import Actor
from kefu.knowledge.models import Article, Posting, Revision, Word
from kefu.knowledge.rules import token
from kefu.knowledge.rules.page import short_answer, to_text
from kefu.knowledge.rules.source import LANGUAGES, Source, read_folder

SHIPPED = Path(__file__).with_name("articles")
PUBLISHED = "knowledge.published"


def import_shipped(*, actor: Actor, now: datetime, folder: Path = SHIPPED) -> int:
    """Publish the shipped texts; returns how many new versions there are. Repeating it changes nothing.

    A text that changed becomes a new version; one that is no longer shipped stops being current and stays on
    record. Raises `SourceError` for a file that is no article, before anything is written.
    """
    sources = read_folder(folder)
    with transaction.atomic():
        with connection.cursor() as cursor:
            # Two starts at once would both find the same next version.
            cursor.execute("SELECT pg_advisory_xact_lock(hashtextextended('knowledge.import', 1))")
        current = {
            (row.article.slug, row.language): row
            for row in Revision.objects.filter(is_current=True).select_related("article")
        }
        articles = _articles(sources)
        changed = [
            source
            for source in sources
            if (row := current.get((source.slug, source.language))) is None
            or bytes(row.digest) != source.digest
        ]
        _index([_publish(actor, articles[source.slug], source, now) for source in changed])
        shipped = {(source.slug, source.language) for source in sources}
        for key, row in current.items():
            if key not in shipped:
                _retire(actor, row, now)
    return len(changed)


def _articles(sources: Sequence[Source]) -> dict[str, Article]:
    """What languages share is taken from the first of them, Chinese where there is one."""
    found: dict[str, Article] = {}
    for source in sorted(sources, key=lambda s: LANGUAGES.index(s.language)):
        if source.slug in found:
            continue
        shared = {
            "topic": source.topic,
            "place": source.place,
            "intents": list(source.intents),
            "related": list(source.related),
        }
        found[source.slug], _made = Article.objects.update_or_create(slug=source.slug, defaults=shared)
    return found


def _record(actor: Actor, revision: Revision, action: str, now: datetime) -> None:
    data = {
        "language": revision.language,
        "version": revision.version,
        "digest": bytes(revision.digest).hex(),
    }
    slug = revision.article.slug
    audit.record(actor=actor, action=action, subject=f"article:{slug}", now=now, data=data)
    events.announce(kind=PUBLISHED, key=slug, topics=[], payload={"article": slug}, now=now)


def _publish(actor: Actor, article: Article, source: Source, now: datetime) -> Revision:
    texts = Revision.objects.filter(article=article, language=source.language)
    last = texts.aggregate(last=Max("version"))["last"] or 0
    for old in texts.filter(is_current=True):
        Posting.objects.filter(revision=old).delete()
    texts.filter(is_current=True).update(is_current=False)
    revision = Revision.objects.create(
        article=article,
        language=source.language,
        version=last + 1,
        is_current=True,
        title=source.title,
        words=list(source.words),
        body=source.body,
        digest=source.digest,
        published_at=now,
        by=actor.ref,
    )
    _record(actor, revision, "knowledge.publish", now)
    return revision


def _weights(revision: Revision) -> dict[str, float]:
    answer = short_answer(revision.body)
    return token.weights(
        title=revision.title,
        words=revision.words,
        answer=to_text(answer, values={}),
        body=to_text(revision.body, values={}),
    )


def _index(revisions: Sequence[Revision]) -> None:
    """Postings of all new versions in one COPY: a hundred or more a text."""
    latin: set[str] = set()
    with connection.cursor() as cursor:
        statement = "COPY knowledge_posting (token, revision_id, weight) FROM STDIN"
        with cursor.copy(statement) as copy:
            for revision in revisions:
                weights = _weights(revision)
                latin.update(t for t in weights if len(t) > 3 and t.lstrip(token.SOUND).isascii())
                for text, weight in weights.items():
                    copy.write_row((text, revision.pk, weight))
    Word.objects.bulk_create((Word(token=t) for t in sorted(latin)), ignore_conflicts=True, batch_size=2000)


def _retire(actor: Actor, revision: Revision, now: datetime) -> None:
    Posting.objects.filter(revision=revision).delete()
    Revision.objects.filter(pk=revision.pk).update(is_current=False)
    _record(actor, revision, "knowledge.retire", now)
