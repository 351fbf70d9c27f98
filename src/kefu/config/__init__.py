"""Settings and entry points of the processes. Nothing imports this but the processes themselves."""
