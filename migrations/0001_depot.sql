-- The ledger: an append-only depot, the worker's progress, and the PStates that the worker alone writes.
--
-- Columns of fixed width come first, the widest before the others, so that no row carries padding; text comes last.
-- Record ids compare by their bytes: COLLATE "C". Every unique key contains the column by which Citus would distribute
-- its table. Nothing here needs a trigger, a sequence or a foreign key.

-- One row for each partition of the depot. An append locks the row of its partition and takes its offsets from it: that
-- makes offsets gapless and the order of offsets the order of commits.
CREATE TABLE depot_heads (
    next_offset bigint  NOT NULL DEFAULT 0,
    partition   integer NOT NULL,           -- 0, 1, ... partitions - 1
    partitions  integer NOT NULL DEFAULT 1, -- how many there are, in every row: who locks one row knows it for certain
    CONSTRAINT depot_heads_pkey PRIMARY KEY (partition),
    CONSTRAINT depot_heads_partition_in_range CHECK (partition >= 0 AND partition < partitions),
    CONSTRAINT depot_heads_next_offset_not_negative CHECK (next_offset >= 0)
) WITH (fillfactor = 10); -- updated by every append: room for new versions of the row in its own page

-- Everything that was ever asked of the ledger. Rows are inserted and never change.
CREATE TABLE depot (
    depot_offset bigint      NOT NULL, -- 0, 1, 2, ... in each partition
    user_id      bigint      NOT NULL, -- who pays; of a deposit, who is paid. Chooses the partition.
    to_user_id   bigint      NOT NULL, -- who is paid
    amount_minor bigint      NOT NULL,
    append_token bigint      NOT NULL, -- names the call that appended it: a call that lost its connection knows its own work again
    appended_at  timestamptz NOT NULL, -- for people; order is the offset's business
    partition    integer     NOT NULL,
    kind         smallint    NOT NULL, -- 0 deposit, 1 transfer
    record_id    text        COLLATE "C" NOT NULL, -- chosen by the client; unique for the user and the kind, for ever
    CONSTRAINT depot_pkey PRIMARY KEY (partition, depot_offset),
    CONSTRAINT depot_record_key UNIQUE (partition, user_id, kind, record_id),
    CONSTRAINT depot_kind_known CHECK (kind IN (0, 1)),
    CONSTRAINT depot_amount_positive CHECK (amount_minor > 0),
    CONSTRAINT depot_users_not_negative CHECK (user_id >= 0 AND to_user_id >= 0),
    CONSTRAINT depot_users_fit_kind CHECK ((kind = 0) = (user_id = to_user_id)),
    CONSTRAINT depot_record_id_length CHECK (octet_length(record_id) BETWEEN 1 AND 128)
);

-- Who may work, by the clock of the database. It only saves work that would be done twice; what makes it safe is the epoch in progress.
CREATE TABLE lease (
    epoch      bigint      NOT NULL DEFAULT 0,
    expires_at timestamptz NOT NULL DEFAULT '-infinity',
    id         smallint    NOT NULL DEFAULT 1,
    worker_id  text,
    CONSTRAINT lease_pkey PRIMARY KEY (id),
    CONSTRAINT lease_single CHECK (id = 1)
) WITH (fillfactor = 10);

-- How far the depot is decided. Every microbatch moves these rows by compare-and-set of next_offset and epoch, in the
-- transaction that writes its PStates.
CREATE TABLE progress (
    next_offset bigint  NOT NULL DEFAULT 0,
    epoch       bigint  NOT NULL DEFAULT 0,
    partition   integer NOT NULL,
    CONSTRAINT progress_pkey PRIMARY KEY (partition),
    CONSTRAINT progress_next_offset_not_negative CHECK (next_offset >= 0)
) WITH (fillfactor = 10);

-- Where each microbatch ended in each partition it advanced. Within a microbatch partitions are decided in ascending order,
-- so this table and the depot determine every outcome, also when there are several partitions.
CREATE TABLE microbatches (
    position    bigint  NOT NULL, -- of its first record: how many records were decided before it
    next_offset bigint  NOT NULL,
    partition   integer NOT NULL,
    CONSTRAINT microbatches_pkey PRIMARY KEY (position, partition)
);

-- PState: what each user has. A user is listed from the first record that names them on, also with 0.
-- The balance is in no index and pages keep room, so that an update stays in its page (HOT).
CREATE TABLE funds (
    user_id       bigint NOT NULL,
    balance_minor bigint NOT NULL,
    CONSTRAINT funds_pkey PRIMARY KEY (user_id),
    CONSTRAINT funds_balance_not_negative CHECK (balance_minor >= 0)
) WITH (fillfactor = 70);

-- PState: the transfers of each payer, refused ones too. position counts decisions over the whole ledger; with one
-- partition it is the offset. status: 1 succeeded, 2 insufficient funds, 3 balance overflow.
CREATE TABLE outgoing_transfers (
    from_user_id        bigint      NOT NULL,
    position            bigint      NOT NULL,
    to_user_id          bigint      NOT NULL,
    amount_minor        bigint      NOT NULL,
    payer_balance_minor bigint      NOT NULL, -- what the decision found, before the amount moved
    depot_offset        bigint      NOT NULL,
    appended_at         timestamptz NOT NULL,
    status              smallint    NOT NULL,
    record_id           text        COLLATE "C" NOT NULL,
    CONSTRAINT outgoing_transfers_pkey PRIMARY KEY (from_user_id, position),
    CONSTRAINT outgoing_transfers_record_key UNIQUE (from_user_id, record_id),
    CONSTRAINT outgoing_transfers_status_known CHECK (status IN (1, 2, 3))
);

-- PState: the same transfers by who is paid. Record ids are the payers', so the payer is part of the key.
CREATE TABLE incoming_transfers (
    to_user_id          bigint      NOT NULL,
    position            bigint      NOT NULL,
    from_user_id        bigint      NOT NULL,
    amount_minor        bigint      NOT NULL,
    payer_balance_minor bigint      NOT NULL,
    depot_offset        bigint      NOT NULL, -- in the payer's partition
    appended_at         timestamptz NOT NULL,
    status              smallint    NOT NULL,
    record_id           text        COLLATE "C" NOT NULL,
    CONSTRAINT incoming_transfers_pkey PRIMARY KEY (to_user_id, position),
    CONSTRAINT incoming_transfers_record_key UNIQUE (to_user_id, record_id, from_user_id),
    CONSTRAINT incoming_transfers_status_known CHECK (status IN (1, 2, 3))
);

-- PState: the deposits of each user. A deposit is refused only when the balance would overflow.
CREATE TABLE deposits (
    user_id       bigint      NOT NULL,
    position      bigint      NOT NULL,
    amount_minor  bigint      NOT NULL,
    balance_minor bigint      NOT NULL, -- what the decision found
    depot_offset  bigint      NOT NULL,
    appended_at   timestamptz NOT NULL,
    status        smallint    NOT NULL,
    record_id     text        COLLATE "C" NOT NULL,
    CONSTRAINT deposits_pkey PRIMARY KEY (user_id, position),
    CONSTRAINT deposits_record_key UNIQUE (user_id, record_id),
    CONSTRAINT deposits_status_known CHECK (status IN (1, 3))
);

-- One partition unless the operator chooses more while the depot is empty.
INSERT INTO depot_heads (partition) VALUES (0);
INSERT INTO progress (partition) VALUES (0);
INSERT INTO lease (id) VALUES (1);
