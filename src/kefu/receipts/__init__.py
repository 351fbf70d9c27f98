"""Papers that prove: a receipt for every settled order, statements of an account, proofs for a court or a lender.

Owns Receipt, Statement, Proof and the keys that sign them; finds an order by the customer's words. Door: `actions`,
`queries`. Stands on wallet (what happened), desk (where a receipt is sent to), language, notices and identity; moves no
money. What was issued is never changed: who holds a paper, or only its QR code, can have it checked by anybody.
"""
