"""Every read that others may make: articles by name or intent, shelves, and search."""

import functools
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime

from django.db import connection

from kefu.knowledge.actions import SHIPPED
from kefu.knowledge.finding import Found, find
from kefu.knowledge.models import Article, Revision
from kefu.knowledge.rules import page, snippet
from kefu.knowledge.rules.source import LANGUAGES, language_of
from kefu.knowledge.topics import TOPICS
from kefu.knowledge.values import house_values

MOST = 50
SHOWN, _ALL = 8, 10_000

# Each article's place on its shelf; the titles of those shown, in the wanted language, else in the other.
_SHELVES = """
SELECT a.slug, r.title, a.topic, a.count FROM (
  SELECT id, slug, topic, place, count(*) OVER (PARTITION BY topic) AS count,
         row_number() OVER (PARTITION BY topic ORDER BY place, slug) AS nth
  FROM knowledge_article x
  WHERE EXISTS (SELECT FROM knowledge_revision WHERE article_id = x.id AND is_current)) a
CROSS JOIN LATERAL (SELECT title FROM knowledge_revision WHERE article_id = a.id AND is_current
                    ORDER BY language <> %s LIMIT 1) r
WHERE a.nth <= %s ORDER BY a.place, a.slug
"""


@dataclass(frozen=True)
class ArticleLink:
    """An article in a list."""

    slug: str
    title: str
    topic: str


@dataclass(frozen=True)
class ArticleView:
    """One text in force. `body_html` is clean, with the house's values put in; `body` is its Markdown."""

    slug: str
    title: str
    topic: str
    topic_title: str
    language: str
    version: int
    published_at: datetime
    body: str
    body_html: str
    related: tuple[ArticleLink, ...]


@dataclass(frozen=True)
class TopicView:
    """A shelf with its first articles in their order, and how many it has."""

    code: str
    title: str
    articles: tuple[ArticleLink, ...]
    count: int


@dataclass(frozen=True)
class SearchHit:
    """An article that was found. Its HTML is escaped, with `<mark>` around what was looked for."""

    slug: str
    title: str
    title_html: str
    snippet_html: str
    topic: str
    version: int
    score: float


@functools.cache
def _parts(language: str) -> dict[str, str]:
    """Boxes that many articles end with: `_<name>.<language>.md`."""
    found = {}
    for path in SHIPPED.glob(f"_*.{language}.md"):
        found[path.name.split(".")[0].removeprefix("_")] = path.read_text("utf-8")
    return found


def _current(slugs: Iterable[str], language: str) -> dict[str, Revision]:
    """slug → the text in force in this language, else in the other."""
    wanted = language_of(language)
    rows = Revision.objects.filter(article__slug__in=list(slugs), is_current=True).select_related("article")
    found: dict[str, Revision] = {}
    for row in rows:
        if row.language == wanted or row.article.slug not in found:
            found[row.article.slug] = row
    return found


def _link(row: Revision) -> ArticleLink:
    return ArticleLink(row.article.slug, row.title, row.article.topic)


def article(slug: str, language: str, values: Mapping[str, str] | None = None) -> ArticleView | None:
    """The text in force, in `language` or, failing that, the other. `values` add to the house's own."""
    row = _current([slug], language).get(slug)
    if row is None:
        return None
    others = _current(row.article.related, language)
    filled = house_values(row.language) | dict(values or {})
    return ArticleView(
        slug=slug,
        title=row.title,
        topic=row.article.topic,
        topic_title=str(TOPICS.get(row.article.topic, row.article.topic)),
        language=row.language,
        version=row.version,
        published_at=row.published_at,
        body=row.body,
        body_html=page.to_html(row.body, parts=_parts(row.language), values=filled),
        related=tuple(_link(others[s]) for s in row.article.related if s in others),
    )


def article_version(slug: str, language: str, version: int) -> ArticleView | None:
    """A text as it stood in an earlier version: what an answer cited can still be read."""
    row = (
        Revision.objects.select_related("article")
        .filter(article__slug=slug, language=language_of(language), version=version)
        .first()
    )
    if row is None:
        return None
    html = page.to_html(row.body, parts=_parts(row.language), values=house_values(row.language))
    title = str(TOPICS.get(row.article.topic, row.article.topic))
    return ArticleView(
        slug,
        row.title,
        row.article.topic,
        title,
        row.language,
        row.version,
        row.published_at,
        row.body,
        html,
        (),
    )


def article_for_intent(intent: str, language: str) -> ArticleView | None:
    """The article that answers a question of this intent: the first in the shelves' order."""
    row = Article.objects.filter(intents__contains=[intent], revisions__is_current=True)
    slug = row.order_by("place", "slug").values_list("slug", flat=True).first()
    return article(slug, language) if slug else None


def render(view: ArticleView, values: Mapping[str, str]) -> str:
    """Clean HTML with the caller's values (fees of the schedule in force, say) beside the house's."""
    filled = house_values(view.language) | dict(values)
    return page.to_html(view.body, parts=_parts(view.language), values=filled)


def summary(view: ArticleView, values: Mapping[str, str]) -> list[str]:
    """The short answer as plain paragraphs, for a chat."""
    filled = house_values(view.language) | dict(values)
    return page.to_text(page.short_answer(view.body), values=filled).splitlines()


def topics(language: str, *, each: int = SHOWN) -> list[TopicView]:
    """All shelves that hold something, in the order of the page, with the first `each` articles of each."""
    with connection.cursor() as cursor:
        cursor.execute(_SHELVES, [language_of(language), each])
        rows = cursor.fetchall()
    counts = {code: count for _slug, _title, code, count in rows}
    shelves: dict[str, list[ArticleLink]] = {code: [] for code in sorted(counts, key=[*TOPICS, *counts].index)}
    for slug, title, code, _count in rows:
        shelves[code].append(ArticleLink(slug, title, code))
    return [TopicView(code, str(TOPICS.get(code, code)), tuple(links), counts[code]) for code, links in shelves.items()]


def topic(code: str, language: str) -> TopicView | None:
    """One shelf with all of its articles; None when nothing stands on it."""
    return next((shelf for shelf in topics(language, each=_ALL) if shelf.code == code), None)


def search(text: str, *, language: str, limit: int = 10) -> list[SearchHit]:
    """Articles for what somebody typed, best first, shown in `language`.

    Chinese in any script, pinyin with or without spaces, first letters, English, small misspellings and
    everyday synonyms find; text over 200 characters is cut, an empty one finds nothing.
    """
    found = find(text[:200], limit=min(limit, MOST))
    rows = _current((hit.slug for hit in found.hits), language)
    house = {short: house_values(short) for short in LANGUAGES}
    return [_hit(rows[hit.slug], hit.score, found, house) for hit in found.hits if hit.slug in rows]


def _hit(row: Revision, score: float, found: Found, house: Mapping[str, Mapping[str, str]]) -> SearchHit:
    plain = page.to_text(row.body, values=house[row.language])
    return SearchHit(
        slug=row.article.slug,
        title=row.title,
        title_html=snippet.marked(row.title, found.shown),
        snippet_html=snippet.marked(snippet.best_line(plain, found.shown), found.shown),
        topic=row.article.topic,
        version=row.version,
        score=round(score, 3),
    )
