"""An account that is restricted: why, what is needed, who reviews."""

from django.utils.translation import gettext_lazy as _

from kefu.cases.kinds.kind import CHECKED, OPENED, TOLD, Kind

KIND = Kind(
    code="restriction",
    title=_("账户限制"),
    steps=(OPENED, CHECKED, TOLD),
    proposals=frozenset(),
    clocks=("P1-GOAL", "CN-10"),
)
