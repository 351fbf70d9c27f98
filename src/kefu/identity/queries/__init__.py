"""Every read that others may make: the door that others import."""

from kefu.identity.queries.access import (
    customer_card_for,
    grant_between,
    grants_of,
    has_grant,
    require,
    require_grant,
    risks_of,
    stepped_up,
)
from kefu.identity.queries.approval import approval_for, approvals_for, counts_as_one
from kefu.identity.queries.person import (
    actor_for_session,
    actor_for_user,
    consents_of,
    contact_of,
    contact_point,
    customer_actor,
    email_of,
    find_customer_by_phone,
    find_merchant_login,
    find_staff,
    operator_exists,
    people,
    person,
    session_facts,
    sessions_for,
    staff_people,
)
from kefu.identity.rules.approval import checkers_needed
from kefu.identity.rules.password import ALONE_MIN as PASSWORD_LEAST
from kefu.identity.rules.password import strength as password_strength

__all__ = [
    "PASSWORD_LEAST",
    "actor_for_session",
    "actor_for_user",
    "approval_for",
    "approvals_for",
    "checkers_needed",
    "consents_of",
    "contact_of",
    "contact_point",
    "counts_as_one",
    "customer_actor",
    "customer_card_for",
    "email_of",
    "find_customer_by_phone",
    "find_merchant_login",
    "find_staff",
    "grant_between",
    "grants_of",
    "has_grant",
    "operator_exists",
    "password_strength",
    "people",
    "person",
    "require",
    "require_grant",
    "risks_of",
    "session_facts",
    "sessions_for",
    "staff_people",
    "stepped_up",
]
