"""Which amounts and remarks the wallet takes."""

from kefu.core.money import AmountNotPositive, AmountTooLarge, AmountUnreadable, CurrencyForeign, Money
from kefu.core.redaction import redact
from kefu.wallet.refusals import RemarkUnfit

CURRENCY = "CNY"
TRANSFER_MOST = 50_000_00
TOPUP_MOST = 50_000_00
WITHDRAWAL_MOST = 50_000_00
BILL_MOST = 50_000_00
GOODWILL_MOST = 20_000_00
PROVISIONAL_MOST = 50_000_00
POT_MOST = 50_000_00
LARGE_TRANSFER = 5_000_00
REMARK_MOST = 50


def check(amount: Money, *, most: int) -> int:
    """The minor units of a positive whole amount in our currency, up to `most`.

    Refuses `core.amount.unreadable` (no whole number), `.not_positive`, `.too_large`, `.currency_foreign`.
    """
    if amount.currency != CURRENCY:
        raise CurrencyForeign(currency=str(amount.currency)[:8])
    if type(amount.minor) is not int:
        raise AmountUnreadable(given=str(amount.minor)[:24])
    if amount.minor <= 0:
        raise AmountNotPositive()
    if amount.minor > most:
        raise AmountTooLarge(most=Money(most).text())
    return amount.minor


def remark(given: str) -> str:
    """A remark as it may be stored: trimmed, secrets masked. Refuses `wallet.transfer.remark_unfit`."""
    text = given.strip()
    if len(text) > REMARK_MOST or not text.isprintable():
        raise RemarkUnfit(most=REMARK_MOST)
    return redact(text).text
