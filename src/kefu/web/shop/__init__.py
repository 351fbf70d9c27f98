"""A merchant's place: what they ask to be paid, what was paid, what is asked back, and what they are owed."""
