"""A refund between a customer and a merchant that did not agree, or did not answer: the platform decides."""

from django.utils.translation import gettext_lazy as _

from kefu.cases.kinds.kind import CHECKED, DECIDED, OPENED, POSTED, PROPOSED, TOLD, Kind

KIND = Kind(
    code="refund",
    title=_("退款纠纷"),
    steps=(OPENED, CHECKED, PROPOSED, DECIDED, POSTED, TOLD),
    proposals=frozenset({"goodwill", "refund", "decline"}),
    clocks=("P2-GOAL",),
)
