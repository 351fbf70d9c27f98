"""The people who sign in, the proofs they gave, and what others allowed them: tables only."""

from django.contrib.auth.base_user import AbstractBaseUser, BaseUserManager
from django.db import models
from django.db.models import F, Q

from kefu.core.ids import new_id


class UserManager(BaseUserManager["User"]):
    """Finds a user by the name they sign in with."""


class User(AbstractBaseUser):
    """One login: a customer, staff or who acts for a merchant, never two of them.

    The id is opaque and used by every room. `password_given`: somebody else chose the password and knows it; it opens
    nothing until its owner has put another in its place.
    """

    CUSTOMER, STAFF, MERCHANT = "customer", "staff", "merchant"
    AGENT, SUPERVISOR, OPERATOR = "agent", "supervisor", "operator"

    last_login = None

    id = models.UUIDField(primary_key=True, default=new_id, editable=False)
    kind = models.TextField(choices=[(CUSTOMER, CUSTOMER), (STAFF, STAFF), (MERCHANT, MERCHANT)])
    login = models.TextField(unique=True)
    name = models.TextField()
    phone = models.TextField(default="", blank=True)
    email = models.TextField(default="", blank=True)
    language = models.TextField(default="zh-hans")
    staff_no = models.TextField(default="", blank=True)
    alias = models.TextField(default="", blank=True)
    role = models.TextField(
        default="", blank=True, choices=[(AGENT, AGENT), (SUPERVISOR, SUPERVISOR), (OPERATOR, OPERATOR)]
    )
    lead = models.ForeignKey("self", null=True, blank=True, on_delete=models.PROTECT, related_name="+")
    password_given = models.BooleanField(default=False)
    payment_pin = models.TextField(default="", blank=True)
    is_active = models.BooleanField(default=True)
    created_at = models.DateTimeField()

    USERNAME_FIELD = "login"
    EMAIL_FIELD = "email"
    REQUIRED_FIELDS = []
    objects = UserManager()

    class Meta:
        constraints = [
            models.CheckConstraint(
                name="user_is_customer_or_staff",
                condition=Q(kind__in=("customer", "merchant"), role="", staff_no="")
                | (Q(kind="staff") & ~Q(role="") & ~Q(staff_no="")),
            ),
            models.UniqueConstraint(
                fields=["phone"],
                name="one_customer_per_phone",
                condition=Q(kind="customer") & ~Q(phone=""),
            ),
            models.UniqueConstraint(
                fields=["staff_no"], name="staff_no_is_never_shared", condition=~Q(staff_no="")
            ),
        ]


class Device(models.Model):
    """A browser that signed in once and carries a token since; only the token's digest is kept."""

    id = models.UUIDField(primary_key=True, default=new_id)
    user = models.ForeignKey(User, on_delete=models.CASCADE, related_name="devices")
    digest = models.BinaryField(unique=True)
    label = models.TextField(default="")
    first_seen_at = models.DateTimeField()
    last_seen_at = models.DateTimeField()


class Session(models.Model):
    """One sitting, from sign-in to its end. What is ended here is refused at the next request."""

    id = models.UUIDField(primary_key=True, default=new_id)
    user = models.ForeignKey(User, on_delete=models.CASCADE, related_name="sessions")
    device = models.ForeignKey(Device, on_delete=models.CASCADE, related_name="sessions")
    method = models.TextField()
    source = models.TextField(default="")
    began_at = models.DateTimeField()
    seen_at = models.DateTimeField()
    ended_at = models.DateTimeField(null=True)
    end_reason = models.TextField(default="")

    class Meta:
        indexes = [models.Index(fields=["user"], name="session_open", condition=Q(ended_at=None))]


class Attempt(models.Model):
    """Tries of one kind of proof under one key (an account or a source), since the last that succeeded.

    Written by one upsert that counts and judges at once, so that parallel tries cannot all be first.
    """

    key = models.TextField(primary_key=True)
    tries = models.IntegerField()
    admitted = models.BooleanField()
    locked_until = models.DateTimeField(null=True)
    tried_at = models.DateTimeField(db_index=True)


class OneTimeCode(models.Model):
    """A six-digit code, bound to one phone or mail address and one purpose; only its keyed digest is kept."""

    id = models.UUIDField(primary_key=True, default=new_id)
    address = models.TextField()
    purpose = models.TextField()
    digest = models.BinaryField()
    source = models.TextField(default="")
    tries = models.IntegerField(default=0)
    created_at = models.DateTimeField()
    expires_at = models.DateTimeField()
    ended_at = models.DateTimeField(null=True)

    class Meta:
        indexes = [
            models.Index(fields=["address", "created_at"], name="code_by_address"),
            models.Index(fields=["purpose"], name="code_open_by_purpose", condition=Q(ended_at=None)),
            models.Index(fields=["source", "created_at"], name="code_by_source"),
        ]


class StepUp(models.Model):
    """A second proof given in one sitting for one named thing, good until `until`."""

    id = models.UUIDField(primary_key=True, default=new_id)
    user = models.ForeignKey(User, on_delete=models.CASCADE, related_name="+")
    session = models.TextField()
    ref = models.TextField()
    method = models.TextField()
    proved_at = models.DateTimeField()
    until = models.DateTimeField()

    class Meta:
        indexes = [models.Index(fields=["user", "session", "ref"], name="step_up_by_ref")]


