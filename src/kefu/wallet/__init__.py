"""The wallet: balances as customers see them, cards, quotes, orders and their timelines, fees, restrictions, and
merchants with what they are paid and asked back (`shop`).

Door: `actions`, `queries`, `events`. Neighbours: stands on ledger (the books), rails (money outside),
identity and notices; knows nothing of conversations.
"""
