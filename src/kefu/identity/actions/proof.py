"""The payment PIN, and the second proof that it gives for one named thing."""

import re
from datetime import datetime

from django.contrib.auth.hashers import check_password, make_password
from django.db import transaction
from django.utils.translation import gettext_lazy as _

from kefu.core import audit, events
from kefu.core.actor import Actor
from kefu.core.refusal import Refusal
from kefu.identity.actions.attempt import count_try, forgive_tries
from kefu.identity.events import SECRET_CHANGED, topic_of
from kefu.identity.models import StepUp, User
from kefu.identity.queries.access import insufficient, require
from kefu.identity.rules.attempt import PER_PIN
from kefu.identity.rules.level import STEP_UP_LASTS
from kefu.identity.rules.pin import pin_is_weak

REPLACE_PIN = "identity.replace_payment_pin"


class PinUnfit(Refusal):
    code = "identity.pin.unfit"
    status = 422
    text = _("支付密码要用 6 位数字，不能是连号、重复的数字或手机号的一段。请换一个。")
    operator = "payment PIN is not six digits, or easily guessed"


class PinWrong(Refusal):
    code = "identity.pin.wrong"
    status = 422
    text = _("支付密码不对。没有任何款项变动，请再试一次。")
    operator = "payment PIN does not match"


class PinMissing(Refusal):
    code = "identity.pin.missing"
    status = 409
    text = _("您还没有设置支付密码。请先到“我的”里设置，再回来办理；没有任何改动。")
    operator = "customer has no payment PIN yet"
    remedy = "/me/pin/"
    remedy_words = _("去设支付密码")


def set_payment_pin(*, actor: Actor, pin: str, now: datetime) -> None:
    """Set the six digits. Replacing earlier ones needs a step-up for `identity.replace_payment_pin`.

    Refuses with `identity.pin.unfit` and `identity.level.insufficient`; the owner is told of the change.
    """
    user = User.objects.get(pk=actor.uuid, kind=User.CUSTOMER, is_active=True)
    if user.payment_pin:
        require(actor=actor, action=REPLACE_PIN, ref=REPLACE_PIN, now=now)
    else:
        require(actor=actor, action="identity.set_payment_pin", now=now)
    if re.fullmatch(r"[0-9]{6}", pin) is None or pin_is_weak(pin, user.phone):
        raise PinUnfit()
    hashed = make_password(pin)
    with transaction.atomic():
        # Compare-and-set: of two first settings at once one wins, the other is refused as a replacement
        # would be.
        if not User.objects.filter(pk=user.pk, payment_pin=user.payment_pin).update(payment_pin=hashed):
            raise PinWrong()
        audit.record(actor=actor, action="identity.set_payment_pin", subject=f"user:{user.id}", now=now)
        events.announce(
            kind=SECRET_CHANGED,
            key=str(user.id),
            topics=[topic_of(user.kind, user.id)],
            payload={"user": str(user.id), "what": "pin", "at": now.isoformat()},
            now=now,
        )


def prove_step_up(*, actor: Actor, pin: str, ref: str, now: datetime) -> datetime:
    """The payment PIN for `ref` (the quote, order or case it is about): V2 for five minutes, in this sitting.

    Returns until when. Refuses with `identity.pin.wrong`, `identity.pin.missing`, `identity.attempt.locked`.
    """
    user = User.objects.get(pk=actor.uuid, kind=User.CUSTOMER, is_active=True)
    if not user.payment_pin:
        raise PinMissing()
    tried = count_try(what="pin", subject=str(user.id), patience=PER_PIN, now=now)
    if not check_password(pin, user.payment_pin):
        raise PinWrong()
    forgive_tries(tried)
    until = now + STEP_UP_LASTS
    with transaction.atomic():
        StepUp.objects.create(
            user=user, session=actor.session, ref=ref, method="pin", proved_at=now, until=until
        )
        audit.record(
            actor=actor,
            action="identity.prove_step_up",
            subject=f"user:{user.id}",
            now=now,
            data={"ref": ref},
        )
    return until


def extend_step_up(*, actor: Actor, given: str, ref: str, now: datetime) -> datetime:
    """Let the PIN that the customer once gave for `given`, a standing instruction, stand for `ref`, a step of it.

    For what is carried out in the customer's absence: the proof holds five minutes, for `actor.session` alone, which
    names the instruction and is no sitting. Refuses `identity.level.insufficient` when the PIN was never given for it.
    """
    if not StepUp.objects.filter(user_id=actor.uuid, ref=given, method="pin").exists():
        raise insufficient("V2", "identity.extend_step_up", given)
    until = now + STEP_UP_LASTS
    with transaction.atomic():
        StepUp.objects.create(
            user_id=actor.uuid, session=actor.session, ref=ref, method="standing", proved_at=now, until=until
        )
        data = {"given": given, "ref": ref}
        subject = f"user:{actor.uuid}"
        audit.record(actor=actor, action="identity.extend_step_up", subject=subject, now=now, data=data)
    return until
