"""Taps that were not the device's: counted for who brought them.

A wrong cryptogram shows that somebody knows a token's number, which every terminal that it was held near does. A stolen
key would make right ones. So it says nothing of the device, which goes on paying elsewhere, and something of the
merchant through whom it came: there the token is taken no more for a day, its owner is told where, and the house sees
at which merchants it happens.
"""

import logging
from datetime import datetime
from uuid import UUID

from kefu.core.actor import SYSTEM
from kefu.wallet.actions import telling
from kefu.wallet.actions.taps.refusals import TapDoubted
from kefu.wallet.models import Merchant, TapDoubt, TapToken
from kefu.wallet.rules import tap as rules

log = logging.getLogger(__name__)


def check_doubts(token: TapToken, merchant_id: UUID | None, *, now: datetime) -> None:
    """Refuses `wallet.tap.doubted`. A customer's own page cannot bring another's token, and is not counted."""
    if merchant_id is None:
        return
    wrong = TapDoubt.objects.filter(token=token, merchant_id=merchant_id, wrong__gte=rules.WRONG_MOST)
    if wrong.filter(last_at__gt=now - rules.DOUBTED_FOR).exists():
        raise TapDoubted()


def forget_doubts(token: TapToken, merchant_id: UUID | None) -> None:
    """A right one begins the count anew."""
    if merchant_id:
        TapDoubt.objects.filter(token=token, merchant_id=merchant_id).update(wrong=0)


def note_doubt(token: TapToken, merchant_id: UUID | None, *, now: datetime) -> None:
    """Count a wrong one; the owner and the house hear of the last that is taken. In the caller's transaction."""
    if merchant_id is None:
        return
    # The merchant's row counts them one after another.
    merchant = Merchant.objects.select_for_update().get(pk=merchant_id)
    row, _new = TapDoubt.objects.get_or_create(token=token, merchant=merchant, defaults={"last_at": now})
    row.wrong = row.wrong + 1 if row.last_at > now - rules.DOUBTED_FOR else 1
    row.last_at = now
    row.save(update_fields=["wrong", "last_at"])
    if row.wrong == rules.WRONG_MOST:
        log.warning("merchant %s brought %s wrong taps of one device", merchant_id, row.wrong)
        values = {"merchant": merchant.name, "label": token.label, "last4": token.last4, "at": now.isoformat()}
        telling.tell(token.customer_id, "tap_doubted", actor=SYSTEM, ref=f"tap:{token.id}", now=now, **values)
