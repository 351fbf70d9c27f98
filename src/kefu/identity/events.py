"""What this room announces. Payloads hold ids only."""

CUSTOMER_REGISTERED = "identity.customer_registered"
"""{customer}"""
SIGNED_IN = "identity.signed_in"
"""{user, session, device, new_device}"""
SESSION_ENDED = "identity.session_ended"
"""{user, session}: the event stream of that sitting closes."""
SECRET_CHANGED = "identity.secret_changed"  # noqa: S105 - the name of an event
"""{user, what, at}: what is `password` or `pin`, at the instant (ISO)."""
EMAIL_CHANGED = "identity.email_changed"
"""{user, contact, before}: the contact points of the address now and of the one before ('' when there was none)."""
APPROVAL_CHANGED = "identity.approval_changed"
"""{approval, status, action, case}"""


def topic_of(kind: str, user_id: object) -> str:
    """The stream topic that concerns one person: `customer:<uuid>` or `staff:<uuid>`."""
    return f"{kind}:{user_id}"
