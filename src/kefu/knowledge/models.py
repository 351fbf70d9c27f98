"""Articles, their versions, and the index by which they are found."""

from django.contrib.postgres.fields import ArrayField
from django.contrib.postgres.indexes import GinIndex
from django.db import models
from django.db.models import Q


class Article(models.Model):
    """One question that people have; its texts are revisions."""

    slug = models.SlugField(unique=True, max_length=80)
    topic = models.TextField()
    place = models.IntegerField(default=100)
    intents = ArrayField(models.TextField(), default=list)
    related = ArrayField(models.TextField(), default=list)

    class Meta:
        indexes = [GinIndex(fields=["intents"], name="article_by_intent")]


class Revision(models.Model):
    """One version of one language. Never changed; another version takes its place as the current one."""

    article = models.ForeignKey(Article, on_delete=models.PROTECT, related_name="revisions")
    language = models.TextField(choices=[("zh", "zh"), ("en", "en")])
    version = models.IntegerField()
    is_current = models.BooleanField()
    title = models.TextField()
    words = ArrayField(models.TextField(), default=list)
    body = models.TextField()
    digest = models.BinaryField()
    published_at = models.DateTimeField()
    by = models.TextField()

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["article", "language", "version"], name="one_text_per_version"),
            models.UniqueConstraint(
                fields=["article", "language"], name="one_current_text", condition=Q(is_current=True)
            ),
        ]


class Posting(models.Model):
    """How much one token says about one current revision. Made from the text; `Word` lists the Latin ones."""

    token = models.TextField()
    revision = models.ForeignKey(Revision, on_delete=models.CASCADE, related_name="+")
    weight = models.FloatField()

    class Meta:
        constraints = [models.UniqueConstraint(fields=["token", "revision"], name="one_posting")]


class Word(models.Model):
    """A Latin token that occurs, so that a misspelt one finds its neighbours by trigrams."""

    token = models.TextField(primary_key=True)
