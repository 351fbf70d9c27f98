"""The step engine: a case's kind lists the steps, each is done once, and a step undone is said so."""

from datetime import datetime
from uuid import UUID

from kefu.cases.kinds.kind import Kind
from kefu.cases.models import Step
from kefu.core.actor import Actor
from kefu.core.transition import transition


def lay_steps(*, case_id: UUID, kind: Kind) -> None:
    """Write the kind's steps for a new case, all pending."""
    Step.objects.bulk_create(
        Step(case_id=case_id, place=place, code=code) for place, code in enumerate(kind.steps)
    )


def do_step(*, actor: Actor, case_id: UUID, code: str, now: datetime, ref: str = "") -> bool:
    """Mark the step as done by `actor`; False when the kind has no such step or it was done before."""
    step = Step.objects.filter(case_id=case_id, code=code).first()
    if step is None:
        return False
    return transition(Step, step.pk, Step.PENDING, Step.DONE, by=actor.ref, at=now, ref=ref)


def undo_step(*, case_id: UUID, code: str) -> bool:
    """A refused proposal puts its steps back to pending, so that the next attempt is seen as one."""
    step = Step.objects.filter(case_id=case_id, code=code).first()
    if step is None:
        return False
    return transition(Step, step.pk, Step.DONE, Step.PENDING, by="", at=None, ref="")


def skip_rest(*, actor: Actor, case_id: UUID, now: datetime) -> int:
    """At the end, what was not needed is marked as skipped; returns how many."""
    pending = Step.objects.filter(case_id=case_id, status=Step.PENDING)
    return pending.update(status=Step.SKIPPED, by=actor.ref, at=now)
