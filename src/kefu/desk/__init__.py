"""Conversations between customers and the people (and the assistant) who answer them.

Owns Conversation, Message, Handover, Presence, the queue and its honest wait. Door: `actions`, `queries`,
`events`. Neighbours: wallet (they do not know each other); stands on identity, channels and core.
"""
