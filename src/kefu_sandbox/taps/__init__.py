"""A telephone and a terminal that are held near each other."""
