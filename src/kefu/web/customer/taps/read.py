"""A tap as it comes from a device or a terminal."""

from django.http import HttpRequest

from kefu.wallet.rules.tap import Tap

_NUMBER_MOST = 20


def read_tap(request: HttpRequest) -> Tap:
    """What was sent, whatever it is: numbers that are none become 0, which the wallet refuses."""
    given = {name: request.POST.get(name, "")[:_NUMBER_MOST] for name in Tap.__dataclass_fields__}
    texts = {name: value for name, value in given.items() if name not in ("counter", "amount")}
    return Tap(**texts, counter=_whole(given["counter"]), amount=_whole(given["amount"]))


def _whole(given: str) -> int:
    return int(given) if given.isascii() and given.isdigit() else 0
