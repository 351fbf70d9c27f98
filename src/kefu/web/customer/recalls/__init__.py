"""A withdrawal that went where it should not."""
