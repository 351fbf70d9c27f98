"""Maker and checker: proposed by one, decided by others, consumed once by the posting that needs it."""

import json
from datetime import datetime
from typing import Any
from uuid import UUID

from django.db import transaction
from django.utils.translation import gettext_lazy as _

from kefu.core import audit, events
from kefu.core.actor import SYSTEM, Actor
from kefu.core.refusal import NotFound, Refusal
from kefu.core.transition import transition
from kefu.identity.events import APPROVAL_CHANGED
from kefu.identity.models import Approval, Decision, User
from kefu.identity.queries.access import require
from kefu.identity.queries.approval import approval_for, leads_of_staff, whole_approvals, why_not_decide
from kefu.identity.rules import approval as rules
from kefu.identity.values import ApprovalView


class ApprovalTooFew(Refusal):
    code = "identity.approval.too_few"
    status = 422
    text = _("按规定这笔要 %(needed)s 位复核人同意，请重新提交。没有任何款项变动。")
    operator = "the rules ask for %(needed)s checkers"


class ApprovalReasonMissing(Refusal):
    code = "identity.approval.reason_missing"
    status = 422
    text = _("请写明理由，复核人要看。没有提交。")
    operator = "reason is empty or over 2,000 characters"


class ApprovalNotYours(Refusal):
    code = "identity.approval.not_yours"
    status = 403
    text = _("这一项不能由您复核：%(why)s没有任何改动，请由其他主管处理。")
    operator = "checker is the maker, in the same lead chain, has decided before, or lacks the role"


class ApprovalExpired(Refusal):
    code = "identity.approval.expired"
    text = _("这项申请已经过期，没有执行。请重新提交。")
    operator = "approval is past its end"


class ApprovalDecided(Refusal):
    code = "identity.approval.decided"
    text = _("这项申请已经有了结果，不能再改。请刷新页面查看。")
    operator = "approval was decided already"


class ApprovalNotApproved(Refusal):
    code = "identity.approval.not_approved"
    text = _("这项申请还没有获得同意，没有执行。")
    operator = "approval is not approved"


class ApprovalConsumed(Refusal):
    code = "identity.approval.consumed"
    text = _("这项申请已经执行过一次，没有重复执行。")
    operator = "approval was consumed before"


class ApprovalOtherArguments(Refusal):
    code = "identity.approval.other_arguments"
    text = _("要执行的内容与同意的内容不一致，已停下，没有任何款项变动。请重新提交。")
    operator = "action or arguments differ from what was approved"


def propose_approval(
    *,
    actor: Actor,
    action: str,
    arguments: dict[str, Any],
    needed: int,
    case_ref: str,
    reason: str,
    now: datetime,
    until: datetime | None = None,
) -> ApprovalView:
    """Ask for `needed` checkers to agree to `action` with exactly these arguments; lapses after 24 hours at
    most.

    `arguments` hold strings, integers (minor units), UUIDs, dates, booleans, lists and mappings of these.
    Refuses with `identity.approval.too_few`, `.reason_missing`, `.expired`, `identity.role.insufficient`.
    """
    require(actor=actor, action="identity.propose_approval", now=now)
    if not 1 <= len(reason.strip()) <= 2000:
        raise ApprovalReasonMissing()
    least = rules.checkers_needed(action, arguments)
    if needed < least:
        raise ApprovalTooFew(needed=least)
    end = min(until or now + rules.LASTS, now + rules.LASTS)
    if end <= now:
        raise ApprovalExpired()
    with transaction.atomic():
        approval = Approval.objects.create(
            action=action,
            arguments=arguments_as_kept(action, arguments),
            digest=rules.digest(action, arguments),
            maker_id=actor.uuid,
            needed=needed,
            case_ref=case_ref,
            reason=reason.strip(),
            proposed_at=now,
            until=end,
        )
        _tell(actor, approval, "identity.propose_approval", Approval.PROPOSED, now, {"needed": needed})
    return approval_for(actor=actor, approval_id=approval.id, now=now)


def arguments_as_kept(action: str, arguments: dict[str, Any]) -> dict[str, Any]:
    """The arguments as JSON keeps them: what the checker is shown is what the digest binds."""
    kept: dict[str, Any] = json.loads(rules.canonical(action, arguments))[1]
    return kept


