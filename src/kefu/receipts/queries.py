"""Every read of the papers: one's own, finding the order that is meant, and the check that anybody may make."""

import hashlib
import hmac
import re
from collections.abc import Iterable
from datetime import datetime
from uuid import UUID

from django.utils.translation import gettext as _

from kefu.core.actor import Actor
from kefu.core.money import HOME
from kefu.core.refusal import NotFound
from kefu.identity.values import GrantView
from kefu.language.slots import Slots, read_slots
from kefu.receipts.canonical import Unreadable, read
from kefu.receipts.content import instant
from kefu.receipts.finding import DAY, NEAR_SHARE, Found, ranked
from kefu.receipts.models import PROOF, RECEIPT, Paper, PaperFile, SigningKey
from kefu.receipts.signing import open_json
from kefu.receipts.values import (
    ALTERED,
    GENUINE,
    UNKNOWN,
    CheckView,
    FileView,
    PaperView,
    Verdict,
    see_paper,
)
from kefu.wallet import queries as wallet
from kefu.wallet.queries import OrderView
from kefu.wallet.queries.limits.standing import standings

__all__ = [
    "ALTERED",
    "GENUINE",
    "UNKNOWN",
    "CheckView",
    "FileView",
    "Found",
    "PaperView",
    "Verdict",
    "check_token",
    "check_upload",
    "find_orders_for",
    "has_receipt",
    "paper_for",
    "papers_for",
    "public_keys",
    "why_not",
]

SETTLED = ("SUCCEEDED", "RETURNED")
LOOK_AMONG = 200
FOUND_MOST = 8
# What stands in every PDF of ours outside of compressed parts (signing.sign_pdf), and what our JSON calls itself.
NUMBER = re.compile(rb"(?:PZ|DZ|ZM)-[A-Z0-9]{8,40}")
JSON_TYPE = re.compile(r"^kefu\.(receipt|statement|proof)$")
JSON_MARKS = (b"kefu.receipt", b"kefu.statement", b"kefu.proof", b'"algorithm":"Ed25519"', b"/verify/")


def token_digest(token: str) -> bytes:
    return hashlib.sha256(b"kefu paper token:" + token.encode("utf-8", "replace")).digest()


def has_receipt(order: OrderView) -> bool:
    """Whether the order is settled; only those have a receipt."""
    return order.settled_at is not None and order.status in SETTLED


def why_not(order: OrderView) -> str:
    """Why an order has no receipt yet, or never will, for its customer."""
    if order.cancellable:
        return _("它还没有转出，仍然可以取消。")
    return {
        "FAILED": _("它没有成功，没有收您的钱。"),
        "CANCELLED": _("它已经取消，款项已退回。"),
        "UNKNOWN": _("银行的结果还没有确认。"),
        "MANUAL": _("正在人工核对。"),
    }.get(order.status, _("它还在处理中。"))


def paper_for(actor: Actor, paper_id: UUID) -> PaperView:
    """The customer's own paper. Refuses `core.thing.not_found`."""
    row = Paper.objects.filter(pk=paper_id, customer_id=actor.uuid).first() if actor.kind == "customer" else None
    if row is None:
        raise NotFound()
    return see_paper(row)


def papers_for(actor: Actor, *, kinds: Iterable[str], limit: int = 20) -> list[PaperView]:
    """The customer's own papers of these kinds, the latest first."""
    if actor.kind != "customer":
        raise NotFound()
    rows = Paper.objects.filter(customer_id=actor.uuid, kind__in=tuple(kinds)).order_by("-issued_at", "-id")
    return [see_paper(row) for row in rows[:limit]]


