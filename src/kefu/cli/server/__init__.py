"""Our own PostgreSQL: where its programs are, whom it runs as, how it is tuned, started and kept."""
