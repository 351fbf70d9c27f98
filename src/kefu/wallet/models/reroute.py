"""Money of a refund that its card could not take, on the way that the customer chose instead."""

from django.db import models

from kefu.wallet.models.order import Order
from kefu.wallet.models.shop import Refund


class Rerouting(models.Model):
    """An order of kind reroute carries what `money_of` could not bring to its card: once, the database says.

    `money_of` is the refund's own order, or a rerouting that came back as well; `refund` is where it all began.
    """

    order = models.OneToOneField(Order, primary_key=True, on_delete=models.PROTECT, related_name="rerouting")
    money_of = models.OneToOneField(Order, on_delete=models.PROTECT, related_name="rerouted")
    refund = models.ForeignKey(Refund, on_delete=models.PROTECT, related_name="reroutings")
