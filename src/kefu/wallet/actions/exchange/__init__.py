"""Exchanging currencies, and the words of staff on market rates."""