def find_orders_for(
    actor: Actor,
    *,
    text: str,
    now: datetime,
    customer_id: UUID | None = None,
    held: GrantView | None = None,
) -> list[Found]:
    """The orders that a customer's words may mean (「上周五 转给老王 两百左右」), the likeliest first, at most 8.

    Access as for `wallet.queries.orders_for`; without words, the newest. Never raises for any words.
    """
    words = text.replace("\0", "")[:200]
    slots = read_slots(words, now=now)
    if not words.strip():
        newest = wallet.orders_for(actor, customer_id=customer_id, limit=FOUND_MOST, now=now, held=held)
        return [Found(order, 0.0, ()) for order in newest]
    wanted = _wanted(slots)
    if slots.order_numbers:
        wanted = {"text": slots.order_numbers[0]}
    orders = wallet.orders_for(
        actor, customer_id=customer_id, limit=LOOK_AMONG, now=now, held=held, **wanted  # type: ignore[arg-type]
    )
    found = ranked(words, slots, orders, most=FOUND_MOST)
    if found or slots:
        return found
    named = wallet.orders_for(actor, customer_id=customer_id, limit=FOUND_MOST, now=now, held=held, text=words)
    return [Found(order, 1.0, ("words",)) for order in named]


def _wanted(slots: Slots) -> dict[str, object]:
    """Bounds that hold everything near what was said, so that a long history is looked through by the database."""
    wanted: dict[str, object] = {}
    if slots.times:
        # Money that arrived then may have been sent days before.
        wanted["since"] = min(said.start for said in slots.times) - 3 * DAY
        wanted["until"] = max(said.end for said in slots.times) + DAY
    ours = [amount for amount in slots.amounts if amount.currency == HOME]
    if ours and len(ours) == len(slots.amounts):
        low, high = min(a.low for a in ours), max(a.high for a in ours)
        wanted["amount_min"], wanted["amount_max"] = low - low // NEAR_SHARE, high + high // NEAR_SHARE
    return wanted


def check_token(token: str) -> CheckView:
    """The paper that a QR code or its address names, as it stands now. Refuses `core.thing.not_found`."""
    row = Paper.objects.filter(token_digest=token_digest(token)).first() if token.isascii() else None
    if row is None or not hmac.compare_digest(row.token, token):
        raise NotFound()
    return _check(row)


def check_upload(content: bytes) -> Verdict:
    """Whether a file is exactly what we issued. A PDF is compared by its digest and never opened."""
    if content.startswith(b"%PDF-"):
        made = PaperFile.objects.select_related("paper").filter(sha256=hashlib.sha256(content).hexdigest()).first()
        if made is not None:
            return Verdict(outcome=GENUINE, paper=_check(made.paper))
        return Verdict(outcome=ALTERED if NUMBER.search(content) else UNKNOWN)
    signed = open_json(content)
    if signed is not None:
        row = Paper.objects.filter(number=str(signed.get("number", ""))).first()
        if row is not None and row.content == signed:
            return Verdict(outcome=GENUINE, paper=_check(row))
    return Verdict(outcome=ALTERED if _claims_to_be_ours(content) else UNKNOWN)


def _claims_to_be_ours(content: bytes) -> bool:
    """Whether it looks like a paper of ours: by what it says of itself alone, so that nobody learns what exists."""
    try:
        inner = read(content).get("content")
    except Unreadable:
        inner = None
    if isinstance(inner, dict) and JSON_TYPE.match(str(inner.get("type", ""))):
        return True
    return bool(NUMBER.search(content)) and any(mark in content for mark in JSON_MARKS)


def _check(row: Paper) -> CheckView:
    content = row.content
    told = [content["order"]] if row.kind == RECEIPT else content.get("orders", []) if row.kind == PROOF else []
    now = standings(one["no"] for one in told)
    return CheckView(
        kind=row.kind,
        number=row.number,
        issued_at=row.issued_at,
        orders=tuple(now[one["no"]] for one in told if one["no"] in now),
        period=(content["first"], content["last"]) if "first" in content else None,
    )


def public_keys() -> list[dict[str, str]]:
    """What verifies our papers without us: every key that ever signed one."""
    return [
        {"id": row.id, "ed25519": row.ed25519, "certificate": row.certificate, "since": str(instant(row.since))}
        for row in SigningKey.objects.order_by("since", "id")
    ]
