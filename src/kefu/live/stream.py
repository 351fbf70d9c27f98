"""One open stream: what waits to be sent to one browser, and why it ends."""

import asyncio

MOST_WAITING = 1000


class Stream:
    """`after` is the last position that its reader has: what is not newer is not sent again."""

    __slots__ = ("after", "ended", "principal", "topics", "until", "waiting", "wake")

    def __init__(self, *, principal: str, topics: tuple[str, ...], until: int, after: int) -> None:
        self.principal = principal
        self.topics = topics
        self.until = until
        self.after = after
        self.waiting: list[bytes] = []
        self.wake = asyncio.Event()
        self.ended = ""

    def put(self, frame: bytes, position: int | None = None) -> None:
        """Queue a frame. A reader who is too slow is cut off: they come back and resume by position."""
        if self.ended or (position is not None and position <= self.after):
            return
        if len(self.waiting) >= MOST_WAITING:
            self.waiting.clear()
            self.end("slow")
            return
        self.waiting.append(frame)
        self.wake.set()

    def end(self, why: str, frame: bytes = b"") -> None:
        """Let what waits be sent, then `frame`, then close."""
        if self.ended:
            return
        if frame:
            self.waiting.append(frame)
        self.ended = why
        self.wake.set()

    def take(self) -> bytes:
        """Everything that waits, in one piece."""
        sent = b"".join(self.waiting)
        self.waiting.clear()
        return sent
