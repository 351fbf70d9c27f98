-- Posts 1 to 500 transfers, all or none, in one round trip. The array at position i of every argument describes
-- transfer i; p_kinds NULL = all 'post', the other optional arrays NULL = nothing given.
--
-- Answer: code 'posted', or 'exists' when every transfer had been posted before with the same fields (a replay:
-- nothing is written again); otherwise refused_at (from 0) and the code of the first refused transfer, and nothing
-- was written. A refusal raises nothing, so the caller's transaction lives on.
--
-- A batch is judged as a sequence: transfer i is judged as if those before it had been posted, so an earlier
-- credit funds a later debit and a later credit never funds an earlier one. For one transfer the first of these
-- that applies is its code:
--   kind_unknown, exists_with_different_fields, exists, account_missing, currency_differs, same_account,
--   amount_not_positive, amount_too_large, debits_stopped, account_closed, insufficient_funds, exceeds_debits,
--   hold_missing, hold_accounts_differ, hold_resolved, hold_expired, hold_not_due, hold_amount_differs,
--   hold_amount_exceeded, corrects_missing
-- (before all: batch_size, for the whole call). 'exists' covers an id given twice in one batch.
--
-- Locks, always in this order: accounts by (id, stripe), then holds by id. A striped account (id from
-- 2000000000000) is moved on one of its 16 rows, chosen by the backend, so that neighbours do not wait.
-- seq is drawn under the locks: it orders an unstriped account's transfers as they took effect.
--
-- A stopped account's holds are not posted either, but for those in favour of L20 and L31: what a bank or a biller was
-- told to pay before the stop is paid, and the books follow.
--
-- post_hold may take a part of the hold (the rest is released); void_hold and expire release all of it. These three
-- may give debit and credit 0 = the hold's own; void_hold and expire may give amount 0 = the hold's. Of a
-- transfer that is known already, all fields but happened_at are compared: a retry may say the time anew.
--
-- Plans are generic: choosing anew from array sizes costs more than any plan here could save. Tables are named
-- with their schema because the function runs with its owner's rights. post_one.sql is the same door for one plain
-- transfer.
CREATE FUNCTION ledger_post(
    p_now timestamptz,
    p_ids uuid[],
    p_debits bigint[],
    p_credits bigint[],
    p_amounts bigint[],
    p_journals text[],
    p_order_refs text[],
    p_happened_at timestamptz[],
    p_kinds text[] DEFAULT NULL,
    p_hold_ids uuid[] DEFAULT NULL,
    p_expires_at timestamptz[] DEFAULT NULL,
    p_corrects uuid[] DEFAULT NULL,
    p_case_refs text[] DEFAULT NULL,
    p_evidence_refs text[] DEFAULT NULL,
    OUT refused_at integer,
    OUT code text
) LANGUAGE plpgsql VOLATILE SECURITY DEFINER SET plan_cache_mode = force_generic_plan AS $function$
DECLARE
    v_count integer := cardinality(p_ids);
    v_stripe smallint := pg_backend_pid() & 15;
    v_debits bigint[] := p_debits;
    v_credits bigint[] := p_credits;
    v_amounts bigint[] := p_amounts;
    v_kinds text[];
    v_hold_ids uuid[];
    v_hold_amounts bigint[];
    v_hold_places bigint[];
    v_place bigint;
    v_rank integer;
    v_other_place bigint;
    v_other_rank integer;
    v_replayed boolean;
    v_accounts integer;
    v_sound boolean;
    v_rows integer;
    v_codes CONSTANT text[] := ARRAY[
        'kind_unknown', 'exists_with_different_fields', 'exists', 'account_missing', 'currency_differs',
        'same_account', 'amount_not_positive', 'amount_too_large', 'debits_stopped', 'account_closed',
        'insufficient_funds', 'exceeds_debits', 'hold_missing', 'hold_accounts_differ', 'hold_resolved',
        'hold_expired', 'hold_not_due', 'hold_amount_differs', 'hold_amount_exceeded', 'corrects_missing'];
