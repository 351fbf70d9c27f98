"""Facts that the wallet announces after commit; payloads hold ids only, topics are `customer:<uuid>`.

| kind | key | payload |
|---|---|---|
| `wallet.opened` | customer | customer |
| `wallet.order_changed` | order | order, customer (one event for each side that may see it) |
| `wallet.balance_changed` | customer | customer |
| `wallet.restriction_changed` | customer | customer |
| `wallet.card_changed` | customer | customer, instrument |
| `wallet.shop_changed` | merchant | merchant, and what changed: order or sale (topic `merchant:<uuid>`) |
| `wallet.code_changed` | customer | customer, sale: a payment by code waits for their yes |
| `wallet.refund_escalated` | order | order, customer: the platform has to decide |
"""

OPENED = "wallet.opened"
ORDER_CHANGED = "wallet.order_changed"
BALANCE_CHANGED = "wallet.balance_changed"
RESTRICTION_CHANGED = "wallet.restriction_changed"
CARD_CHANGED = "wallet.card_changed"
SHOP_CHANGED = "wallet.shop_changed"
CODE_CHANGED = "wallet.code_changed"
REFUND_ESCALATED = "wallet.refund_escalated"
