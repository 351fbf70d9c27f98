"""A bill or repayment that the other side has not booked, or refused."""

from django.utils.translation import gettext_lazy as _

from kefu.cases.kinds.kind import BANK_ASKED, CHECKED, DECIDED, FOR_AN_ORDER, OPENED, POSTED, PROPOSED, TOLD, Kind

KIND = Kind(
    code="repayment",
    title=_("缴费或还款未入账"),
    steps=(OPENED, CHECKED, BANK_ASKED, PROPOSED, DECIDED, POSTED, TOLD),
    proposals=FOR_AN_ORDER | {"goodwill"},
    clocks=("P2-GOAL",),
)
