"""What a kind of notice is, and the groups that kinds belong to."""

from dataclasses import dataclass
from typing import Any

from django.utils.translation import gettext_lazy as _

MONEY, SECURITY, OTHER = "money", "security", "other"
GROUPS: dict[str, Any] = {MONEY: _("钱的变动"), SECURITY: _("账户安全"), OTHER: _("服务与其他")}
"""What mails can be switched off by; security never."""


@dataclass(frozen=True)
class Kind:
    """`text` takes the values by name; a value whose name ends in `_at` is an ISO instant and is shown as
    local time.

    Kinds of the group SECURITY always go out at once, by mail too where an address is confirmed. `words` names values
    that are words of ours in the source language: they are said in the reader's, whenever it is read.
    """

    title: Any
    text: Any
    group: str = MONEY
    mail: bool = True
    words: tuple[str, ...] = ()

    @property
    def security(self) -> bool:
        return self.group == SECURITY
