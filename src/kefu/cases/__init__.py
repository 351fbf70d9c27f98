"""Cases: where money and talk meet. A case carries a problem from the first word to the proven fix.

Owns Case, Evidence, Step, Proposal. Door: `actions`, `queries`, `events`. Below it stand wallet (the money),
desk (the talk), notices and identity (approvals, grants). A kind of case is a file in `kinds/`.
"""
