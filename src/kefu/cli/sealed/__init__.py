"""The file of a backup: an encrypted stream, and named pieces in it."""
