"""Exchanging currencies: the form with its live price, and the page before anything moves."""
