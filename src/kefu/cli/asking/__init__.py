"""One question put by a command: inside the product's own processes, or over HTTP from anywhere."""
