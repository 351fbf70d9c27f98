"""The daily test that customers' money is safeguarded, and the money that it moves."""

from datetime import date, datetime, timedelta
from uuid import uuid5

from django.conf import settings
from django.db import connection, transaction
from django.db.models import Max, Sum

from kefu.core import audit
from kefu.core.actor import Actor
from kefu.ledger import actions as ledger
from kefu.ledger import proving as books
from kefu.ledger.chart import CHART, Journal
from kefu.ledger.currencies import currencies
from kefu.ledger.days import day_bounds
from kefu.rails.queries import files
from kefu.settlement.actions import book
from kefu.settlement.actions.alarm import raise_alarm
from kefu.settlement.models import OPEN, Break, SafeguardingDay
from kefu.settlement.rules.plan import RETURN, Leg
from kefu.settlement.values import SafeguardingView, safeguarding_view

OK, SHORTFALL, EXCESS, UNEXPLAINED = "ok", "shortfall", "excess", "unexplained"


def test_currencies(*, actor: Actor, day: date, now: datetime) -> list[SafeguardingView]:
    """The test of every currency that the books have, our own first."""
    others = [currency for currency in currencies() if currency != book.CURRENCY]
    return [
        test_safeguarding(actor=actor, day=day, currency=currency, now=now) for currency in (book.CURRENCY, *others)
    ]


def test_safeguarding(
    *, actor: Actor, day: date, now: datetime, currency: str = book.CURRENCY  # noqa: PT028 - no test of pytest's
) -> SafeguardingView:
    """Test the books of a currency as they stand now, for the bank day `day`: what each customer's accounts hold,
    summed, against safeguarded money, and that against the bank's own closing balance (banks state our currency alone).

    A shortfall is funded from own money at once (FUND_LEG) and raises an alarm, as does what nothing explains; an
    excess goes to the own bank (SWEEP_LEG). One row a test, never changed; a second test of a day is a further row.
    """
    with transaction.atomic():
        with connection.cursor() as cursor:
            cursor.execute("SELECT pg_advisory_xact_lock(hashtextextended('settlement:safeguarding', 0))")
        ledger.ensure_chart(currency=currency, now=now)
        held = books.owed_by_account(currency)
        owed = {code: amount for code, amount in held.items() if CHART[code].owed}
        requirement, resource = sum(owed.values()), held["A10"] + held["A20"]
        closing, own_moving, in_breaks = _outside(day) if currency == book.CURRENCY else (None, 0, 0)
        expected = books.moved("A10", before=day_bounds(day)[1], without=_OWN) if closing is not None else 0
        difference = None if closing is None else closing - expected - in_breaks
        excess = resource - requirement
        last = SafeguardingDay.objects.filter(date=day, currency=currency).aggregate(Max("round"))["round__max"]
        number = (last or 0) + 1
        _move(excess, day=day, number=number, currency=currency, now=now)
        verdict = SHORTFALL if excess < 0 else UNEXPLAINED if difference else EXCESS if excess else OK
        row = SafeguardingDay.objects.create(
            date=day, round=number, currency=currency, owed=owed, requirement=requirement, bank=held["A10"],
            receivable=held["A20"], closing=closing, own_moving=own_moving, in_breaks=in_breaks,
            difference=difference, moved=-excess, verdict=verdict, tested_at=now,
        )  # fmt: skip
        data = {"requirement": requirement, "resource": resource, "verdict": verdict, "moved": -excess}
        data["currency"] = currency
        subject = f"safeguarding:{day}"
        audit.record(actor=actor, action="settlement.test_safeguarding", subject=subject, now=now, data=data)
        if verdict in (SHORTFALL, UNEXPLAINED):
            raise_alarm(row, now=now)
    return safeguarding_view(row)


test_safeguarding.__test__ = False  # type: ignore[attr-defined]
test_currencies.__test__ = False  # type: ignore[attr-defined]
_OWN = (Journal.FUND_LEG, Journal.SWEEP_LEG)


def _outside(day: date) -> tuple[int | None, int, int]:
    """The banks' closing balances (None when one is missing), own money still to be moved there, and what open breaks
    hold that the books have not.
    """
    closings = []
    for connector in settings.RAILS_CONNECTORS:
        bank = files.bank_day(connector, day)
        if bank.statement:
            closings.append(bank.closing)
        elif files.has_statements(connector):
            return None, 0, 0
    own = books.moved("A10", before=day_bounds(day)[1]) - books.moved("A10", before=day_bounds(day)[1], without=_OWN)
    return sum(closings) if closings else None, own, _only_at_the_bank(day)


def _only_at_the_bank(day: date) -> int:
    """Money that a break says is at the bank and not in the books: it waits for its order, or is to be given back and
    the bank has not done so.
    """
    waiting = Break.objects.filter(status=OPEN, source="statement", suspense="", kind="status_diff", date__lte=day)
    waits = waiting.filter(flow__in=("debit", "return")).aggregate(sum=Sum("seen"))["sum"] or 0
    leaving = dict(Break.objects.filter(how=RETURN).values_list("id", "suspended"))
    left = files.refs_shown([str(one) for one in leaving], until=day)
    return waits + sum(amount for one, amount in leaving.items() if str(one) not in left)


def _move(excess: int, *, day: date, number: int, currency: str, now: datetime) -> None:
    if excess == 0:
        return
    named = "" if currency == book.CURRENCY else f":{currency}"
    root = uuid5(ledger.DAILY, f"safeguarding:{day.isoformat()}:{number}{named}")
    if excess < 0:
        leg = Leg("fund", "A10", "A11", Journal.FUND_LEG, -excess)
    else:
        leg = Leg("sweep", "A11", "A10", Journal.SWEEP_LEG, excess)
    book.post(root, [leg], ref=f"safeguarding:{day.isoformat()}", evidence="", currency=currency, now=now)


def yesterday(now: datetime) -> date:
    """The bank day that is over."""
    from kefu.rails.rules import BANK_ZONE

    return now.astimezone(BANK_ZONE).date() - timedelta(days=1)
