"""When new terms may begin: what is to the customers' disadvantage is announced first (CN-15)."""

from datetime import datetime, timedelta

NOTICE_DAYS = 30
"""Calendar days between the publication and the day it counts (非银行支付机构网络支付业务管理办法 art. 36)."""


def earliest(*, worse: bool, now: datetime) -> datetime:
    """The first instant at which the new version may begin."""
    return now + timedelta(days=NOTICE_DAYS) if worse else now


def tightens(old: int | None, new: int | None) -> bool:
    """Whether a cap falls, or stands where none did. Minor units; None: no limit."""
    return new is not None and (old is None or new < old)
