"""Which order do their words mean? A score for each, from amount, time, person and direction. Pure.

People round amounts, err by a day, and call others by nicknames: what is near counts, what fits counts more, and
nothing that was named is required but an order number.
"""

import re
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from kefu.language.slots import Amount, Moment, Slots
from kefu.wallet.queries import OrderView

DAY = timedelta(days=1)
NEAR_SHARE = 5
"""An amount within a fifth of what was said is near."""
_OUT = re.compile(r"转给|转了|转出|打给|付给|付了|花了|支付|汇给|还给|\b(?:sent|paid|transferred|to)\b", re.I)
_IN = re.compile(r"收到|转来|转给我|转我|打给我|给我|进账|入账|\b(?:received|got|from)\b", re.I)
_KINDS = {
    "topup": re.compile(r"充值|充了|充钱|\btop(?:ped)?[ -]?up\b", re.I),
    "withdrawal": re.compile(r"提现|取现|提到卡|\bwithdr[ae]w", re.I),
    "transfer": re.compile(r"转账|转给|转了|转来|\btransfer|\bsent\b", re.I),
    "provisional": re.compile(r"临时款|先行赔付|垫付|\bprovisional\b", re.I),
    "goodwill": re.compile(r"补偿|赔|\bcompensation\b", re.I),
    "refund": re.compile(r"退款|\brefund", re.I),
    "bill": re.compile(r"水费|电费|燃气|话费|缴费|\bbill\b", re.I),
    "exchange": re.compile(r"换汇|兑换|购汇|结汇|外币|\bexchang", re.I),
    "repayment": re.compile(r"还款|信用卡|\brepa(?:y|id)", re.I),
    "payment": re.compile(r"付款|消费|买|商家|\b(?:bought|shop|merchant)\b", re.I),
}
_NICKNAME = re.compile(r"^[小老阿](?=.)")


@dataclass(frozen=True)
class Found:
    """One candidate: `score` is only for comparing; `why` names what fitted: amount, time, person, kind, direction."""

    order: OrderView
    score: float
    why: tuple[str, ...]


def ranked(text: str, slots: Slots, orders: Sequence[OrderView], *, most: int) -> list[Found]:
    """The best candidates, the likeliest first; of equals the newest. None when nothing that was named fits."""
    if slots.order_numbers:
        return [Found(o, 1.0, ("number",)) for o in orders if o.no in slots.order_numbers][:most]
    found = [one for one in (_judged(text, slots, order) for order in orders) if one.score > 0]
    found.sort(key=lambda one: (one.score, one.order.created_at), reverse=True)
    return found[:most]


def _judged(text: str, slots: Slots, order: OrderView) -> Found:
    parts = {
        "amount": 4 * max((_amount(said, order) for said in slots.amounts), default=0.0),
        "time": 4 * max((_time(said, order) for said in slots.times), default=0.0),
        "person": 2 * max((_person(name, order) for name in (*slots.names, *slots.card_tails)), default=0.0),
        "kind": 1.5 * _kind(text, order),
        "direction": 0.5 * _direction(text, order),
        "words": 2.0 * (len(text.strip()) >= 2 and text.strip() in (order.remark, order.counterparty_masked)),
    }
    if (slots.amounts and parts["amount"] == 0) or (slots.times and parts["time"] == 0):
        return Found(order, 0.0, ())
    return Found(order, sum(parts.values()), tuple(name for name, score in parts.items() if score > 0))


def _amount(said: Amount, order: OrderView) -> float:
    """Of an exchange either side may be meant."""
    sides = (order.amount, *((order.exchange.bought,) if order.exchange else ()))
    return max((_near(said, one.minor) for one in sides if one.currency == said.currency), default=0.0)


def _near(said: Amount, minor: int) -> float:
    if said.low <= minor <= said.high:
        return 1.0
    near = said.low // NEAR_SHARE, said.high // NEAR_SHARE
    return 0.3 if said.low - near[0] <= minor <= said.high + near[1] else 0.0


def _time(said: Moment, order: OrderView) -> float:
    moments: list[datetime] = [order.created_at, *([order.settled_at] if order.settled_at else [])]
    if any(said.start <= at < said.end for at in moments):
        return 1.0
    return 0.3 if any(said.start - DAY <= at < said.end + DAY for at in moments) else 0.0


def _person(name: str, order: OrderView) -> float:
    if name.isdecimal():
        return float(name in order.counterparty_masked)
    surname = _NICKNAME.sub("", name)[:1]
    return float(bool(surname) and order.counterparty_masked[:1] == surname)


def _kind(text: str, order: OrderView) -> float:
    said = {kind for kind, words in _KINDS.items() if words.search(text)}
    return float(order.kind in said)


def _direction(text: str, order: OrderView) -> float:
    if _IN.search(text):
        return float(order.direction == "in")
    return float(bool(_OUT.search(text)) and order.direction == "out")
