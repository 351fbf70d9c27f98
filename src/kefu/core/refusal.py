"""Anticipated refusals: a class with a stable code, data, an HTTP status and a sentence for each reader."""

from typing import Any, ClassVar

from django.utils.translation import gettext_lazy as _

REFUSALS: dict[str, type["Refusal"]] = {}


class Refusal(Exception):
    """An action was refused and changed nothing.

    `code` is `room.noun.reason` and never changes once released; `text` is for the person who asked
    (what happened, that nothing was lost, what to do), `operator` for logs and tools. `remedy` is the page
    where the reader can change what stood in the way, and `remedy_words` what the link to it says.
    """

    code: ClassVar[str] = ""
    status: ClassVar[int] = 409
    text: ClassVar[Any] = ""
    operator: ClassVar[str] = ""
    remedy: ClassVar[str] = ""
    remedy_words: ClassVar[Any] = ""

    def __init_subclass__(cls) -> None:
        super().__init_subclass__()
        if cls.code in REFUSALS:
            raise TypeError(f"refusal code {cls.code!r} is taken by {REFUSALS[cls.code].__qualname__}")
        REFUSALS[cls.code] = cls

    def __init__(self, **data: Any) -> None:
        self.data = data
        super().__init__(f"{self.code} {data}" if data else self.code)

    def reader_text(self) -> str:
        """The sentence for the person who asked, in the active language."""
        return str(self.text) % self.data

    def operator_text(self) -> str:
        return self.operator % self.data


class NotFound(Refusal):
    """Not there, or not the reader's: the two look alike on purpose."""

    code = "core.thing.not_found"
    status = 404
    text = _("没有找到您要的内容。可能链接已失效，请返回上一页再试。")
    operator = "not found, or not visible to this actor"
