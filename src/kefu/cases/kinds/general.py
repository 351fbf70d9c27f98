"""Anything else that needs more than an answer."""

from django.utils.translation import gettext_lazy as _

from kefu.cases.kinds.kind import CHECKED, DECIDED, OPENED, POSTED, PROPOSED, TOLD, Kind

KIND = Kind(
    code="general",
    title=_("其他问题"),
    steps=(OPENED, CHECKED, PROPOSED, DECIDED, POSTED, TOLD),
    proposals=frozenset({"goodwill"}),
    clocks=("P3-GOAL",),
)
