"""Contactless payment: the customer's devices, and holding one near a terminal."""
