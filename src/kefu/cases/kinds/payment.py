"""A payment to a merchant: not made, made twice, or to the wrong one."""

from django.utils.translation import gettext_lazy as _

from kefu.cases.kinds.kind import CHECKED, DECIDED, FOR_AN_ORDER, OPENED, POSTED, PROPOSED, TOLD, Kind

KIND = Kind(
    code="payment",
    title=_("商户付款问题"),
    steps=(OPENED, CHECKED, PROPOSED, DECIDED, POSTED, TOLD),
    proposals=FOR_AN_ORDER | {"goodwill"},
    clocks=("P2-GOAL",),
)
