"""The values that articles take: names, numbers and hours from the brand, fees from the schedule in force."""

from kefu.core.brand import brand
from kefu.wallet import queries as wallet


def article_values(language: str) -> dict[str, str]:
    """`{{name}}`, `{{hotline}}`, `{{hours}}`, `{{mail}}`, and a `{{fee_…}}` for each line of the schedule."""
    ours = brand()
    values = {
        "name": ours.localized_name(language),
        "hotline": ours.hotline,
        "hours": ours.hours,
        "mail": ours.mail,
        "wechat": ours.wechat,
    }
    lines = {f"{line.kind}_{line.mode}" if line.mode else line.kind: line.text for line in wallet.fees()}
    return values | {f"fee_{name}": text for name, text in lines.items()}
