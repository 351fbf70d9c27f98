"""Kefu (客服): a digital wallet with double-entry books and the desk that answers for it.

ARCHITECTURE.md at the root of the repository has the map: which room lies on which floor.
"""
