"""What every text may name: the wallet's name, numbers and hours, and our own limits, from where they are
set.
"""

from kefu.core.brand import brand
from kefu.identity.rules import attempt, password
from kefu.knowledge.rules.source import language_of
from kefu.sla.rules import ClockRow, pack_cn

HOUSE_NAMES = ("name", "hotline", "hours", "mail", "domains")
RULE_NAMES = ("code_minutes", "tries", "pause_minutes", "tries_many", "pause_hours", "password_least")
GIVEN_NAMES = (
    "fee_topup_now", "fee_transfer_now", "fee_transfer_two_hours", "fee_transfer_next_day", "fee_withdrawal_now",
    "fee_bill_now", "fee_repayment_now", "fee_loan_now",
)
"""Filled by the caller from the schedule in force: `fee_<kind>_<mode>`."""
_UNTIL_GIVEN = {"zh": "以确认页写的为准", "en": "as the confirmation page says"}

_UNITS = {
    "zh": {"min": "{n} 分钟", "h": "{n} 小时", "cd": "{n} 天", "bd": "{n} 个工作日", "mo": "{n} 个月"},
    "en": {
        "min": "{n} minutes",
        "h": "{n} hours",
        "cd": "{n} days",
        "bd": "{n} business days",
        "mo": "{n} months",
    },
}


def clock_text(row: ClockRow, language: str) -> str:
    """`3 个工作日`, `2 hours`; minutes within open hours are said in hours where they are whole ones."""
    unit, amount = ("min", row.amount) if row.unit == "sm" else (row.unit, row.amount)
    if unit == "min" and amount >= 60 and amount % 60 == 0:
        unit, amount = "h", amount // 60
    text = _UNITS[language][unit].format(n=amount)
    return text.removesuffix("s") if language == "en" and amount == 1 else text


def house_values(language: str) -> dict[str, str]:
    """name → text, for `{{name}}` in articles; `{{clock_CN-10}}` is the length of that clock."""
    house, short = brand(), language_of(language)
    values = {
        "name": house.localized_name(language),
        "hotline": house.hotline,
        "hours": house.hours,
        "mail": house.mail,
        "domains": "、".join(house.domains) if short == "zh" else ", ".join(house.domains),
        "code_minutes": str(int(attempt.CODE_LASTS.total_seconds()) // 60),
        "tries": str(attempt.PER_ACCOUNT.few),
        "pause_minutes": str(int(attempt.PER_ACCOUNT.pause.total_seconds()) // 60),
        "tries_many": str(attempt.PER_ACCOUNT.many),
        "pause_hours": str(int(attempt.PER_ACCOUNT.long_pause.total_seconds()) // 3600),
        "password_least": str(password.ALONE_MIN),
    }
    values |= dict.fromkeys(GIVEN_NAMES, _UNTIL_GIVEN[short])
    return values | {f"clock_{id}": clock_text(row, short) for id, row in pack_cn().items()}
