"""Clocks: what is due when, by law or by our own promise; policy as data, deadlines as rows.

Door: `rules` (pure), `actions`, `queries`, `events`. Neighbours: identity, ledger, rails, channels,
language; stands on core alone. What a clock is about is an opaque reference.
"""
