-- Checks cost less: Postgres reads and prepares each one anew for every statement that writes its table, which was a quarter of its work for a single
-- transfer.
--
-- The depot keeps all of its checks, as one that says the same in fewer words, and refuses negative offsets, which its heads did. 0006 looks at the rows that
-- are there; they have passed the old ones.
--
-- A check of funds stays what it is: no balance is below zero. The others went, as what they refused nobody writes by appending or deciding, and by hand it
-- would be found out: negative progress by the worker, which begins at 0 and takes no gap; a status that there is not, or digests without a hash, by
-- verify. Rows of depot_heads are made by SetPartitions alone.
--
-- The statements are single ones, for a cluster that has distributed the tables takes no others.

ALTER TABLE depot ADD CONSTRAINT depot_record_valid CHECK (
    amount_minor > 0
    AND (user_id | to_user_id | depot_offset) >= 0    -- none is negative
    AND (user_id <> to_user_id)::integer = kind       -- 0, a deposit, has one user, and 1, a transfer, has two
    AND octet_length(record_id) BETWEEN 1 AND 128
) NOT VALID;
ALTER TABLE depot DROP CONSTRAINT depot_kind_known;
ALTER TABLE depot DROP CONSTRAINT depot_amount_positive;
ALTER TABLE depot DROP CONSTRAINT depot_users_not_negative;
ALTER TABLE depot DROP CONSTRAINT depot_users_fit_kind;
ALTER TABLE depot DROP CONSTRAINT depot_record_id_length;

ALTER TABLE depot_heads DROP CONSTRAINT depot_heads_partition_in_range;
ALTER TABLE depot_heads DROP CONSTRAINT depot_heads_next_offset_not_negative;
ALTER TABLE progress DROP CONSTRAINT progress_next_offset_not_negative;
ALTER TABLE outgoing_transfers DROP CONSTRAINT outgoing_transfers_status_known;
ALTER TABLE incoming_transfers DROP CONSTRAINT incoming_transfers_status_known;
ALTER TABLE deposits DROP CONSTRAINT deposits_status_known;
ALTER TABLE microbatches DROP CONSTRAINT microbatches_hash_with_digests;
