"""Codes at the counter and among friends."""
