"""Planning: splitting a sum, seeing what was spent, budgets, savings pots and standing instructions.

Owns Split, Share, Category, Budget, Pot, Schedule, Occurrence. Door: `actions`, `queries`, `events`. It moves no money
itself: every movement is an action of the wallet, which stands below it with identity, notices and sla's calendar.
"""
