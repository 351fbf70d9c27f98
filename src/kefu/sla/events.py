"""What this room announces; payload {deadline, ref, clock}."""

DUE_SOON = "sla.due_soon"
BREACHED = "sla.breached"
