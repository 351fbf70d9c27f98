"""Who people are and what they may do: users, sign-in, devices, proofs, grants, approvals, risk signals,
consents.

Door: `actions` (writes), `queries` (reads), `events` (names of what it announces). Neighbours: ledger, rails,
channels, language, sla; stands on core alone. Customers and staff are opaque references to every other room.
"""
