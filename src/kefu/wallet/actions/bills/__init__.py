"""Bills looked at ahead: what paying on a later day would mean."""
