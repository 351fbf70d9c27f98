"""A top-up that did not arrive: asked of the bank, completed on its word, or explained."""

from django.utils.translation import gettext_lazy as _

from kefu.cases.kinds.kind import BANK_ASKED, CHECKED, DECIDED, FOR_AN_ORDER, OPENED, POSTED, PROPOSED, TOLD, Kind

KIND = Kind(
    code="topup",
    title=_("充值未到账"),
    steps=(OPENED, CHECKED, BANK_ASKED, PROPOSED, DECIDED, POSTED, TOLD),
    proposals=FOR_AN_ORDER | {"goodwill", "completion"},
    clocks=("P2-GOAL",),
)
