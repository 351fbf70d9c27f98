"""New versions of fees, limits, spreads: proposed by an operator, published by a supervisor's yes, not for the past."""

from collections.abc import Callable
from dataclasses import asdict, dataclass, replace
from datetime import UTC, datetime
from typing import Any
from uuid import UUID

from django.db import connection, transaction
from django.utils.translation import gettext_lazy as _

from kefu.core import audit
from kefu.core.actor import Actor
from kefu.core.money import MINOR_MAX, Money
from kefu.core.refusal import NotFound
from kefu.core.transition import transition
from kefu.core.when import spoken
from kefu.identity import actions as approvals
from kefu.identity import queries as identity
from kefu.wallet import models as m
from kefu.wallet.models import FeeSchedule, Limit, Spread, TermsChange
from kefu.wallet.queries.limits.fee import Schedule
from kefu.wallet.queries.limits.terms import TermsChangeView, see_change
from kefu.wallet.refusals import AboveLaw, NoticeTooShort, TermsSettled, TermsUnfit
from kefu.wallet.rules import terms
from kefu.wallet.rules.fee import PPM, FeeRule, costs_no_more, tiers_fit
from kefu.wallet.rules.limit import LAW

ACTION = "wallet.publish_terms"


@dataclass(frozen=True, kw_only=True)
class FeeTerms:
    """A version of a fee to be. Minor units; rates in millionths; `tiers` as `(from, rate)`."""

    kind: str
    mode: str
    free_up_to: int = 0
    free_quota: int = 0
    window: str = ""
    rate_ppm: int = 0
    tiers: tuple[tuple[int, int], ...] = ()
    least: int = 0
    most: int = 0
    charged_to: str = m.PAYER


def propose_fee(
    *, actor: Actor, fee: FeeTerms, effective_from: datetime, reason: str, now: datetime
) -> TermsChangeView:
    """Put a new version of a published fee before a supervisor; `effective_from` lies ahead.

    Refuses `wallet.terms.unfit`, `.notice_too_short` (a rise under 30 days ahead), `identity.approval.reason_missing`,
    `identity.role.insufficient`.
    """
    identity.require(actor=actor, action="wallet.propose_terms", now=now)
    if fee.kind == m.EXCHANGE:
        # A share alone, of whatever currency: a cap would be of another worth in each.
        fee = replace(fee, most=MINOR_MAX if fee.rate_ppm else 0)
    body = {**asdict(fee), "tiers": [list(tier) for tier in fee.tiers]}
    _check_fee(body, effective_from, now=now)
    return _propose(actor, TermsChange.FEE, body, effective_from, reason, now=now)


def propose_limit(
    *, actor: Actor, series: str, cap: int | None, effective_from: datetime, reason: str, now: datetime
) -> TermsChangeView:
    """Put a new cap (minor units; None: no limit any more) of a published limit before a supervisor.

    Refuses as `propose_fee` does (a lower cap is what needs notice), and `wallet.terms.above_law`.
    """
    identity.require(actor=actor, action="wallet.propose_terms", now=now)
    body = {"series": series, "cap": cap}
    _check_limit(body, effective_from, now=now)
    return _propose(actor, TermsChange.LIMIT, body, effective_from, reason, now=now)


def propose_spread(
    *, actor: Actor, currency: str, bps: int, effective_from: datetime, reason: str, now: datetime
) -> TermsChangeView:
    """Put a new spread (basis points on each side of a currency's middle rate) before a supervisor.

    Refuses as `propose_fee` does: a wider one is what needs notice.
    """
    identity.require(actor=actor, action="wallet.propose_terms", now=now)
    body = {"currency": currency, "bps": bps}
    _check_spread(body, effective_from, now=now)
    return _propose(actor, TermsChange.SPREAD, body, effective_from, reason, now=now)


