"""What this room hands out: frozen values, never rows."""

from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from kefu.core.actor import Actor, Kind
from kefu.core.masks import mask_email, mask_name, mask_phone
from kefu.identity.models import Approval, ContactPoint, User


@dataclass(frozen=True)
class Person:
    """A customer, a member of staff or who acts for a merchant, as other rooms know them."""

    id: UUID
    kind: str
    name: str
    masked_name: str
    masked_phone: str
    alias: str
    staff_no: str
    role: str
    language: str
    is_active: bool
    has_payment_pin: bool

    @property
    def shown_name(self) -> str:
        """What a customer may see: the alias of staff, the masked name of another customer."""
        return (self.alias or self.name) if self.kind == User.STAFF else self.masked_name


@dataclass(frozen=True)
class SignedIn:
    """A sign-in that succeeded. `device_token` goes into the browser's cookie only."""

    user_id: UUID
    session_id: UUID
    device_token: str
    device_is_new: bool
    is_new_customer: bool


@dataclass(frozen=True)
class SessionView:
    """One open sitting, for the list of devices on which a person is signed in."""

    id: UUID
    device_label: str
    method: str
    source: str
    began_at: datetime
    seen_at: datetime
    is_this: bool


@dataclass(frozen=True)
class Contact:
    """Where a person can be told things. `email` is empty until the address was confirmed, and when mail came back."""

    phone: str
    email: str
    language: str


@dataclass(frozen=True)
class ContactView:
    """A phone or mail address that is or was bound to a person. `bounced_at`: mail to it came back for good."""

    id: UUID
    value: str
    masked: str
    bound_at: datetime
    confirmed_at: datetime | None
    bounced_at: datetime | None


@dataclass(frozen=True)
class CustomerCard:
    """Who a customer is, for a member of staff who holds a grant: masked, with how sure we are and since
    when.
    """

    id: UUID
    masked_name: str
    masked_phone: str
    masked_email: str
    email_bounced: bool
    language: str
    customer_since: datetime
    level: str
    phone_confirmed_at: datetime | None
    last_sign_in_at: datetime | None
    open_sessions: int
    has_payment_pin: bool
    is_active: bool
    risks: tuple[str, ...]
    grant_purpose: str
    grant_until: datetime


@dataclass(frozen=True)
class GrantView:
    """An open right of one member of staff to see one customer."""

    id: UUID
    staff_id: UUID
    customer_id: UUID
    purpose: str
    ref: str
    until: datetime


@dataclass(frozen=True)
class DecisionView:
    """One checker's word."""

    checker: Person
    approve: bool
    words: str
    at: datetime


@dataclass(frozen=True)
class ApprovalView:
    """A proposal with its decisions. `may_decide` is about the reader who asked."""

    id: UUID
    action: str
    arguments: dict[str, Any]
    maker: Person
    needed: int
    case_ref: str
    reason: str
    status: str
    proposed_at: datetime
    until: datetime
    decisions: tuple[DecisionView, ...]
    may_decide: bool
    why_not: str

    @property
    def approvals(self) -> int:
        return sum(decision.approve for decision in self.decisions)


def person_of(user: User) -> Person:
    return Person(
        id=user.id,
        kind=user.kind,
        name=user.name,
        masked_name=mask_name(user.name),
        masked_phone=mask_phone(user.phone) if user.phone else "",
        alias=user.alias,
        staff_no=user.staff_no,
        role=user.role,
        language=user.language,
        is_active=user.is_active,
        has_payment_pin=bool(user.payment_pin),
    )


def contact_view(row: ContactPoint) -> ContactView:
    masked = mask_email(row.value) if row.kind == "email" else mask_phone(row.value)
    return ContactView(row.id, row.value, masked, row.bound_at, row.confirmed_at, row.bounced_at)


_KINDS: dict[str, Kind] = {User.CUSTOMER: "customer", User.STAFF: "staff", User.MERCHANT: "merchant"}


def actor_of(user: User, *, session: str = "") -> Actor:
    """The actor that this user is. Staff are labelled by the name that customers see."""
    own_name = user.name if user.kind == User.MERCHANT else mask_name(user.name)
    return Actor(
        kind=_KINDS[user.kind],
        id=str(user.id),
        label=(user.alias or user.name) if user.kind == User.STAFF else own_name,
        staff_no=user.staff_no,
        role=user.role,
        session=session,
    )


def approval_view(approval: Approval, *, why_not: str, decisions: tuple[DecisionView, ...]) -> ApprovalView:
    return ApprovalView(
        id=approval.id,
        action=approval.action,
        arguments=dict(approval.arguments),
        maker=person_of(approval.maker),
        needed=approval.needed,
        case_ref=approval.case_ref,
        reason=approval.reason,
        status=approval.status,
        proposed_at=approval.proposed_at,
        until=approval.until,
        decisions=decisions,
        may_decide=not why_not,
        why_not=why_not,
    )
