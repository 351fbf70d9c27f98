"""Pure rules over texts: how they are read, rendered, cut into tokens and ranked."""
