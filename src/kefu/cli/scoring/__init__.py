"""Scoring the understanding on files of questions: the shipped model, or the same machinery on public data."""
