"""What channels announces."""

INCOMING = "channels.incoming"
"""Something came in. Key: the thread. Payload: {thread, incoming}; incoming is
null where it only reminds of what waits."""
