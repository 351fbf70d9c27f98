"""Background entry points: the only places from which a bank is called."""

import logging
from datetime import timedelta
from uuid import UUID

from django.conf import settings
from procrastinate.contrib.django import app

from kefu.core import clock
from kefu.core.actor import SYSTEM
from kefu.core.refusal import Refusal
from kefu.rails import actions, rules
from kefu.rails.connectors import Bank, PermanentError, TemporaryError, connector

log = logging.getLogger(__name__)


@app.task(name="rails.submit_instruction")
def submit_instruction(instruction: str) -> None:
    """Send a new instruction."""
    actions.submit_instruction(instruction_id=UUID(instruction), now=clock.now())


@app.task(name="rails.ask_bank")
def ask_bank(instruction: str) -> None:
    """Ask about an instruction now: a callback came, or somebody wants to know."""
    actions.ask_now(actor=SYSTEM, instruction_id=UUID(instruction), now=clock.now())


@app.task(name="rails.climb")
def climb(instruction: str) -> None:
    """Work off one rung."""
    actions.climb(instruction_id=UUID(instruction), now=clock.now())


@app.task(name="rails.carry_recall")
def carry_recall(recall: str) -> None:
    """The next step of getting a payout back."""
    actions.carry_recall(recall_id=UUID(recall), now=clock.now())


@app.task(name="rails.carry_card_check")
def carry_card_check(check: str) -> None:
    """Tell the bank a card's number or code."""
    actions.carry_card_check(check_id=UUID(check), now=clock.now())


@app.task(name="rails.carry_account_check")
def carry_account_check(check: str) -> None:
    """Ask a biller or lender about an account."""
    actions.carry_account_check(check_id=UUID(check), now=clock.now())


@app.periodic(cron="* * * * * */2")  # croniter: the sixth field is the seconds
@app.task(name="rails.climb_ladder")
def climb_ladder(timestamp: int) -> None:  # noqa: ARG001 - the scheduler passes its tick
    """Hand each instruction whose rung is due to a job of its own, so that a slow bank delays no other."""
    now = clock.now()
    for instruction in actions.claim_due(now=now):
        climb.defer(instruction=str(instruction))
    for recall in actions.claim_recalls(now=now):
        carry_recall.defer(recall=str(recall))
    for check in actions.claim_card_checks(now=now):
        carry_card_check.defer(check=str(check))
    for check in actions.claim_account_checks(now=now):
        carry_account_check.defer(check=str(check))


@app.periodic(cron="* * * * * */20")
@app.task(name="rails.fetch_rates", queueing_lock="rails.fetch_rates")
def fetch_rates(timestamp: int) -> None:  # noqa: ARG001 - the scheduler passes its tick
    """Ask what currencies are worth. Without an answer the last rates grow stale, and then price nothing."""
    if not settings.RATE_SOURCE:
        return
    try:
        actions.fetch_rates(now=clock.now())
    except (TemporaryError, PermanentError) as problem:
        log.warning("no rates: %s", problem)
    except Refusal as refused:
        log.error("rates refused: %s", refused.operator_text())


@app.periodic(cron="5 2 * * *")  # UTC: five past ten in Beijing, when the files can be had
@app.task(name="rails.fetch_files")
def fetch_files(timestamp: int) -> None:  # noqa: ARG001 - the scheduler passes its tick
    """Every morning: status reports, channel files and statements of the last three bank days (one that is in changes
    nothing).

    One that is refused or cannot be had stops no other.
    """
    now = clock.now()
    today = now.astimezone(rules.BANK_ZONE).date()
    for code in settings.RAILS_CONNECTORS:
        for back in (3, 2, 1):
            day = today - timedelta(days=back)
            reports = [actions.fetch_status_report] if isinstance(connector(code), Bank) else []
            for fetch in (*reports, actions.fetch_channel_file, actions.fetch_statement):
                try:
                    fetch(actor=SYSTEM, connector_code=code, day=day, now=now)
                except Refusal as refused:
                    log.error("%s of %s: %s", code, day, refused.operator_text())
