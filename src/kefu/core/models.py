"""Rows that every room shares: the audit trail and its seals, the outbox, keyed requests, stored files."""

from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.db.models.functions import Now


class Installation(models.Model):
    """One row: what this installation is. The mode is written once and never changed."""

    DEMO, PRODUCTION = "demo", "production"

    id = models.SmallIntegerField(primary_key=True, default=1)
    mode = models.TextField(choices=[(DEMO, DEMO), (PRODUCTION, PRODUCTION)])
    created_at = models.DateTimeField()
    town_step = models.SmallIntegerField(default=0)
    town_built_at = models.DateTimeField(null=True)

    class Meta:
        constraints = [models.CheckConstraint(condition=models.Q(id=1), name="installation_is_single")]


class AuditEntry(models.Model):
    """Who did what to what, when and why. Insert-only; sealed by the relay."""

    at = models.DateTimeField()
    actor = models.TextField()
    actor_label = models.TextField(default="")
    action = models.TextField()
    subject = models.TextField()
    case_ref = models.TextField(default="")
    level = models.TextField(default="")
    data = models.JSONField(default=dict)

    class Meta:
        indexes = [
            models.Index(fields=["subject", "id"], name="audit_by_subject"),
            models.Index(fields=["actor", "id"], name="audit_by_actor"),
        ]


class AuditPending(models.Model):
    """Entries not yet sealed: written with the entry, taken away by the relay when it seals."""

    entry_id = models.BigIntegerField(primary_key=True)
    since = models.DateTimeField(db_default=Now())


class AuditSeal(models.Model):
    """A signed Merkle root (RFC 9162 hashing) over named entries, chained to the seal before it. Insert-only.

    `leaves` are the entries' hashes, 32 bytes each, in the order of `entries`: they name an edited row.
    """

    first = models.BigIntegerField()
    last = models.BigIntegerField()
    entries = ArrayField(models.BigIntegerField())
    leaves = models.BinaryField(default=b"")
    merkle_root = models.BinaryField()
    previous_seal = models.BinaryField()
    digest = models.BinaryField(unique=True)
    signature = models.BinaryField()
    sealed_at = models.DateTimeField()


class OutboxEvent(models.Model):
    """A committed fact to be told: the relay gives it its position, the only number by which a stream resumes."""

    position = models.BigIntegerField(null=True, unique=True)
    kind = models.TextField()
    key = models.TextField()
    topics = ArrayField(models.TextField(), default=list)
    payload = models.JSONField(default=dict)
    at = models.DateTimeField()

    class Meta:
        indexes = [
            models.Index(fields=["id"], name="outbox_waiting", condition=models.Q(position=None)),
        ]


class KeyedRequest(models.Model):
    """The answer given to a request that carried its own key, so that a repeat gets the same one."""

    principal = models.TextField()
    key = models.UUIDField()
    digest = models.BinaryField()
    answer = models.JSONField(null=True)
    at = models.DateTimeField(auto_now_add=True)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["principal", "key"], name="one_answer_per_key")]


class StoredFile(models.Model):
    """A private attachment, cleaned before it was stored. `owner_ref` names whose it is."""

    id = models.UUIDField(primary_key=True)
    owner_ref = models.TextField()
    purpose = models.TextField()
    name = models.TextField()
    media_type = models.TextField()
    size = models.BigIntegerField()
    sha256 = models.TextField()
    path = models.TextField()
    created_at = models.DateTimeField()

    class Meta:
        indexes = [models.Index(fields=["owner_ref", "created_at"], name="file_of_owner")]
