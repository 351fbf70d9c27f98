"""Savings pots: one's own money into them, and back."""
