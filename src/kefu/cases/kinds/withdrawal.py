"""A withdrawal that did not reach the card, or came back from it."""

from django.utils.translation import gettext_lazy as _

from kefu.cases.kinds.kind import BANK_ASKED, CHECKED, DECIDED, FOR_AN_ORDER, OPENED, POSTED, PROPOSED, TOLD, Kind

KIND = Kind(
    code="withdrawal",
    title=_("提现未到账"),
    steps=(OPENED, CHECKED, BANK_ASKED, PROPOSED, DECIDED, POSTED, TOLD),
    proposals=FOR_AN_ORDER | {"goodwill"},
    recalls=True,
    clocks=("P2-GOAL",),
)
