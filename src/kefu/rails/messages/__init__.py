"""ISO 20022 messages beside the statement: what they must look like, and what they say. Pure."""
