"""A transfer that failed, was not received, or went to the wrong person."""

from django.utils.translation import gettext_lazy as _

from kefu.cases.kinds.kind import CHECKED, DECIDED, FOR_AN_ORDER, OPENED, POSTED, PROPOSED, TOLD, Kind

KIND = Kind(
    code="transfer",
    title=_("转账问题"),
    steps=(OPENED, CHECKED, PROPOSED, DECIDED, POSTED, TOLD),
    proposals=FOR_AN_ORDER | {"goodwill"},
    clocks=("P2-GOAL",),
)
