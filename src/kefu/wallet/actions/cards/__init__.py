"""Cards of a customer."""
