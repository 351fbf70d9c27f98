"""The account that a merchant is paid out to: checked by the bank, approved by somebody else, paused for a day."""

from datetime import datetime
from typing import Any
from uuid import UUID

from django.db import transaction
from django.db.models import Q

from kefu.core import audit
from kefu.core.actor import SYSTEM, Actor
from kefu.core.refusal import NotFound
from kefu.core.transition import transition
from kefu.identity import queries as identity
from kefu.rails import actions as rails
from kefu.rails.queries import CardCheckView
from kefu.wallet.actions import telling
from kefu.wallet.actions.disburse.refusals import AccountMoved, HolderDiffers, SameHands
from kefu.wallet.actions.shop.merchant import owner_ref, tell_shop
from kefu.wallet.models import Merchant, MerchantAccount, MerchantStaff
from kefu.wallet.queries.shop.disbursement import MerchantAccountView, see_account
from kefu.wallet.queries.shop.merchant import merchant_of
from kefu.wallet.queries.values import CardLinkView, see_card_link
from kefu.wallet.rules.disbursement import PAUSE, same_name


def link_merchant_account(*, actor: Actor, pan: str, holder: str, phone: str, now: datetime) -> CardLinkView:
    """Begin to check an account of the merchant's: its bank sends a code to the holder's phone. The number is not kept.

    Refuses `rails.card.*`, `core.thing.not_found`.
    """
    merchant = merchant_of(actor, "wallet.link_merchant_account", now=now)
    ref = owner_ref(merchant.id)
    with transaction.atomic():
        check = rails.open_card_check(
            actor=actor, owner_ref=ref, pan=pan, holder=holder, phone=phone, keep_holder=True, now=now
        )
        _record(actor, "wallet.link_merchant_account", merchant.id, now=now, check=check.id)
    return see_card_link(check)


def confirm_merchant_account(*, actor: Actor, check_id: UUID, code: str, now: datetime) -> CardLinkView:
    """Hand in the code that the bank sent. Refuses `rails.card.code_wrong`, `.check_over`, `core.thing.not_found`."""
    merchant = merchant_of(actor, "wallet.link_merchant_account", now=now)
    ref = owner_ref(merchant.id)
    return see_card_link(rails.give_card_code(actor=actor, owner_ref=ref, check_id=check_id, code=code, now=now))


def take_merchant_account(check: CardCheckView, *, now: datetime) -> None:
    """Write down an account that the bank has checked: it waits to be approved. Safe to repeat."""
    merchant_id = UUID(check.owner_ref.removeprefix("merchant:"))
    with transaction.atomic():
        merchant = Merchant.objects.select_for_update().get(pk=merchant_id)
        # Told again of a check that was taken already: what became of its account since stays as it is.
        taken = ~Q(status__in=_OVER) | Q(proposed_at__gte=check.created_at)
        if MerchantAccount.objects.filter(taken, merchant=merchant, token=check.token).exists():
            return
        earlier = MerchantAccount.objects.filter(merchant=merchant, status=MerchantAccount.PROPOSED)
        earlier.update(status=MerchantAccount.REJECTED, decided_by=SYSTEM.ref, decided_at=now)
        row = MerchantAccount.objects.create(
            merchant=merchant,
            connector=check.connector,
            token=check.token,
            bank=check.bank,
            last4=check.last4,
            holder=check.holder,
            proposed_at=now,
        )
        known = {"account": row.id, "last4": row.last4, "holder": row.holder}
        _record(SYSTEM, "wallet.propose_merchant_account", merchant.id, now=now, **known)
        _tell(row, "shop_account_proposed", now=now, at=now.isoformat())


_OVER = (MerchantAccount.REPLACED, MerchantAccount.REJECTED)


REASON_LEAST, REASON_MOST = 4, 500