BEGIN
    IF v_count IS NULL OR v_count NOT BETWEEN 1 AND 500 THEN
        refused_at := 0;
        code := 'batch_size';
        RETURN;
    END IF;

    -- What a resolution leaves to its hold. A hold's accounts and amount never change, so they are read before the
    -- locks; the hold may stand in the books or earlier in this batch.
    IF p_kinds IS NULL THEN
        v_kinds := array_fill('post'::text, ARRAY[v_count]);
    ELSE
        SELECT array_agg(COALESCE(NULLIF(g.debit, 0), h.debit, b.debit, 0) ORDER BY g.at),
               array_agg(COALESCE(NULLIF(g.credit, 0), h.credit, b.credit, 0) ORDER BY g.at),
               array_agg(CASE WHEN g.amount = 0 AND g.kind IN ('void_hold', 'expire')
                              THEN COALESCE(h.amount, b.amount, 0) ELSE g.amount END ORDER BY g.at),
               array_agg(COALESCE(g.kind, 'post') ORDER BY g.at),
               array_agg(g.hold_id ORDER BY g.at),
               array_agg(COALESCE(h.amount, b.amount) ORDER BY g.at),
               array_agg(b.at ORDER BY g.at)
          INTO v_debits, v_credits, v_amounts, v_kinds, v_hold_ids, v_hold_amounts, v_hold_places
          FROM (SELECT u.debit, u.credit, u.amount, u.kind, u.at,
                       CASE WHEN u.kind IN ('post_hold', 'void_hold', 'expire') THEN u.hold_id END AS hold_id
                  FROM unnest(p_debits, p_credits, p_amounts, p_kinds, p_hold_ids)
                       WITH ORDINALITY AS u (debit, credit, amount, kind, hold_id, at)) g
          LEFT JOIN public.ledger_hold h ON h.id = g.hold_id
          LEFT JOIN (SELECT DISTINCT ON (u.id) u.id, u.debit, u.credit, u.amount, u.at
                       FROM unnest(p_ids, p_debits, p_credits, p_amounts, p_kinds)
                            WITH ORDINALITY AS u (id, debit, credit, amount, kind, at)
                      WHERE u.kind = 'hold' ORDER BY u.id, u.at) b
                 ON b.id = g.hold_id AND b.at < g.at AND h.id IS NULL;
    END IF;

    -- Locks; and whether the batch is plain and each of its accounts could bear it in any order. Most batches are such,
    -- and need no judging below.
    v_accounts := (SELECT count(DISTINCT u.id) FROM unnest(v_debits || v_credits) AS u (id));
    SELECT p_kinds IS NULL AND p_corrects IS NULL AND count(*) = v_accounts AND COALESCE(bool_and(l.bears), false)
      INTO v_sound
      FROM (SELECT m.fair AND a.closed_at IS NULL AND a.currency = 'CNY' AND NOT a.credits_must_not_exceed_debits
                   AND (m.paid IS NULL
                        OR a.debits_stopped_at IS NULL
                           AND (NOT a.debits_must_not_exceed_credits
                                OR a.credits_posted - a.debits_posted - a.debits_pending >= m.paid)) AS bears
              FROM public.ledger_account a
              JOIN (SELECT s.account, CASE WHEN s.account < 2000000000000 THEN 0 ELSE v_stripe END AS stripe,
                           sum(u.amount) FILTER (WHERE s.pays) AS paid,
                           bool_and(u.debit <> u.credit AND u.amount BETWEEN 1 AND 10000000000000) AS fair
                      FROM unnest(v_debits, v_credits, v_amounts) AS u (debit, credit, amount),
                           LATERAL (VALUES (u.debit, true), (u.credit, false)) AS s (account, pays)
                     GROUP BY s.account) m ON a.id = m.account AND a.stripe = m.stripe
             ORDER BY a.id, a.stripe FOR NO KEY UPDATE OF a) l;
    IF p_hold_ids IS NOT NULL THEN
        PERFORM FROM public.ledger_hold h WHERE h.id = ANY (v_hold_ids) ORDER BY h.id FOR NO KEY UPDATE;
    END IF;

    LOOP
        IF NOT v_sound THEN
            v_place := NULL;
            v_rank := NULL;
            -- Known ids: posted before, or given earlier in this batch.
            IF EXISTS (SELECT FROM public.ledger_transfer t WHERE t.id = ANY (p_ids))
               OR v_count > (SELECT count(DISTINCT u.id) FROM unnest(p_ids) AS u (id)) THEN
                WITH g AS MATERIALIZED (
                    SELECT u.at, u.id, ROW(u.debit, u.credit, u.amount, u.kind, u.hold_id,
                                           CASE WHEN u.kind = 'hold' THEN u.expires_at END, u.corrects, u.journal,
                                           u.order_ref, COALESCE(u.case_ref, ''), COALESCE(u.evidence_ref, '')) AS body
                      FROM unnest(p_ids, v_debits, v_credits, v_amounts, v_kinds, v_hold_ids, p_expires_at, p_corrects,
                                  p_journals, p_order_refs, p_case_refs, p_evidence_refs)
                           WITH ORDINALITY AS u (id, debit, credit, amount, kind, hold_id, expires_at, corrects,
                                                 journal, order_ref, case_ref, evidence_ref, at)
                ), bearer AS (
                    SELECT DISTINCT ON (e.id) e.id, e.at, e.body
                      FROM (SELECT t.id, 0 AS at, ROW(t.debit, t.credit, t.amount::bigint, t.kind, t.hold_id,
                                                      t.expires_at, t.corrects, t.journal, t.order_ref, t.case_ref,
                                                      t.evidence_ref) AS body
                              FROM public.ledger_transfer t WHERE t.id = ANY (p_ids)
                            UNION ALL SELECT g.id, g.at, g.body FROM g) e
                     ORDER BY e.id, e.at
                ), known AS (
                    SELECT g.at, CASE WHEN g.body IS NOT DISTINCT FROM bearer.body THEN 3 ELSE 2 END AS rank,
                           bearer.at = 0 AND g.body IS NOT DISTINCT FROM bearer.body AS replayed
                      FROM g JOIN bearer ON bearer.id = g.id AND bearer.at < g.at
                )
                SELECT (array_agg(k.at ORDER BY k.at))[1], (array_agg(k.rank ORDER BY k.at))[1],
                       count(*) FILTER (WHERE k.replayed) = v_count
                  INTO v_place, v_rank, v_replayed FROM known k;
                IF v_replayed THEN
                    code := 'exists';
                    RETURN;
                END IF;
            END IF;

            -- Everything else, in one statement. free = what the account can still pay out, room = what it can still
            -- take in, each changed by all transfers of the batch up to and including this one.
            WITH g AS MATERIALIZED (
                SELECT u.at, u.debit, u.credit, GREATEST(LEAST(u.amount, 10000000000001), 0) AS amount, u.kind,
                       u.kind IN ('post_hold', 'void_hold', 'expire') AS resolves, u.hold_id, u.hold_amount,
                       u.hold_place, u.given_debit, u.given_credit, u.corrects
                  FROM unnest(v_debits, v_credits, v_amounts, v_kinds, v_hold_ids, v_hold_amounts, v_hold_places,
                              p_debits, p_credits, p_corrects)
                       WITH ORDINALITY AS u (debit, credit, amount, kind, hold_id, hold_amount, hold_place, given_debit,
                                             given_credit, corrects, at)
            ), side AS (
                SELECT g.at, g.debit AS account, true AS pays, NOT g.resolves AS takes,
                       CASE WHEN g.kind IN ('post', 'hold') THEN -g.amount
                            WHEN g.kind = 'post_hold' THEN g.hold_amount - g.amount ELSE g.hold_amount END AS free,
                       CASE WHEN g.kind IN ('post', 'post_hold') THEN g.amount ELSE 0 END AS room
                  FROM g
                UNION ALL
                SELECT g.at, g.credit, false, NOT g.resolves,
                       CASE WHEN g.kind IN ('post', 'post_hold') THEN g.amount ELSE 0 END,
                       CASE WHEN g.kind IN ('post', 'hold') THEN -g.amount
                            WHEN g.kind = 'post_hold' THEN g.hold_amount - g.amount ELSE g.hold_amount END
                  FROM g
            ), running AS (
                SELECT s.at, s.account, s.pays, s.takes, sum(s.free) OVER w AS free, sum(s.room) OVER w AS room
                  FROM side s WINDOW w AS (PARTITION BY s.account ORDER BY s.at)
            ), found AS (
                SELECT g.at, CASE
                    WHEN g.kind NOT IN ('post', 'hold', 'post_hold', 'void_hold', 'expire') THEN 1
                    WHEN g.resolves AND g.hold_amount IS NULL AND 0 IN (g.debit, g.credit, g.amount) THEN 13
                    WHEN d.id IS NULL OR c.id IS NULL THEN 4
                    WHEN d.currency <> c.currency THEN 5
                    WHEN g.debit = g.credit THEN 6
                    WHEN g.amount < 1 THEN 7
                    WHEN g.amount > 10000000000000 THEN 8
                    WHEN d.debits_stopped_at IS NOT NULL
                         AND (g.kind IN ('post', 'hold') OR g.kind = 'post_hold' AND c.code NOT IN ('L20', 'L31')) THEN 9
                    WHEN d.closed_at IS NOT NULL OR c.closed_at IS NOT NULL THEN 10
                    WHEN g.resolves AND g.hold_amount IS NULL THEN 13
                    WHEN g.resolves AND (g.given_debit NOT IN (0, COALESCE(h.debit, v_debits[g.hold_place]))
                                         OR g.given_credit NOT IN (0, COALESCE(h.credit, v_credits[g.hold_place])))
                        THEN 14
                    WHEN h.status <> 'PENDING' THEN 15
                    WHEN g.resolves AND 1 < row_number() OVER (PARTITION BY g.hold_id ORDER BY g.at) THEN 15
                    WHEN g.kind = 'post_hold' AND p_now >= COALESCE(h.expires_at, p_expires_at[g.hold_place]) THEN 16
                    WHEN g.kind = 'expire'
                         AND (p_now >= COALESCE(h.expires_at, p_expires_at[g.hold_place])) IS NOT TRUE THEN 17
                    WHEN g.kind IN ('void_hold', 'expire') AND g.amount <> g.hold_amount THEN 18
                    WHEN g.kind = 'post_hold' AND g.amount > g.hold_amount THEN 19
                    WHEN g.corrects IS NOT NULL AND NOT g.corrects = ANY (p_ids[1:g.at::integer - 1])
                         AND NOT EXISTS (SELECT FROM public.ledger_transfer t WHERE t.id = g.corrects) THEN 20
                    END AS rank
                  FROM g
                  LEFT JOIN public.ledger_account d ON d.id = g.debit AND d.stripe = 0
                  LEFT JOIN public.ledger_account c ON c.id = g.credit AND c.stripe = 0
                  LEFT JOIN public.ledger_hold h ON h.id = g.hold_id
                UNION ALL
                SELECT r.at, CASE WHEN r.pays THEN 11 ELSE 12 END
                  FROM running r
                  JOIN public.ledger_account a ON a.id = r.account AND a.stripe = 0
                 WHERE r.takes
                   AND CASE WHEN r.pays THEN a.debits_must_not_exceed_credits
                                 AND a.credits_posted - a.debits_posted - a.debits_pending + r.free < 0
                            ELSE a.credits_must_not_exceed_debits
                                 AND a.debits_posted - a.credits_posted - a.credits_pending + r.room < 0 END
            )
            SELECT f.at, f.rank INTO v_other_place, v_other_rank
              FROM found f WHERE f.rank IS NOT NULL ORDER BY f.at, f.rank LIMIT 1;
            IF v_place IS NULL OR (v_other_place, v_other_rank) < (v_place, v_rank) THEN
                v_place := v_other_place;
                v_rank := v_other_rank;
            END IF;
            IF v_place IS NOT NULL THEN
                refused_at := v_place - 1;
                code := v_codes[v_rank];
                RETURN;
            END IF;
        END IF;

        -- An id may be taken by a posting between other accounts that our locks do not order. Its insertion makes
        -- us wait; if it stays, ours is taken back to here and the batch is judged again.
        BEGIN
            INSERT INTO public.ledger_transfer (id, seq, debit, credit, amount, happened_at, posted_at, expires_at,
                                                hold_id, corrects, kind, journal, order_ref, case_ref, evidence_ref)
            SELECT u.id, nextval('public.ledger_transfer_seq'), u.debit, u.credit, u.amount, u.happened_at, p_now,
                   CASE WHEN u.kind = 'hold' THEN u.expires_at END, u.hold_id, u.corrects, u.kind, u.journal,
                   u.order_ref, COALESCE(u.case_ref, ''), COALESCE(u.evidence_ref, '')
              FROM unnest(p_ids, v_debits, v_credits, v_amounts, p_happened_at, v_kinds, v_hold_ids, p_expires_at,
                          p_corrects, p_journals, p_order_refs, p_case_refs, p_evidence_refs)
                   AS u (id, debit, credit, amount, happened_at, kind, hold_id, expires_at, corrects, journal,
                         order_ref, case_ref, evidence_ref)
            ON CONFLICT (id) DO NOTHING;
            GET DIAGNOSTICS v_rows = ROW_COUNT;
            IF v_rows < v_count THEN
                RAISE EXCEPTION SQLSTATE 'KL001';
            END IF;
            EXIT;
        EXCEPTION WHEN SQLSTATE 'KL001' THEN
            v_sound := false;
        END;
    END LOOP;

    IF p_kinds IS NOT NULL THEN
        INSERT INTO public.ledger_hold (id, debit, credit, amount, expires_at, status)
        SELECT u.id, u.debit, u.credit, u.amount, u.expires_at, 'PENDING'
          FROM unnest(p_ids, v_debits, v_credits, v_amounts, v_kinds, p_expires_at)
               AS u (id, debit, credit, amount, kind, expires_at)
         WHERE u.kind = 'hold';
        UPDATE public.ledger_hold h
           SET resolved_by = u.id,
               status = CASE u.kind WHEN 'post_hold' THEN 'POSTED' WHEN 'void_hold' THEN 'VOIDED' ELSE 'EXPIRED' END
          FROM unnest(p_ids, v_kinds, v_hold_ids) AS u (id, kind, hold_id)
         WHERE h.id = u.hold_id;
    END IF;

    WITH moved AS (
        UPDATE public.ledger_account a
           SET debits_pending = a.debits_pending + m.debits_pending,
               debits_posted = a.debits_posted + m.debits_posted,
               credits_pending = a.credits_pending + m.credits_pending,
               credits_posted = a.credits_posted + m.credits_posted
          FROM (SELECT s.account, CASE WHEN s.account < 2000000000000 THEN 0 ELSE v_stripe END AS stripe,
                       COALESCE(sum(s.pending) FILTER (WHERE s.pays), 0)::bigint AS debits_pending,
                       COALESCE(sum(s.posted) FILTER (WHERE s.pays), 0)::bigint AS debits_posted,
                       COALESCE(sum(s.pending) FILTER (WHERE NOT s.pays), 0)::bigint AS credits_pending,
                       COALESCE(sum(s.posted) FILTER (WHERE NOT s.pays), 0)::bigint AS credits_posted
                  FROM (SELECT p.account, p.pays,
                               CASE u.kind WHEN 'post' THEN 0 WHEN 'hold' THEN u.amount
                                    ELSE -u.hold_amount END AS pending,
                               CASE WHEN u.kind IN ('post', 'post_hold') THEN u.amount ELSE 0 END AS posted
                          FROM unnest(v_debits, v_credits, v_amounts, v_kinds, v_hold_amounts)
                               AS u (debit, credit, amount, kind, hold_amount),
                               LATERAL (VALUES (u.debit, true), (u.credit, false)) AS p (account, pays)) s
                 GROUP BY s.account) m
         WHERE a.id = m.account AND a.stripe = m.stripe
        RETURNING a.debits_must_not_exceed_credits AND a.credits_posted < a.debits_posted + a.debits_pending AS overdrawn
    )
    SELECT count(*) FILTER (WHERE NOT moved.overdrawn) INTO v_rows FROM moved;
    IF v_rows <> v_accounts THEN
        RAISE EXCEPTION 'ledger_post moved % accounts within their limits, not all', v_rows;
    END IF;
    code := 'posted';
END
$function$;
