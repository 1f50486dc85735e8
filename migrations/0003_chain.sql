-- What makes the past checkable: the payee's balance in incoming transfers, and a hash chain over the microbatches.

-- The payee's balance as the decision found it, as the other two histories have it of their user. So the balance after any
-- position is told by the last row of each history at or before it. The table is made anew, for its columns to keep their order
-- and its pages to hold no dead rows; the indexes come after the rows, which is faster.
ALTER TABLE incoming_transfers RENAME TO incoming_transfers_before;

CREATE TABLE incoming_transfers (
    to_user_id          bigint      NOT NULL,
    position            bigint      NOT NULL,
    from_user_id        bigint      NOT NULL,
    amount_minor        bigint      NOT NULL,
    payer_balance_minor bigint      NOT NULL, -- both balances are what the decision found, before the amount moved
    payee_balance_minor bigint      NOT NULL,
    depot_offset        bigint      NOT NULL, -- in the payer's partition
    appended_at         timestamptz NOT NULL,
    status              smallint    NOT NULL,
    record_id           text        COLLATE "C" NOT NULL,
    CONSTRAINT incoming_transfers_status_known CHECK (status IN (1, 2, 3))
);

-- What a decision found is what all earlier ones of the user add up to.
INSERT INTO incoming_transfers
    (to_user_id, position, from_user_id, amount_minor, payer_balance_minor, payee_balance_minor, depot_offset,
    appended_at, status, record_id)
SELECT user_id, position, from_user_id, amount_minor, payer_balance_minor, found::bigint, depot_offset,
    appended_at, status, record_id
FROM (
    SELECT changes.*, coalesce(sum(change) OVER (
        PARTITION BY user_id ORDER BY position ROWS BETWEEN UNBOUNDED PRECEDING AND 1 PRECEDING), 0) AS found
    FROM (
        SELECT to_user_id AS user_id, position, CASE status WHEN 1 THEN amount_minor ELSE 0 END AS change,
            from_user_id, amount_minor, payer_balance_minor, depot_offset, appended_at, status, record_id
        FROM incoming_transfers_before
        UNION ALL
        SELECT from_user_id, position, CASE status WHEN 1 THEN -amount_minor ELSE 0 END,
            NULL, NULL, NULL, NULL, NULL, NULL, NULL
        FROM outgoing_transfers
        UNION ALL
        SELECT user_id, position, CASE status WHEN 1 THEN amount_minor ELSE 0 END,
            NULL, NULL, NULL, NULL, NULL, NULL, NULL
        FROM deposits
    ) AS changes
) AS changes
WHERE record_id IS NOT NULL
ORDER BY position;

DROP TABLE incoming_transfers_before;

ALTER TABLE incoming_transfers
    ADD CONSTRAINT incoming_transfers_pkey PRIMARY KEY (to_user_id, position),
    ADD CONSTRAINT incoming_transfers_record_key UNIQUE (to_user_id, record_id, from_user_id);

-- hash stands for the row, its records with their outcomes, and all rows before it; digests tells the records apart. Both are null in
-- rows from before this migration, and in those only. The package ledger documents the bytes (chain.go).
ALTER TABLE microbatches
    ADD COLUMN hash bytea,
    ADD COLUMN digests bytea,
    ADD CONSTRAINT microbatches_hash_length CHECK (octet_length(hash) = 32),
    ADD CONSTRAINT microbatches_hash_with_digests CHECK ((hash IS NULL) = (digests IS NULL)),
    ALTER COLUMN digests SET STORAGE EXTERNAL; -- nothing to compress
