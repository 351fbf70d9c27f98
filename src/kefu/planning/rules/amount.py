"""Which amounts planning takes."""

from kefu.core.money import AmountNotPositive, AmountTooLarge, AmountUnreadable, CurrencyForeign, Money

CURRENCY = "CNY"
SPLIT_MOST = 50_000_00
BUDGET_MOST = 1_000_000_00
TARGET_MOST = 10_000_000_00
SCHEDULE_MOST = 50_000_00


def check(amount: Money | None, *, most: int) -> int:
    """The minor units of a positive whole amount in our currency, up to `most`. Refuses `core.amount.*`."""
    if amount is None:
        raise AmountUnreadable(given="")
    if amount.currency != CURRENCY:
        raise CurrencyForeign(currency=str(amount.currency)[:8])
    if type(amount.minor) is not int:
        raise AmountUnreadable(given=str(amount.minor)[:24])
    if amount.minor <= 0:
        raise AmountNotPositive()
    if amount.minor > most:
        raise AmountTooLarge(most=Money(most).text())
    return amount.minor
