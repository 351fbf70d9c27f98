"""What was known of a bill when it was quoted."""

from django.db import models

from kefu.wallet.models.quote import Quote


class BillTerms(models.Model):
    """The bill behind a quote, as its biller told it: shown before the confirmation, kept. Insert-only.

    `posts_on`: the day on which the biller will book a payment made then; `late`: that is after `due_on`. Amounts in
    minor units, days of the brand's zone.
    """

    quote = models.OneToOneField(Quote, primary_key=True, on_delete=models.PROTECT, related_name="terms")
    check_id = models.UUIDField()
    period = models.TextField()
    amount_due = models.BigIntegerField()
    minimum = models.BigIntegerField()
    due_on = models.DateField()
    cutoff = models.TimeField()
    posts_on = models.DateField()
    late = models.BooleanField()
