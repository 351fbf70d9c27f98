"""Which amounts and remarks the wallet takes."""

from kefu.core.money import HOME, AmountNotPositive, AmountTooLarge, AmountUnreadable, CurrencyForeign, Money
from kefu.core.redaction import redact
from kefu.wallet.models import EXCHANGE
from kefu.wallet.refusals import RemarkUnfit

CURRENCY = HOME
"""What payments, fees and limits are in; foreign currencies are exchanged and held (`rules.exchange`)."""
TRANSFER_MOST = 50_000_00
TOPUP_MOST = 50_000_00
WITHDRAWAL_MOST = 50_000_00
BILL_MOST = 50_000_00
GOODWILL_MOST = 20_000_00
PROVISIONAL_MOST = 50_000_00
POT_MOST = 50_000_00
EXCHANGE_MOST = 50_000_00
"""What one exchange may come to on its side in our currency."""
LARGE_TRANSFER = 5_000_00
REMARK_MOST = 50


def check(amount: Money, *, most: int, currency: str = CURRENCY) -> int:
    """The minor units of a positive whole amount in `currency`, up to `most` of its minor units.

    Refuses `core.amount.unreadable` (no whole number), `.not_positive`, `.too_large`, `.currency_foreign`.
    """
    if amount.currency != currency:
        raise CurrencyForeign(currency=str(amount.currency)[:8])
    if type(amount.minor) is not int:
        raise AmountUnreadable(given=str(amount.minor)[:24])
    if amount.minor <= 0:
        raise AmountNotPositive()
    if amount.minor > most:
        raise AmountTooLarge(most=Money(most, currency).text())
    return amount.minor


def takes_pin(kind: str, amount: int) -> bool:
    """Whether an order of `amount` minor units is confirmed with the payment PIN: large ones, and every exchange."""
    return kind == EXCHANGE or amount >= LARGE_TRANSFER


def remark(given: str) -> str:
    """A remark as it may be stored: trimmed, secrets masked. Refuses `wallet.transfer.remark_unfit`."""
    text = given.strip()
    if len(text) > REMARK_MOST or not text.isprintable():
        raise RemarkUnfit(most=REMARK_MOST)
    return redact(text).text
