"""Server-sent events as bytes."""

import random

PING = b": ping\n\n"


def event_frame(*, kind: str, payload: str, position: int | None = None) -> bytes:
    """One event. `payload` is JSON on one line; without position it is not resumed by."""
    number = f"id: {position}\n" if position is not None else ""
    return f'{number}event: {kind}\ndata: {{"kind":"{kind}","payload":{payload}}}\n\n'.encode()


def hello_frame(*, position: int, fresh: bool) -> bytes:
    """The first frame: from which position this stream goes on, and when to come back after a cut (1 to 4 s,
    so that not all come back at once). `fresh` tells the page to load its state anew.
    """
    payload = f'{{"position":{position},"fresh":{"true" if fresh else "false"}}}'
    return f"retry: {random.randint(1000, 4000)}\n".encode() + event_frame(  # noqa: S311 - jitter
        kind="hello", payload=payload, position=position
    )


def position_frame(position: int) -> bytes:
    """A comment that keeps proxies awake, and the newest position: a quiet stream resumes near its end."""
    return PING + event_frame(kind="position", payload=f'{{"position":{position}}}', position=position)