def _propose(
    actor: Actor, what: str, body: dict[str, Any], effective_from: datetime, reason: str, *, now: datetime
) -> TermsChangeView:
    with transaction.atomic():
        approval = approvals.propose_approval(
            actor=actor,
            action=ACTION,
            arguments=_arguments(what, body, effective_from),
            needed=1,
            case_ref="",
            reason=reason,
            now=now,
        )
        row = TermsChange.objects.create(
            what=what,
            body=body,
            effective_from=effective_from,
            approval_id=approval.id,
            maker_id=actor.uuid,
            reason=reason.strip(),
            proposed_at=now,
            until=approval.until,
        )
        data = {"what": what, "effective_from": effective_from, **body}
        audit.record(actor=actor, action="wallet.propose_terms", subject=f"terms:{row.id}", now=now, data=data)
    return see_change(row)


def _arguments(what: str, body: dict[str, Any], effective_from: datetime) -> dict[str, Any]:
    """What the approval is bound to: every value of the version, its instant as the database gives it back."""
    return {"what": what, "body": body, "effective_from": effective_from.astimezone(UTC).isoformat()}


def decide_terms(*, actor: Actor, change_id: UUID, approve: bool, words: str, now: datetime) -> TermsChangeView:
    """Another person's decision: a yes publishes the version in the same transaction, a no ends the proposal.

    The notice is counted from the publication, so that a slow yes does not shorten it. Refuses `wallet.terms.*`,
    `identity.approval.*`, `identity.role.insufficient`, `core.thing.not_found`.
    """
    identity.require(actor=actor, action="wallet.decide_terms", now=now)
    with transaction.atomic():
        row = TermsChange.objects.select_for_update().filter(pk=change_id).first()
        if row is None:
            raise NotFound()
        if row.status != TermsChange.PROPOSED:
            raise TermsSettled()
        approval = approvals.decide_approval(
            actor=actor, approval_id=row.approval_id, approve=approve, words=words, now=now
        )
        if approval.status == "APPROVED":
            arguments = _arguments(row.what, row.body, row.effective_from)
            approvals.consume_approval(
                approval_id=row.approval_id, action=ACTION, arguments=arguments, now=now, actor=actor
            )
            version = _publish(row, now=now)
            _settle(row, actor, TermsChange.PUBLISHED, {"version": version, **row.body}, now=now)
        elif approval.status == "REJECTED":
            _settle(row, actor, TermsChange.REJECTED, {}, now=now)
        row.refresh_from_db()
    return see_change(row)


def _settle(row: TermsChange, actor: Actor, status: str, data: dict[str, Any], *, now: datetime) -> None:
    if not transition(TermsChange, row.pk, TermsChange.PROPOSED, status, settled_at=now):
        raise TermsSettled()
    action = "wallet.publish_terms" if status == TermsChange.PUBLISHED else "wallet.reject_terms"
    audit.record(actor=actor, action=action, subject=f"terms:{row.id}", now=now, data={"what": row.what, **data})


def _publish(row: TermsChange, *, now: datetime) -> int:
    # Versions of one fee or limit follow one another: two publications at once would take the same number.
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_advisory_xact_lock(hashtext('wallet.terms'))")
    if row.what == TermsChange.FEE:
        before = _check_fee(row.body, row.effective_from, now=now)
        FeeSchedule.objects.create(**row.body, version=before.version + 1, effective_from=row.effective_from)
        return before.version + 1
    if row.what == TermsChange.SPREAD:
        wider = _check_spread(row.body, row.effective_from, now=now)
        Spread.objects.create(**row.body, version=wider.version + 1, effective_from=row.effective_from)
        return wider.version + 1
    last = _check_limit(row.body, row.effective_from, now=now)
    Limit.objects.create(
        series=last.series,
        version=last.version + 1,
        effective_from=row.effective_from,
        outlets=last.outlets,
        scope=last.scope,
        tier=last.tier,
        proof=last.proof,
        cap=row.body["cap"],
        currency=last.currency,
    )
    return last.version + 1


def _check_fee(body: dict[str, Any], effective_from: datetime, *, now: datetime) -> FeeSchedule:
    """The version before; refuses what cannot follow it."""
    before = FeeSchedule.objects.filter(kind=body["kind"], mode=body["mode"]).order_by("-version").first()
    if before is None:
        raise TermsUnfit(why=_("没有这项收费。"))
    for fits, why in _FEE_FITS:
        if not fits(body):
            raise TermsUnfit(why=why)
    new = FeeRule(
        free_up_to=body["free_up_to"],
        rate_ppm=body["rate_ppm"],
        tiers=tuple((bound, rate) for bound, rate in body["tiers"]),
        least=body["least"],
        most=body["most"],
        free_quota=body["free_quota"],
        window=body["window"],
    )
    same_payer = body["charged_to"] == before.charged_to
    worse = not (new.is_free or (same_payer and costs_no_more(new, Schedule(0, 0, before).rule())))
    _check_time(effective_from, before.effective_from, worse=worse, now=now)
    return before