def _tell(
    actor: Actor, approval: Approval, action: str, status: str, now: datetime, data: dict[str, Any]
) -> None:
    audit.record(
        actor=actor,
        action=action,
        subject=f"approval:{approval.id}",
        now=now,
        case_ref=approval.case_ref,
        data={"action": approval.action, "digest": bytes(approval.digest).hex(), "status": status, **data},
    )
    events.announce(
        kind=APPROVAL_CHANGED,
        key=str(approval.id),
        topics=["approvals", f"staff:{approval.maker_id}"],
        payload={
            "approval": str(approval.id),
            "status": status,
            "action": approval.action,
            "case": approval.case_ref,
        },
        now=now,
    )


def decide_approval(
    *, actor: Actor, approval_id: UUID, approve: bool, words: str, now: datetime
) -> ApprovalView:
    """One checker's word. One no ends it; `needed` different yes make it APPROVED. Supervisors only.

    Refuses with `identity.approval.not_yours`, `.expired`, `.decided`, `identity.role.insufficient`.
    """
    require(actor=actor, action="identity.decide_approval", now=now)
    with transaction.atomic():
        # The row lock makes two checkers queue: the second sees the first one's word.
        approval = whole_approvals().select_for_update(of=("self",)).filter(pk=approval_id).first()
        if approval is None:
            raise NotFound()
        if approval.status != Approval.PROPOSED:
            raise ApprovalDecided(status=approval.status)
        if approval.until <= now:
            raise ApprovalExpired()
        why_not = why_not_decide(approval, User.objects.get(pk=actor.uuid), leads_of_staff())
        if why_not:
            raise ApprovalNotYours(why=why_not)
        said = words.replace("\0", "").strip()[:2000]
        Decision.objects.create(approval=approval, checker_id=actor.uuid, approve=approve, words=said, at=now)
        _conclude(actor, approval, approve, now)
    return approval_for(actor=actor, approval_id=approval_id, now=now)


def _conclude(actor: Actor, approval: Approval, approve: bool, now: datetime) -> None:
    agreed = approval.decisions.filter(approve=True).count()
    status = Approval.PROPOSED
    if not approve:
        transition(Approval, approval.pk, Approval.PROPOSED, Approval.REJECTED, closed_at=now)
        status = Approval.REJECTED
    elif agreed >= approval.needed:
        transition(Approval, approval.pk, Approval.PROPOSED, Approval.APPROVED)
        status = Approval.APPROVED
    _tell(actor, approval, "identity.decide_approval", status, now, {"approve": approve, "agreed": agreed})


def consume_approval(
    *, approval_id: UUID, action: str, arguments: dict[str, Any], now: datetime, actor: Actor = SYSTEM
) -> None:
    """Use the approval up for exactly this action and these arguments, within the caller's transaction.

    Of two in parallel one wins: the update names the status and the digest. When the caller's transaction
    rolls back, the approval is unused. Refuses with `identity.approval.not_approved`, `.consumed`,
    `.expired`, `.other_arguments`, and `core.thing.not_found`.
    """
    digest = rules.digest(action, arguments)
    rows = Approval.objects.filter(pk=approval_id, action=action, digest=digest, until__gt=now)
    if not rows.filter(status=Approval.APPROVED).update(status=Approval.CONSUMED, closed_at=now):
        raise _why_not_consumed(approval_id, action, digest, now)
    approval = Approval.objects.get(pk=approval_id)
    _tell(actor, approval, "identity.consume_approval", Approval.CONSUMED, now, {})


def _why_not_consumed(approval_id: UUID, action: str, digest: bytes, now: datetime) -> Refusal:
    approval = Approval.objects.filter(pk=approval_id).first()
    if approval is None:
        return NotFound()
    if approval.status == Approval.CONSUMED:
        return ApprovalConsumed()
    if approval.action != action or bytes(approval.digest) != digest:
        return ApprovalOtherArguments()
    if approval.until <= now or approval.status == Approval.EXPIRED:
        return ApprovalExpired()
    return ApprovalNotApproved(status=approval.status)


def expire_approvals(*, actor: Actor, now: datetime) -> int:
    """End what nobody decided or used in time, and tell; returns how many. Called each minute."""
    ended = 0
    open_ones = Approval.objects.filter(status__in=(Approval.PROPOSED, Approval.APPROVED), until__lte=now)
    for approval in open_ones[:100]:
        with transaction.atomic():
            moved = transition(
                Approval,
                approval.pk,
                (Approval.PROPOSED, Approval.APPROVED),
                Approval.EXPIRED,
                closed_at=now,
            )
            if moved:
                _tell(actor, approval, "identity.expire_approvals", Approval.EXPIRED, now, {})
                ended += 1
    return ended
