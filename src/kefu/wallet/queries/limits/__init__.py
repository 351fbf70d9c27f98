"""Fees and limits as people see them: in force, to come, proposed, and used so far."""
