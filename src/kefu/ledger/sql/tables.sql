-- Half-filled pages keep an account's versions on its own page (heap-only updates, no index write).
ALTER TABLE ledger_account SET (fillfactor = 50, autovacuum_vacuum_scale_factor = 0.02);

-- A domain's condition is compiled once a session, a table's CHECK at every statement: on this path it is felt.
CREATE DOMAIN ledger_amount AS bigint CONSTRAINT ledger_amount_positive CHECK (VALUE > 0);
ALTER TABLE ledger_transfer ALTER COLUMN amount TYPE ledger_amount;

CREATE SEQUENCE ledger_customer_account AS bigint MINVALUE 1 MAXVALUE 999999999999;
CREATE SEQUENCE ledger_house_account AS bigint MINVALUE 1000000000000 MAXVALUE 1999999999999;
CREATE SEQUENCE ledger_striped_account AS bigint MINVALUE 2000000000000;
CREATE SEQUENCE ledger_transfer_seq AS bigint;

-- The application posts through ledger_post alone. Beside it: it opens an account (whose counters start at zero),
-- stops and closes one, and writes a day's balances once.
REVOKE INSERT, UPDATE, DELETE, TRUNCATE ON ledger_account, ledger_transfer, ledger_hold, ledger_balanceday
  FROM kefu_app;
REVOKE ALL ON SEQUENCE ledger_transfer_seq FROM kefu_app;
GRANT INSERT (id, stripe, code, owner, currency, debits_must_not_exceed_credits, credits_must_not_exceed_debits,
              opened_at) ON ledger_account TO kefu_app;
GRANT UPDATE (debits_stopped_at, closed_at) ON ledger_account TO kefu_app;
GRANT INSERT ON ledger_balanceday TO kefu_app;

-- What a transfer does to the two counters of each of its accounts, from the immutable rows alone.
CREATE VIEW ledger_effect AS
SELECT t.id, t.seq, t.debit, t.credit, t.journal, t.posted_at,
       CASE WHEN t.kind IN ('post', 'post_hold') THEN t.amount::bigint ELSE 0 END AS posted,
       CASE t.kind WHEN 'post' THEN 0 WHEN 'hold' THEN t.amount::bigint ELSE -h.amount::bigint END AS pending
  FROM ledger_transfer t
  LEFT JOIN ledger_transfer h ON h.id = t.hold_id;
REVOKE INSERT, UPDATE, DELETE, TRUNCATE ON ledger_effect FROM kefu_app;
