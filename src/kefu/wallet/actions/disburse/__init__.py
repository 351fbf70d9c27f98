"""Merchants' pay-outs: the account that they go to, and the pay-outs themselves."""
