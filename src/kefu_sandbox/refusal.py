"""What the bank answers when it will not do something."""

from __future__ import annotations


class BankRefusal(Exception):
    """A request that changed nothing: HTTP `status`, machine-readable `code`, one English sentence."""

    def __init__(self, status: int, code: str, message: str, **data: int | str) -> None:
        super().__init__(f"{code}: {message}")
        self.status = status
        self.code = code
        self.message = message
        self.data = data

    def body(self) -> dict[str, object]:
        """The JSON object sent to the caller."""
        return {"code": self.code, "message": self.message, **self.data}
