"""Credits given while a dispute is looked into."""

from django.db import models
from django.db.models import F, Q

from kefu.wallet.models.order import Order


class Provisional(models.Model):
    """The matter of an order of kind provisional: money of ours on the customer's balance until `disputed` is decided.

    The decision is due at `decide_by`. It ends as the customer's own (FINAL), or is taken back (WITHDRAWN) at
    `withdraw_at`, which the customer was told of with `reason` and `words`. `owed` is what the balance lacked then,
    `recovered` what came back of that: on `basis` only, from `recover_at` on. Minor units.
    """

    GIVEN, ANNOUNCED, FINAL, WITHDRAWN = "GIVEN", "ANNOUNCED", "FINAL", "WITHDRAWN"
    OPEN = (GIVEN, ANNOUNCED)
    TRANSITIONS = frozenset({(GIVEN, FINAL), (GIVEN, ANNOUNCED), (ANNOUNCED, FINAL), (ANNOUNCED, WITHDRAWN)})

    order = models.OneToOneField(Order, primary_key=True, on_delete=models.PROTECT, related_name="provisional")
    disputed = models.ForeignKey(Order, on_delete=models.PROTECT, related_name="provisionals")
    status = models.TextField(default=GIVEN)
    given_at = models.DateTimeField()
    decide_by = models.DateTimeField()
    announced_at = models.DateTimeField(null=True)
    withdraw_at = models.DateTimeField(null=True)
    reason = models.TextField(default="")
    words = models.TextField(default="")
    ended_at = models.DateTimeField(null=True)
    owed = models.BigIntegerField(default=0)
    recovered = models.BigIntegerField(default=0)
    basis = models.TextField(default="")
    basis_words = models.TextField(default="")
    recover_at = models.DateTimeField(null=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["disputed"],
                name="one_open_provisional_per_order",
                condition=Q(status__in=("GIVEN", "ANNOUNCED")),
            ),
            models.CheckConstraint(
                condition=Q(status__in=("GIVEN", "ANNOUNCED"), ended_at=None)
                | Q(status__in=("FINAL", "WITHDRAWN"), ended_at__isnull=False),
                name="provisional_ended_when",
            ),
            models.CheckConstraint(
                condition=Q(status__in=("GIVEN", "FINAL"))
                | (Q(announced_at__isnull=False, withdraw_at__gt=F("announced_at")) & ~Q(reason="")),
                name="provisional_withdrawn_after_notice",
            ),
            models.CheckConstraint(
                condition=Q(owed__gte=0, recovered__gte=0, recovered__lte=F("owed"))
                & (Q(owed=0) | Q(status="WITHDRAWN")),
                name="provisional_recovers_at_most_what_is_owed",
            ),
            models.CheckConstraint(
                condition=Q(recovered=0) | (Q(recover_at__isnull=False) & ~Q(basis="")),
                name="provisional_recovers_on_a_basis",
            ),
            models.CheckConstraint(condition=~Q(order=F("disputed")), name="provisional_not_of_itself"),
        ]
        indexes = [
            models.Index(fields=["withdraw_at"], name="provisional_to_withdraw", condition=Q(status="ANNOUNCED")),
            models.Index(
                fields=["recover_at"],
                name="provisional_to_recover",
                condition=Q(recover_at__isnull=False, recovered__lt=F("owed")),
            ),
            models.Index(fields=["given_at"], name="provisional_open", condition=Q(status__in=("GIVEN", "ANNOUNCED"))),
            models.Index(fields=["given_at"], name="provisional_owed", condition=Q(recovered__lt=F("owed"))),
        ]