def approve_merchant_account(
    *, actor: Actor, account_id: UUID, now: datetime, reason: str = ""
) -> MerchantAccountView:
    """Let the merchant be paid out to the account, after a day. The one before is not paid to any more, from now on.

    `reason` says why the account is theirs when its holder is not named as the merchant is; it stays in the audit.
    Refuses `identity.role.insufficient`, `core.thing.not_found`, `wallet.merchant_account.moved`, `.holder_differs` (no
    reason) and, whoever took the merchant down or gave a login its first password, `.same_hands`.
    """
    identity.require(actor=actor, action="wallet.judge_merchant_account", now=now)
    with transaction.atomic():
        row = _locked(account_id)
        _check_hands(actor, row.merchant)
        if row.status != MerchantAccount.PROPOSED:
            raise AccountMoved()
        fits, said = same_name(row.merchant.name, row.holder), " ".join(reason.split())[:REASON_MOST]
        if not fits and len(said) < REASON_LEAST:
            raise HolderDiffers()
        before = MerchantAccount.objects.filter(merchant=row.merchant, status=MerchantAccount.ACTIVE)
        before.update(status=MerchantAccount.REPLACED)
        changes: dict[str, Any] = {"decided_by": actor.ref, "decided_at": now, "pays_from": now + PAUSE}
        changes["reason"] = "" if fits else said
        transition(MerchantAccount, row.id, MerchantAccount.PROPOSED, MerchantAccount.ACTIVE, **changes)
        row.refresh_from_db()
        known = {"account": row.id, "last4": row.last4, "holder": row.holder, "fits": fits, "reason": row.reason}
        _record(actor, "wallet.approve_merchant_account", row.merchant_id, now=now, **known)
        _tell(row, "shop_account_changed", now=now, pays_at=(now + PAUSE).isoformat())
    return see_account(row)


def reject_merchant_account(*, actor: Actor, account_id: UUID, now: datetime) -> MerchantAccountView:
    """Have an account not be paid to: one that waits to be approved, or any while its pause lasts. For who acts for the
    merchant, and for the house. The account before does not come back: nothing is paid out until one is approved.

    Refuses `core.thing.not_found`, `identity.role.insufficient`, `wallet.merchant_account.moved`.
    """
    mine = {}
    if actor.kind == "merchant":
        mine = {"merchant_id": merchant_of(actor, "wallet.reject_merchant_account", now=now).id}
    else:
        identity.require(actor=actor, action="wallet.judge_merchant_account", now=now)
    with transaction.atomic():
        row = _locked(account_id, **mine)
        waits = row.status == MerchantAccount.PROPOSED or (row.pays_from is not None and row.pays_from > now)
        if not waits or row.status in _OVER:
            raise AccountMoved()
        changes: dict[str, Any] = {"decided_by": actor.ref, "decided_at": now}
        transition(MerchantAccount, row.id, row.status, MerchantAccount.REJECTED, **changes)
        row.refresh_from_db()
        _record(actor, "wallet.reject_merchant_account", row.merchant_id, now=now, account=row.id, last4=row.last4)
        _tell(row, "shop_account_rejected", now=now)
    return see_account(row)


def _locked(account_id: UUID, **mine: UUID) -> MerchantAccount:
    """The account, under its merchant's row: a pay-out of the same moment goes before or after."""
    known = MerchantAccount.objects.filter(pk=account_id, **mine).values_list("merchant_id", flat=True).first()
    if known is None:
        raise NotFound()
    Merchant.objects.select_for_update().get(pk=known)
    return MerchantAccount.objects.select_related("merchant").get(pk=account_id)


def _check_hands(actor: Actor, merchant: Merchant) -> None:
    """Who could have acted for the merchant, because they know a login's first password, does not approve."""
    given = MerchantStaff.objects.filter(merchant=merchant).values_list("added_by", flat=True)
    for hand in {merchant.registered_by, *given}:
        staff = hand.removeprefix("staff:")
        if actor.is_staff and staff != hand and identity.counts_as_one(actor.uuid, UUID(staff)):
            raise SameHands()


def _tell(row: MerchantAccount, kind: str, *, now: datetime, **more: str) -> None:
    """Everybody who acts for the merchant hears of it, not only who did it."""
    tell_shop(row.merchant_id, now=now)
    values = {"merchant": row.merchant.name, "account": f"{row.bank} ({row.last4})", **more}
    for person in MerchantStaff.objects.filter(merchant_id=row.merchant_id).values_list("user_id", flat=True):
        telling.tell(person, kind, actor=SYSTEM, ref=f"shop_account:{row.id}", now=now, **values)


def _record(actor: Actor, action: str, merchant_id: UUID, *, now: datetime, **data: object) -> None:
    audit.record(actor=actor, action=action, subject=owner_ref(merchant_id), now=now, data=dict(data))
