"""Every write of this room: the door that others import."""

from kefu.identity.actions.approval import (
    consume_approval,
    decide_approval,
    expire_approvals,
    propose_approval,
)
from kefu.identity.actions.code import request_code, use_code
from kefu.identity.actions.email import confirm_email, confirm_email_code, note_bounce, request_email_code
from kefu.identity.actions.enrolment import check_enrolment, enrol_first_operator, invite_first_operator
from kefu.identity.actions.grant import end_grant, give_grant
from kefu.identity.actions.pace import ACCOUNT, PHONE, STATEMENT, count_look_up
from kefu.identity.actions.password import change_password
from kefu.identity.actions.person import (
    change_language,
    register_customer,
    register_merchant_login,
    register_staff,
)
from kefu.identity.actions.proof import extend_step_up, prove_step_up, set_payment_pin
from kefu.identity.actions.risk import end_risk, give_consent, raise_risk, withdraw_consent
from kefu.identity.actions.session import end_other_sessions, end_session, see_session, sign_out
from kefu.identity.actions.sign_in import (
    Browser,
    reset_password,
    sign_in_with_code,
    sign_in_with_password,
    sign_up_with_code,
)

__all__ = [
    "ACCOUNT",
    "PHONE",
    "STATEMENT",
    "Browser",
    "change_language",
    "change_password",
    "check_enrolment",
    "confirm_email",
    "confirm_email_code",
    "consume_approval",
    "count_look_up",
    "decide_approval",
    "end_grant",
    "end_other_sessions",
    "end_risk",
    "end_session",
    "enrol_first_operator",
    "expire_approvals",
    "extend_step_up",
    "give_consent",
    "give_grant",
    "invite_first_operator",
    "note_bounce",
    "propose_approval",
    "prove_step_up",
    "raise_risk",
    "register_customer",
    "register_merchant_login",
    "register_staff",
    "request_code",
    "request_email_code",
    "reset_password",
    "see_session",
    "set_payment_pin",
    "sign_in_with_code",
    "sign_in_with_password",
    "sign_out",
    "sign_up_with_code",
    "use_code",
    "withdraw_consent",
]
