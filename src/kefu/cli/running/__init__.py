"""A running installation: its secrets, its database, its processes and what keeps them alive."""
