"""Who does it: every write names its actor."""

from dataclasses import dataclass
from typing import Literal
from uuid import UUID

Kind = Literal["customer", "staff", "merchant", "system", "bank"]


@dataclass(frozen=True)
class Actor:
    """The originating subject of an action; access is judged on it, never on the process that carries it out.

    `id` is the user's id (or the name of a system part); `session` keys the proofs given in this sitting.
    """

    kind: Kind
    id: str
    label: str = ""
    staff_no: str = ""
    role: str = ""
    session: str = ""

    @property
    def ref(self) -> str:
        return f"{self.kind}:{self.id}"

    @property
    def uuid(self) -> UUID:
        """The user's id; only people who sign in have one."""
        return UUID(self.id)

    @property
    def is_staff(self) -> bool:
        return self.kind == "staff"


SYSTEM = Actor(kind="system", id="kefu", label="Kefu")