class Grant(models.Model):
    """A member of staff may see one customer, for one purpose, until a moment."""

    id = models.UUIDField(primary_key=True, default=new_id)
    staff = models.ForeignKey(User, on_delete=models.CASCADE, related_name="+")
    customer = models.ForeignKey(User, on_delete=models.CASCADE, related_name="+")
    purpose = models.TextField()
    ref = models.TextField()
    given_at = models.DateTimeField()
    until = models.DateTimeField()
    ended_at = models.DateTimeField(null=True)

    class Meta:
        constraints = [
            models.CheckConstraint(name="grant_is_for_two_people", condition=~Q(staff=F("customer"))),
            models.UniqueConstraint(
                fields=["staff", "customer", "ref"],
                name="one_open_grant_per_ref",
                condition=Q(ended_at=None),
            ),
        ]


class Approval(models.Model):
    """What one person proposes and others decide: the digest binds the decision to every argument."""

    PROPOSED, APPROVED, REJECTED = "PROPOSED", "APPROVED", "REJECTED"
    CONSUMED, EXPIRED = "CONSUMED", "EXPIRED"
    STATUSES = (PROPOSED, APPROVED, REJECTED, CONSUMED, EXPIRED)
    TRANSITIONS = frozenset(
        {
            (PROPOSED, APPROVED),
            (PROPOSED, REJECTED),
            (PROPOSED, EXPIRED),
            (APPROVED, CONSUMED),
            (APPROVED, EXPIRED),
        }
    )

    id = models.UUIDField(primary_key=True, default=new_id)
    action = models.TextField()
    arguments = models.JSONField()
    digest = models.BinaryField()
    maker = models.ForeignKey(User, on_delete=models.PROTECT, related_name="+")
    needed = models.SmallIntegerField()
    case_ref = models.TextField(default="")
    reason = models.TextField()
    status = models.TextField(default=PROPOSED)
    proposed_at = models.DateTimeField()
    until = models.DateTimeField()
    closed_at = models.DateTimeField(null=True)

    class Meta:
        constraints = [
            models.CheckConstraint(
                name="approval_status_known",
                condition=Q(status__in=("PROPOSED", "APPROVED", "REJECTED", "CONSUMED", "EXPIRED")),
            ),
            models.CheckConstraint(name="approval_needs_a_checker", condition=Q(needed__gte=1)),
        ]
        indexes = [
            models.Index(
                fields=["until"], name="approval_open", condition=Q(status__in=("PROPOSED", "APPROVED"))
            )
        ]


class Decision(models.Model):
    """One checker's word on an approval. Insert-only."""

    approval = models.ForeignKey(Approval, on_delete=models.PROTECT, related_name="decisions")
    checker = models.ForeignKey(User, on_delete=models.PROTECT, related_name="+")
    approve = models.BooleanField()
    words = models.TextField(default="")
    at = models.DateTimeField()

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["approval", "checker"], name="one_decision_per_checker")
        ]


class RiskSignal(models.Model):
    """Something about a customer that rules of other rooms read while it lasts."""

    id = models.UUIDField(primary_key=True, default=new_id)
    customer = models.ForeignKey(User, on_delete=models.CASCADE, related_name="+")
    kind = models.TextField()
    ref = models.TextField(default="")
    since = models.DateTimeField()
    until = models.DateTimeField()
    by = models.TextField()

    class Meta:
        indexes = [models.Index(fields=["customer", "until"], name="risk_by_customer")]


class Consent(models.Model):
    """That a person agreed to a text in one version, and when they took it back."""

    id = models.UUIDField(primary_key=True, default=new_id)
    user = models.ForeignKey(User, on_delete=models.CASCADE, related_name="+")
    kind = models.TextField()
    version = models.TextField()
    given_at = models.DateTimeField()
    withdrawn_at = models.DateTimeField(null=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["user", "kind"], name="one_open_consent", condition=Q(withdrawn_at=None)
            )
        ]


class ContactPoint(models.Model):
    """A dated record of each phone or address that was bound to a person, also after it changed.

    `bounced_at`: mail to it came back for good; nothing more is sent until it is confirmed again.
    """

    id = models.UUIDField(primary_key=True, default=new_id)
    user = models.ForeignKey(User, on_delete=models.CASCADE, related_name="+")
    kind = models.TextField(choices=[("phone", "phone"), ("email", "email")])
    value = models.TextField()
    bound_at = models.DateTimeField()
    confirmed_at = models.DateTimeField(null=True)
    bounced_at = models.DateTimeField(null=True)
    ended_at = models.DateTimeField(null=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["user", "kind", "value"], name="one_open_contact", condition=Q(ended_at=None)
            )
        ]


class Enrolment(models.Model):
    """A one-time link by which a first operator makes their own login; only the token's digest is kept."""

    id = models.UUIDField(primary_key=True, default=new_id)
    digest = models.BinaryField(unique=True)
    made_at = models.DateTimeField()
    until = models.DateTimeField()
    used_at = models.DateTimeField(null=True)
    user = models.ForeignKey(User, null=True, on_delete=models.PROTECT, related_name="+")
