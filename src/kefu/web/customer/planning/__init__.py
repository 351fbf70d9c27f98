"""Helping people plan: splits, spending, budgets, savings pots, scheduled payments."""
