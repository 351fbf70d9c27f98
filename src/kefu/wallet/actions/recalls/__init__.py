"""Getting a withdrawal back after it has gone: asked of the bank once, and followed."""
