"""How often a customer may have something looked up that is not theirs, or have the house write at length."""

from datetime import datetime, timedelta

from django.utils.translation import gettext_lazy as _

from kefu.core.actor import Actor
from kefu.core.refusal import Refusal
from kefu.identity.actions.attempt import TooManyTries, count_try
from kefu.identity.rules.attempt import Patience

PHONE, ACCOUNT, STATEMENT = "phone", "account", "statement"
_PATIENCE = Patience(60, timedelta(minutes=10), 300, timedelta(hours=24), forget_after=timedelta(hours=1))
"""Far more than somebody needs who knows whom they pay; far too few to find out who has which number."""


class AskedTooOften(Refusal):
    code = "identity.pace.too_often"
    status = 429
    text = _("这样查询的次数太多，请 %(minutes)s 分钟后再试。没有任何款项变动，账户其他功能不受影响。")
    operator = "too many look-ups; %(minutes)s more minutes"


def count_look_up(*, actor: Actor, what: str, times: int = 1, now: datetime) -> None:
    """Count look-ups of `what` by this customer (`PHONE`: whose number it is, `ACCOUNT`: what is owed at a biller,
    `STATEMENT`: a new paper). Refuses `identity.pace.too_often`. To be called outside the caller's transaction.
    """
    for _time in range(times):
        try:
            count_try(what=f"pace:{what}", subject=actor.id, patience=_PATIENCE, now=now)
        except TooManyTries as refused:
            raise AskedTooOften(minutes=refused.data["minutes"]) from refused
