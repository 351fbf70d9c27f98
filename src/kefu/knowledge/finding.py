"""From typed words to slugs, by one weighted look into the postings."""

from dataclasses import dataclass

from django.db import connection

from kefu.knowledge.rules.synonym import also_meant
from kefu.knowledge.rules.token import INITIALS, SOUND, normal, query_tokens

_SYNONYM, _MISSPELT = 0.45, 0.7
_LEAST_OF_BEST = 0.2

# Rare tokens say most (Robertson's idf); the count of a token's texts comes out of the same look. Titles and phrases,
# which are long, are read of the best alone.
_SCORES = """
WITH hits AS (
  SELECT p.revision_id, p.weight * q.boost AS weight, (count(*) OVER (PARTITION BY p.token))::float8 AS df
  FROM knowledge_posting p JOIN unnest(%s::text[], %s::float8[]) AS q(token, boost) ON q.token = p.token
), counted AS (SELECT greatest(count(*), 1)::float8 AS n FROM knowledge_revision WHERE is_current
), scored AS (
  SELECT h.revision_id, sum(h.weight * ln(1 + (c.n - h.df + 0.5) / (h.df + 0.5))) AS score
  FROM hits h CROSS JOIN counted c GROUP BY h.revision_id
), best AS (
  SELECT s.revision_id, a.slug, s.score
  FROM scored s JOIN knowledge_revision r ON r.id = s.revision_id AND r.is_current
  JOIN knowledge_article a ON a.id = r.article_id ORDER BY s.score DESC, a.slug LIMIT 40
)
SELECT b.slug, r.title, r.words, b.score FROM best b JOIN knowledge_revision r ON r.id = b.revision_id
ORDER BY b.score DESC, b.slug
"""

_NEIGHBOURS = """
SELECT q.token, w.token, similarity(w.token, q.token)
FROM unnest(%s::text[]) AS q(token)
CROSS JOIN LATERAL (
  SELECT token FROM knowledge_word WHERE token %% q.token ORDER BY similarity(token, q.token) DESC, token
  LIMIT 3 ) w
"""


@dataclass(frozen=True)
class Hit:
    """One article and how well it fits."""

    slug: str
    score: float


@dataclass(frozen=True)
class Found:
    """The hits, best first, and the tokens to mark in what is shown."""

    hits: tuple[Hit, ...]
    shown: frozenset[str]


def _neighbours(tokens: list[str]) -> dict[str, float]:
    """Words that occur for Latin tokens that do not, by shared trigrams."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT token FROM knowledge_word WHERE token = ANY(%s)", [tokens])
        known = {row[0] for row in cursor.fetchall()}
        strange = [token for token in tokens if token not in known]
        if not strange:
            return {}
        cursor.execute(_NEIGHBOURS, [strange])
        return {row[1]: _MISSPELT * float(row[2]) for row in cursor.fetchall()}


def _phrase_bonus(plain: str, title: str, words: list[str]) -> float:
    """What was typed stands there as it is, or a phrase of the article stands in it: more sure than its
    pieces.
    """
    best = 0.0
    for phrase in (title, *words):
        other = normal(phrase)
        if plain == other:
            return 1.0
        if len(other) >= 2 and (other in plain or plain in other):
            shorter, longer = sorted((len(plain), len(other)))
            best = max(best, 0.2 + 0.6 * shorter / longer)
    return best


def find(text: str, *, limit: int) -> Found:
    """Looks in both languages at once; an article counts by the better of its two texts."""
    plain = normal(text).strip()
    tokens = query_tokens(plain)
    for token in also_meant(plain):
        tokens.setdefault(token, _SYNONYM)
    if not tokens:
        return Found((), frozenset())
    latin = [t for t in tokens if t.isascii() and len(t) >= 5 and not t.startswith((SOUND, INITIALS))]
    misspelt = _neighbours(latin) if latin else {}
    for token, boost in misspelt.items():
        tokens.setdefault(token, boost)
    with connection.cursor() as cursor:
        cursor.execute(_SCORES, [list(tokens), list(tokens.values())])
        rows = cursor.fetchall()
    top = max((float(score) for *_rest, score in rows), default=0.0)
    best: dict[str, float] = {}
    for slug, title, words, score in rows:
        value = float(score) + top * _phrase_bonus(plain, title, words)
        best[slug] = max(best.get(slug, 0.0), value)
    order = sorted(best.items(), key=lambda item: (-item[1], item[0]))
    least = order[0][1] * _LEAST_OF_BEST if order else 0.0
    hits = tuple(Hit(slug, score) for slug, score in order[:limit] if score >= least)
    return Found(hits, frozenset(t for t in tokens if not t.startswith((SOUND, INITIALS))))
