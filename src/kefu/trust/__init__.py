"""Whose words these are: what other people wrote is shown apart and masked, and what poses as us is reported.

Door: `actions` (writes), `queries` (reads), `events`. Stands on core alone; used by wallet and the pages. Who we are
is data of the brand: hotline, mail, domains.
"""
