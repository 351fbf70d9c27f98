"""Where money goes that could not go where it came from."""
