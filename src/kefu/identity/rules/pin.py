"""Which six digits are too easily guessed."""

import itertools


def pin_is_weak(pin: str, phone: str) -> bool:
    """Few different digits, a run, a repeated half, or a piece of the phone number."""
    steps = {(int(b) - int(a)) % 10 for a, b in itertools.pairwise(pin)}
    return (
        len(set(pin)) < 3 or steps in ({1}, {9}) or pin[:3] == pin[3:] or pin[:2] * 3 == pin or pin in phone
    )
