"""What a break puts into suspense, and what each way of clearing it posts: legs as data (domain rules 2.3).

Every plan keeps safeguarded money ≥ what customers are owed: a shortage is backed by own money in the same batch.
"""

from dataclasses import dataclass

from kefu.ledger.chart import Journal

IN_FLOWS = ("debit", "return", "credit")
LONG, SHORT = "long", "short"
CREDIT, RETURN, WRITE_OFF, OFFSET, EXPLAIN = "credit", "return", "write_off", "offset", "explain"
DEEDS = {LONG: (CREDIT, RETURN), SHORT: (OFFSET, WRITE_OFF), "": (EXPLAIN,)}
"""How a break may be cleared, by what stands in suspense."""


@dataclass(frozen=True)
class Leg:
    """One transfer between house accounts, by their codes; `name` makes its id. Minor units."""

    name: str
    debit: str
    credit: str
    journal: Journal
    amount: int


@dataclass(frozen=True)
class Plan:
    """What stands in suspense afterwards, and the legs that put it there; nothing at all when there is no money."""

    suspense: str = ""
    amount: int = 0
    legs: tuple[Leg, ...] = ()


@dataclass(frozen=True, kw_only=True)
class Facts:
    """What is known of a break. `booked`: the books have the order as carried out; amounts without sign.

    `transit`: the account in which a payout waits for its statement, the bank's (L20) or a biller's (L31).
    """

    kind: str
    source: str
    flow: str
    expected: int
    seen: int
    booked: bool
    transit: str = "L20"


def _long(amount: int, *, out_of: str = "A10") -> tuple[Leg, ...]:
    return (Leg("long", out_of, "L40", Journal.LONG, amount),)


def _short(amount: int, *, of: str) -> tuple[Leg, ...]:
    fund = Leg("fund", "A10", "A11", Journal.FUND_LEG, amount)
    return (Leg("short", "A32", of, Journal.SHORT, amount), fund)


def plan(facts: Facts) -> Plan:
    """The suspense posting of a break. Only what a statement shows, or should have shown, is money."""
    incoming = facts.flow in IN_FLOWS
    if facts.source == "statement" and facts.kind in ("channel_only", "duplicate"):
        return _whole(facts.seen, incoming=incoming)
    if facts.source == "statement" and facts.kind == "amount_diff":
        return _difference(facts, incoming=incoming)
    if facts.source == "statement" and facts.kind == "status_diff" and not incoming and not facts.booked:
        return _whole(facts.seen, incoming=False)
    absent = facts.source == "books" and facts.kind in ("ledger_only", "status_diff")
    if absent and incoming and facts.booked:
        return Plan(SHORT, facts.expected, _short(facts.expected, of="A20"))
    return Plan()


def _whole(amount: int, *, incoming: bool) -> Plan:
    return Plan(LONG, amount, _long(amount)) if incoming else Plan(SHORT, amount, _short(amount, of="A10"))


def _difference(facts: Facts, *, incoming: bool) -> Plan:
    """What both sides agree on is cleared like any other; the rest stands in suspense."""
    if not facts.booked:
        return _whole(facts.seen, incoming=incoming)
    common, rest = min(facts.expected, facts.seen), abs(facts.expected - facts.seen)
    more = facts.seen > facts.expected
    if incoming:
        journal = Journal.TOPUP_SETTLED if facts.flow == "debit" else Journal.RETURN_SETTLED
        legs = (Leg("common", "A10", "A20", journal, common), *(_long(rest) if more else _short(rest, of="A20")))
        return Plan(LONG if more else SHORT, rest, legs)
    journal = Journal.WITHDRAW_SETTLED if facts.transit == "L20" else Journal.REPAY_SETTLED
    settled = Leg("common", facts.transit, "A10", journal, common)
    rest_legs = _short(rest, of="A10") if more else _long(rest, out_of=facts.transit)
    return Plan(SHORT if more else LONG, rest, (settled, *rest_legs))


def clearing(deed: str, amount: int) -> tuple[Leg, ...]:
    """The legs that clear `amount` of suspense. A credit to a customer is the wallet's; EXPLAIN posts nothing."""
    sweep = Leg("sweep", "A11", "A10", Journal.SWEEP_LEG, amount)
    return {
        RETURN: (Leg("given_back", "L40", "A10", Journal.LONG, amount),),
        WRITE_OFF: (Leg("written_off", "E14", "A32", Journal.SHORT, amount),),
        OFFSET: (
            Leg("set_off", "L40", "A10", Journal.LONG, amount),
            Leg("recovered", "A10", "A32", Journal.SHORT, amount),
            sweep,
        ),
    }.get(deed, ())


def arrival(amount: int) -> tuple[Leg, ...]:
    """The money of a shortage stands on a later statement: the receivable is there again, own money goes back."""
    return (
        Leg("recovered", "A20", "A32", Journal.SHORT, amount),
        Leg("sweep", "A11", "A10", Journal.SWEEP_LEG, amount),
    )
