-- Segments: the indexes of histories grow at one place, however large the ledger is.
--
-- A segment is a run of 2^18 positions. The keys of the histories began with the user: each record touched a random page of each of these
-- indexes, and where they are larger than the memory of Postgres, each touch is a page read, a page evicted, and after a checkpoint a page
-- written whole to the write-ahead log. Now the keys begin with the segment. What is decided touches the pages of the newest segment, some tens of
-- megabytes, and older ones stay as they are.
--
-- What is read of a user is looked up in one segment after the other. A record's position determines its segment, so a position is
-- unique for a user as before. That a record id is, the key of the depot guards; here it is unique in a segment.
--
-- The statements are single ones, the column by itself, for a cluster that has distributed the tables takes no others. Rows of ten million
-- records take minutes, in which the ledger stands still.

-- By who pays; all four columns are known where a record is looked up. Ids that grow with time touch the newest pages alone.
ALTER TABLE depot DROP CONSTRAINT depot_record_key;
ALTER TABLE depot ADD CONSTRAINT depot_record_key UNIQUE (partition, record_id, user_id, kind);

ALTER TABLE outgoing_transfers DROP CONSTRAINT outgoing_transfers_pkey;
ALTER TABLE outgoing_transfers DROP CONSTRAINT outgoing_transfers_record_key;
ALTER TABLE outgoing_transfers ADD COLUMN segment integer GENERATED ALWAYS AS ((position >> 18)::integer) STORED NOT NULL;
ALTER TABLE outgoing_transfers ADD CONSTRAINT outgoing_transfers_pkey PRIMARY KEY (segment, from_user_id, position);
ALTER TABLE outgoing_transfers ADD CONSTRAINT outgoing_transfers_record_key UNIQUE (segment, from_user_id, record_id);

ALTER TABLE incoming_transfers DROP CONSTRAINT incoming_transfers_pkey;
ALTER TABLE incoming_transfers DROP CONSTRAINT incoming_transfers_record_key;
ALTER TABLE incoming_transfers ADD COLUMN segment integer GENERATED ALWAYS AS ((position >> 18)::integer) STORED NOT NULL;
ALTER TABLE incoming_transfers ADD CONSTRAINT incoming_transfers_pkey PRIMARY KEY (segment, to_user_id, position);
ALTER TABLE incoming_transfers ADD CONSTRAINT incoming_transfers_record_key UNIQUE (segment, to_user_id, record_id, from_user_id);

ALTER TABLE deposits DROP CONSTRAINT deposits_pkey;
ALTER TABLE deposits DROP CONSTRAINT deposits_record_key;
ALTER TABLE deposits ADD COLUMN segment integer GENERATED ALWAYS AS ((position >> 18)::integer) STORED NOT NULL;
ALTER TABLE deposits ADD CONSTRAINT deposits_pkey PRIMARY KEY (segment, user_id, position);
ALTER TABLE deposits ADD CONSTRAINT deposits_record_key UNIQUE (segment, user_id, record_id);
