"""The public place: search, articles, fees, contact. Nobody signs in here."""
