"""A bank day of many lines, made and compared: for the bench of reconciliation."""
