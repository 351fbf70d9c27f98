"""The operator's place: does everything run, what waits, what the desk looks like now."""
