"""Budgets: set, removed, and told of at 80 % and 100 %, once each a month."""

from datetime import datetime
from uuid import UUID

from django.db import transaction

from kefu.core import audit
from kefu.core.actor import SYSTEM, Actor
from kefu.core.money import Money
from kefu.core.refusal import NotFound
from kefu.identity import queries as identity
from kefu.planning.actions import telling
from kefu.planning.models import Budget, BudgetAlert
from kefu.planning.queries.budget import BudgetView, budgets_for, whole_or_name
from kefu.planning.queries.spending import local_day
from kefu.planning.refusals import CategoryUnknown
from kefu.planning.rules import amount as amounts
from kefu.planning.rules.category import NAMES

PERCENTS = (80, 100)


def set_budget(*, actor: Actor, category: str, most: Money, now: datetime) -> None:
    """Mean to spend at most `most` a month in `category` ('' for everything). What is passed already is told at once.

    Refuses `core.amount.*` and `planning.category.unknown`.
    """
    _check(actor, category, now=now)
    minor = amounts.check(most, most=amounts.BUDGET_MOST)
    with transaction.atomic():
        Budget.objects.update_or_create(
            customer_id=actor.uuid, category=category, defaults={"most": minor, "set_at": now}
        )
        data = {"category": category, "most": minor}
        audit.record(actor=actor, action="planning.set_budget", subject=actor.ref, now=now, data=data)
    check_budgets(customer_id=actor.uuid, now=now)


def remove_budget(*, actor: Actor, category: str, now: datetime) -> None:
    """Safe to repeat. Refuses `planning.category.unknown`."""
    _check(actor, category, now=now)
    with transaction.atomic():
        if Budget.objects.filter(customer_id=actor.uuid, category=category).delete()[0]:
            data = {"category": category}
            audit.record(actor=actor, action="planning.remove_budget", subject=actor.ref, now=now, data=data)


def _check(actor: Actor, category: str, *, now: datetime) -> None:
    if actor.kind != "customer":
        raise NotFound()
    identity.require(actor=actor, action="planning.set_budget", now=now)
    if category and category not in NAMES:
        raise CategoryUnknown()


def check_budgets(*, customer_id: UUID, now: datetime) -> int:
    """Tell the customer of what was passed this month and not told yet; returns how many notices.

    The alert's row is what makes it once: of two at the same time one inserts it. When 100 % was passed at one stroke,
    one notice says so and 80 % counts as told.
    """
    if not Budget.objects.filter(customer_id=customer_id).exists():
        return 0
    told = 0
    for view in budgets_for(identity.customer_actor(customer_id), now=now):
        passed = [percent for percent in PERCENTS if view.spent.minor * 100 >= view.most.minor * percent]
        if passed:
            with transaction.atomic():
                told += _tell(customer_id, view, passed, now=now)
    return told


def _tell(customer_id: UUID, view: BudgetView, passed: list[int], *, now: datetime) -> int:
    month = local_day(now).replace(day=1)
    fresh = [
        percent
        for percent in passed
        if BudgetAlert.objects.get_or_create(
            customer_id=customer_id, category=view.category, month=month, percent=percent, defaults={"at": now}
        )[1]
    ]
    if not fresh or max(fresh) < max(passed):
        return 0
    telling.tell(
        customer_id,
        f"budget_{max(fresh)}",
        actor=SYSTEM,
        ref=f"budget:{view.category or 'all'}:{month:%Y-%m}",
        now=now,
        name=whole_or_name(view.category),
        spent=view.spent.text(),
        most=view.most.text(),
    )
    return 1
