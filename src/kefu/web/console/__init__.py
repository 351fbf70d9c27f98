"""The agents' place: queue, conversation and customer in three panes; cases; what waits for a second person."""
