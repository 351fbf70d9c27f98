"""Papers as they were issued, the files made of them, and the public halves of the keys. All insert-only."""

from django.db import models

from kefu.core.ids import new_id

RECEIPT, STATEMENT, PROOF = "receipt", "statement", "proof"
KINDS = (RECEIPT, STATEMENT, PROOF)


class SigningKey(models.Model):
    """What verifies a signature for ever: the certificate for PDF, the Ed25519 key for JSON. Its secret half is
    `secrets/receipt_key`; after a change of it the rows of earlier keys stay.
    """

    id = models.TextField(primary_key=True)
    certificate = models.TextField()
    ed25519 = models.TextField()
    since = models.DateTimeField()


class Paper(models.Model):
    """One receipt, statement or proof. `content` is frozen when it is issued; `subject` names what it is about
    (`order:<id>`, a period, a proof's key), and a customer has one paper a subject.

    `token` opens the public page; it is looked for by its digest, so that the time of a search tells nothing of it.
    """

    id = models.UUIDField(primary_key=True, default=new_id, editable=False)
    kind = models.TextField()
    number = models.TextField(unique=True)
    customer_id = models.UUIDField()
    subject = models.TextField()
    token = models.TextField()
    token_digest = models.BinaryField(unique=True)
    content = models.JSONField()
    issued_at = models.DateTimeField()

    class Meta:
        constraints = [
            models.CheckConstraint(condition=models.Q(kind__in=KINDS), name="paper_kind_known"),
            models.UniqueConstraint(fields=["customer_id", "subject"], name="one_paper_a_subject"),
        ]
        indexes = [models.Index(fields=["customer_id", "-issued_at", "-id"], name="paper_of_customer")]


class PaperFile(models.Model):
    """A signed PDF as it was handed out. Its digest is what an upload is compared with."""

    paper = models.ForeignKey(Paper, on_delete=models.PROTECT, related_name="files")
    sha256 = models.TextField(unique=True)
    size = models.IntegerField()
    key = models.ForeignKey(SigningKey, on_delete=models.PROTECT, related_name="+")
    made_at = models.DateTimeField()
