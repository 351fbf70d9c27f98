"""`./kefu demo`: build the demo town in the running product, once, by real actions; print how to sign in."""

import os
import sys
import time
from collections.abc import Callable, Iterator
from functools import partial
from pathlib import Path

from kefu.cli.running.installation import joined
from kefu.cli.terminal import CannotRun, say

PEOPLE_STEPS = 3
HELP = "build the demo town in a running demo installation (./kefu up does it by itself)"


def run(argv: list[str]) -> int:
    """Build the town when it does not stand yet; print the people either way."""
    if argv:
        print("usage: ./kefu demo", file=sys.stderr)
        return 2
    if os.environ.get("DATABASE_URL"):
        return _build()
    with joined(Path(os.environ["KEFU_DATA"]) if os.environ.get("KEFU_DATA") else None) as running:
        if running is None:
            raise CannotRun("nothing runs here; start it with ./kefu up", status=1)
        return _build()


def _build() -> int:
    import django

    django.setup()
    from django.conf import settings

    from kefu.core.models import Installation

    if settings.KEFU_MODE != "demo":
        raise CannotRun("a production installation has no demo town", status=1)
    if Installation.objects.filter(town_built_at=None).exists():
        build(say)
    _print_people()
    return 0


def build(progress: Callable[[str], None]) -> None:
    """Staff, customers, merchants, ordinary days, their troubles, two in the queue; each a line of progress."""
    from kefu.core import clock
    from kefu.core.models import Installation

    began = time.monotonic()
    steps, done = list(_steps()), Installation.objects.get().town_step
    for number, (caption, step) in enumerate(steps, 1):
        # Those who live there are met again; a story that was told is not told twice.
        if number > done or number <= PEOPLE_STEPS:
            progress(f"demo town {number}/{len(steps)}: {caption}")
            step()
            Installation.objects.filter(town_step__lt=number).update(town_step=number)
    Installation.objects.update(town_built_at=clock.now())
    progress(f"demo town stands after {time.monotonic() - began:.1f} s")


def _steps() -> Iterator[tuple[str, Callable[[], None]]]:
    from kefu.cli.demo import days, plans, stories
    from kefu.cli.demo.cast import CUSTOMERS, MERCHANTS, STAFF
    from kefu.cli.demo.town import Town
    from kefu.core import clock

    town = Town(clock.now())

    def hire() -> None:
        for staff in STAFF:
            town.hire(staff)

    def welcome() -> None:
        for place, customer in enumerate(CUSTOMERS):
            town.welcome(customer, at=town.ago(days=60 - place))

    def open_shops() -> None:
        for shop in MERCHANTS:
            town.open_shop(shop)

    yield "staff", hire
    yield "customers with cards and money", welcome
    yield "merchants", open_shops
    yield "ordinary days", partial(stories.ordinary_days, town)
    yield "plans", partial(plans.plans, town)
    for trouble in stories.TROUBLES:
        yield (trouble.__doc__ or "").partition(":")[0], partial(trouble, town)
    yield "the banks' files, day by day", partial(days.mornings, town.now)
    yield "two customers ask for a person", partial(stories.queue, town)


def _print_people() -> None:
    from kefu.cli.demo.cast import CUSTOMERS, MERCHANTS, PASSWORD, PIN, STAFF

    print(f"\nSign in (password of everybody: {PASSWORD}   payment PIN: {PIN})")
    print("  customers at /signin/")
    for one in CUSTOMERS:
        print(f"    {one.phone}  {one.name}" + (f"  — {one.trouble}" if one.trouble else ""))
    print("  staff at /staff/signin/")
    for staff in STAFF:
        print(f"    {staff.staff_no}  {staff.alias}  {staff.role}")
    print("  merchants at /shop/signin/")
    for shop in MERCHANTS:
        print(f"    {shop.login}  {shop.name}" + (f"  — {shop.trouble}" if shop.trouble else ""))
    print("", flush=True)