def _asks_nothing(body: dict[str, Any]) -> bool:
    return not (body["rate_ppm"] or body["tiers"] or body["least"])


_FEE_FITS: tuple[tuple[Callable[[dict[str, Any]], bool], Any], ...] = (
    (
        lambda b: all(0 <= b[name] <= MINOR_MAX for name in ("free_up_to", "free_quota", "least", "most")),
        _("金额要在 0 和上限之间。"),
    ),
    (lambda b: b["least"] <= b["most"], _("最低不能高于最高。")),
    (lambda b: 0 <= b["rate_ppm"] < PPM, _("费率要在 0 和 100% 之间。")),
    (
        lambda b: len(b["tiers"]) <= 20 and tiers_fit(b["tiers"]) and all(t[0] <= MINOR_MAX for t in b["tiers"]),
        _("分档要从小到大，费率在 0 和 100% 之间，最多 20 档。"),
    ),
    (
        lambda b: (b["window"] in m.WINDOWS and b["free_quota"] > 0) or (b["window"] == "" and b["free_quota"] == 0),
        _("免费额度和它的周期要一起填。"),
    ),
    (
        lambda b: b["kind"] != m.EXCHANGE or not (b["free_up_to"] or b["free_quota"] or b["least"] or b["tiers"]),
        _("换汇只按比例收费，不能有免费部分、分档和最低。"),
    ),
    (
        lambda b: b["kind"] != m.PAYMENT or _asks_nothing(b),
        _("付款给商户不向付款人收费：顾客确认的就是商户要收的。商户的费率在它的条款里。"),
    ),
    (
        lambda b: b["kind"] != m.EXCHANGE or b["charged_to"] == m.PAYER,
        _("换汇手续费由换汇的人付。"),
    ),
    (
        lambda b: b["charged_to"] == m.PAYER or (b["charged_to"] == m.PAYEE and b["free_quota"] == 0),
        _("付费方不对，或收款方付费时不能有个人免费额度。"),
    ),
)


def _check_limit(body: dict[str, Any], effective_from: datetime, *, now: datetime) -> Limit:
    before = Limit.objects.filter(series=body["series"]).order_by("-version").first()
    if before is None:
        raise TermsUnfit(why=_("没有这项限额。"))
    cap, law = body["cap"], LAW.get(body["series"])
    if cap is not None and not 0 < cap <= MINOR_MAX:
        raise TermsUnfit(why=_("限额要大于 0，且在上限之内。"))
    if law is not None and (cap is None or cap > law):
        raise AboveLaw(most=Money(law, before.currency).text())
    _check_time(effective_from, before.effective_from, worse=terms.tightens(before.cap, cap), now=now)
    return before


def _check_spread(body: dict[str, Any], effective_from: datetime, *, now: datetime) -> Spread:
    """The version before; refuses what cannot follow it."""
    before = Spread.objects.filter(currency=body["currency"]).order_by("-version").first()
    if before is None:
        raise TermsUnfit(why=_("没有这个币种。"))
    if not 0 <= body["bps"] <= Spread.MOST:
        raise TermsUnfit(why=_("点差要在 0 和 5% 之间。"))
    _check_time(effective_from, before.effective_from, worse=body["bps"] > before.bps, now=now)
    return before


def _check_time(effective_from: datetime, before: datetime, *, worse: bool, now: datetime) -> None:
    if effective_from <= now:
        raise TermsUnfit(why=_("生效时间要在将来。"))
    if effective_from <= before:
        raise TermsUnfit(why=_("生效时间要晚于上一个版本。"))
    earliest = terms.earliest(worse=worse, now=now)
    if effective_from < earliest:
        raise NoticeTooShort(days=terms.NOTICE_DAYS, earliest=spoken(earliest, now=now))
