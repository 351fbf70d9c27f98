"""The customer's place: wallet, orders, talk. Mobile first."""
