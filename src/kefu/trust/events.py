"""What this room announces."""

REPORT_CHANGED = "trust.report_changed"
"""{report, status}: an impersonation report was opened or decided."""
