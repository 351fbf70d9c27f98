"""Money outside: what we ask banks to do (Instruction) and what they tell us (Advice, BankStatement).

Door: `actions`, `queries`, `events`; network only in `tasks` and in the actions they call.
Neighbours: stands on core alone; knows no wallet and no customer, only opaque order references.
"""
