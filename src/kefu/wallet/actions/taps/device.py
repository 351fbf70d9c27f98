"""Devices that pay contactless: added with the PIN, stopped at once, used again with the PIN."""

from datetime import datetime
from uuid import UUID

from django.db import transaction

from kefu.core import audit, sealing
from kefu.core.actor import SYSTEM, Actor
from kefu.core.ids import new_id
from kefu.core.redaction import redact
from kefu.core.refusal import NotFound
from kefu.core.transition import transition
from kefu.identity import queries as identity
from kefu.wallet.actions import forbidden, telling
from kefu.wallet.actions.taps.refusals import DeviceMoved, DevicesTooMany, LabelUnfit
from kefu.wallet.actions.wallet import ensure, lock
from kefu.wallet.models import TapToken
from kefu.wallet.queries.tap import NewTapDevice, TapDeviceView, see_device
from kefu.wallet.rules import tap as rules

KEY_PURPOSE = "wallet.tap"


def add_tap_device(*, actor: Actor, label: str, now: datetime) -> NewTapDevice:
    """A token of the wallet for one device, with a key that leaves here once. Takes the PIN for `tap:new`.

    Refuses `identity.level.insufficient`, `wallet.account.*`, `wallet.tap.label_unfit`, `.devices_too_many`.
    """
    if actor.kind != "customer":
        raise NotFound()
    identity.require(actor=actor, action="wallet.add_tap_device", ref=rules.NEW_DEVICE, now=now)
    forbidden.check(actor.uuid, "out", now=now)
    name = " ".join(label.split())
    if not 1 <= len(name) <= rules.LABEL_MOST or not name.isprintable():
        raise LabelUnfit(most=rules.LABEL_MOST)
    number, key, row_id = rules.new_number(), rules.new_key(), new_id()
    with transaction.atomic():
        ensure(actor, actor.uuid, now=now)
        # The wallet's row makes two that are added at once queue, so that neither passes the most.
        lock(actor.uuid)
        standing = TapToken.objects.filter(customer_id=actor.uuid).exclude(status=TapToken.REMOVED)
        if standing.count() >= rules.DEVICES_MOST:
            raise DevicesTooMany(most=rules.DEVICES_MOST)
        row = TapToken.objects.create(
            id=row_id,
            customer_id=actor.uuid,
            digest=rules.digest_of(number),
            last4=number[-4:],
            label=redact(name).text,
            sealed_key=sealing.seal(KEY_PURPOSE, row_id, {"key": key.hex()}),
            added_at=now,
            proved_at=now,
        )
        _record(actor, "wallet.add_tap_device", "tap_added", row, now=now)
    return NewTapDevice(device=see_device(row), number=number, key=key.hex())


def key_of(row: TapToken) -> bytes:
    """The device's key. Only while the token is not removed."""
    return bytes.fromhex(sealing.unseal(KEY_PURPOSE, row.id, bytes(row.sealed_key))["key"])


def suspend_tap_device(*, actor: Actor, device_id: UUID, now: datetime) -> TapDeviceView:
    """No tap of the device is taken from this moment on; the PIN is not asked for. Safe to repeat.

    Refuses `core.thing.not_found`, `wallet.tap.device_moved` (it was removed).
    """
    row = _own(actor, "wallet.suspend_tap_device", device_id, now=now)
    with transaction.atomic():
        # Behind a tap of the same moment, or before it: the tap holds the wallet's row until it is paid.
        lock(row.customer_id)
        if transition(TapToken, row.id, TapToken.ACTIVE, TapToken.SUSPENDED, suspended_at=now):
            _record(actor, "wallet.suspend_tap_device", "tap_suspended", row, now=now)
    return _seen(row, TapToken.SUSPENDED)


def resume_tap_device(*, actor: Actor, device_id: UUID, now: datetime) -> TapDeviceView:
    """Let the device pay again, with the PIN given for `tap:<id>`. Safe to repeat.

    Refuses `identity.level.insufficient`, `core.thing.not_found`, `wallet.tap.device_moved`.
    """
    row = _own(actor, "wallet.resume_tap_device", device_id, ref=f"tap:{device_id}", now=now)
    with transaction.atomic():
        if transition(TapToken, row.id, TapToken.SUSPENDED, TapToken.ACTIVE, suspended_at=None, proved_at=now):
            _record(actor, "wallet.resume_tap_device", "tap_resumed", row, now=now)
    return _seen(row, TapToken.ACTIVE)


def suspend_unproved(*, customer_id: UUID, pin_at: datetime, now: datetime) -> int:
    """A new payment PIN was set at `pin_at`: devices that the one before was given for pay nothing until the new one is
    given for them. Whoever knew the old PIN, or sits with a lost device, has nothing of it any more. Returns how many.
    Safe to repeat, also later.
    """
    before = TapToken.objects.filter(customer_id=customer_id, status=TapToken.ACTIVE, proved_at__lt=pin_at)
    if not before.exists():
        return 0
    with transaction.atomic():
        lock(customer_id)
        found = list(before.all())
        for row in found:
            transition(TapToken, row.id, TapToken.ACTIVE, TapToken.SUSPENDED, suspended_at=now)
            _record(SYSTEM, "wallet.suspend_unproved", "tap_to_renew", row, now=now)
    return len(found)


def remove_tap_device(*, actor: Actor, device_id: UUID, now: datetime) -> None:
    """Take the token off the device for good; its key is destroyed. Safe to repeat. Refuses `core.thing.not_found`."""
    row = _own(actor, "wallet.remove_tap_device", device_id, now=now)
    with transaction.atomic():
        lock(row.customer_id)
        standing = (TapToken.ACTIVE, TapToken.SUSPENDED)
        if transition(TapToken, row.id, standing, TapToken.REMOVED, removed_at=now, sealed_key=b""):
            _record(actor, "wallet.remove_tap_device", "tap_removed", row, now=now)


def _own(actor: Actor, action: str, device_id: UUID, *, ref: str = "", now: datetime) -> TapToken:
    if actor.kind != "customer":
        raise NotFound()
    row = TapToken.objects.filter(pk=device_id, customer_id=actor.uuid).first()
    if row is None:
        raise NotFound()
    identity.require(actor=actor, action=action, ref=ref, now=now)
    return row


def _seen(row: TapToken, wanted: str) -> TapDeviceView:
    row.refresh_from_db()
    if row.status != wanted:
        raise DeviceMoved()
    return see_device(row)


def _record(actor: Actor, action: str, notice: str, row: TapToken, *, now: datetime) -> None:
    data = {"customer": row.customer_id, "last4": row.last4}
    audit.record(actor=actor, action=action, subject=f"tap:{row.id}", now=now, data=data)
    words = {"label": row.label, "last4": row.last4, "at": now.isoformat()}
    telling.tell(row.customer_id, notice, actor=actor, ref=f"tap:{row.id}", now=now, **words)
