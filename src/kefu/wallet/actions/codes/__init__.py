"""Codes at the counter: what a customer shows to pay, what a merchant takes, what another customer scans."""
