"""A customer's vouchers."""
