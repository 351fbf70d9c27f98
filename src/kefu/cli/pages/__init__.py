"""How quick pages are on a full database: filled by COPY, asked through Django's own test client."""
