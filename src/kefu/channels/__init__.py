"""Words from outside: what comes in is written down once, masked, before anything else happens to it.

Owns Line and Incoming. Door: `actions` (accept, mark handled), `queries` (what waits), `events`. Neighbours:
identity, ledger, rails, language, sla; stands on core alone. A folder per kind of line comes with its first
adapter; the web chat needs none, its messages leave by the event stream.
"""
