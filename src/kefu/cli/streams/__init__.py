"""Clients and a publisher for the bench of the event stream."""
