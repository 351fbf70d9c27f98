"""What customers and their shop ask for: a file a noun."""
