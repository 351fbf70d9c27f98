"""What this room announces."""

QUEUED = "notices.queued"
"""{outgoing}: a message waits to leave."""
TOLD = "notices.told"
"""{notice}: a person has a new notice."""
