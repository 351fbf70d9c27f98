"""Facts that planning announces after commit; payloads hold ids only, topics are `customer:<uuid>`.

| kind | key | payload |
|---|---|---|
| `planning.split_changed` | split | split (one event, to everybody in it) |
| `planning.schedule_changed` | customer | customer |
"""

SPLIT_CHANGED = "planning.split_changed"
SCHEDULE_CHANGED = "planning.schedule_changed"
