"""The people who sign in."""

from django.contrib.auth.base_user import AbstractBaseUser, BaseUserManager
from django.db import models

from kefu.core.ids import new_id


class UserManager(BaseUserManager["User"]):
    """Finds a user by the name they sign in with."""


class User(AbstractBaseUser):
    """One login: a customer or a member of staff, never both. The id is opaque and used by every room."""

    CUSTOMER, STAFF = "customer", "staff"
    AGENT, SUPERVISOR, OPERATOR = "agent", "supervisor", "operator"

    last_login = None

    id = models.UUIDField(primary_key=True, default=new_id, editable=False)
    kind = models.TextField(choices=[(CUSTOMER, CUSTOMER), (STAFF, STAFF)])
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
                condition=models.Q(kind="customer", role="", staff_no="")
                | (models.Q(kind="staff") & ~models.Q(role="") & ~models.Q(staff_no="")),
            ),
            models.UniqueConstraint(
                fields=["phone"],
                name="one_customer_per_phone",
                condition=models.Q(kind="customer") & ~models.Q(phone=""),
            ),
        ]
