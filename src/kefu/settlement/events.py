"""Facts that settlement announces after commit; payloads hold ids only, topic `office`.

| kind | key | payload |
|---|---|---|
| `settlement.break_opened` | break | break, customer ('' when nobody is known), order |
| `settlement.break_changed` | break | break, status |
| `settlement.break_cleared` | break | break, customer, transfer ('' when nothing was posted) |
| `settlement.day_reconciled` | connector and day | connector, day |
| `settlement.shortfall_found` | day | day, currency, alarm |
| `settlement.alarm_changed` | alarm | alarm |
"""

BREAK_OPENED = "settlement.break_opened"
BREAK_CHANGED = "settlement.break_changed"
BREAK_CLEARED = "settlement.break_cleared"
DAY_RECONCILED = "settlement.day_reconciled"
SHORTFALL_FOUND = "settlement.shortfall_found"
ALARM_CHANGED = "settlement.alarm_changed"
