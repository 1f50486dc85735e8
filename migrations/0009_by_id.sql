-- Two of six index entries a transfer go: the histories' index by record id lists a transfer only where it must.
--
-- Most users have few transfers: a page by id, or a count, walks over their first 256 by position, and picks. funds counts the transfers that name a
-- user up to there, and what comes after them is listed by id. The index is of the user and the id, over all segments, so a page of it is read at one
-- place, not in one segment after the other; that costs a page at the user's place where a transfer is listed.
--
-- Who is there counts as having 256, and what is there is listed, as nobody has counted: until rebuild does, what they transfer is listed, too. Deposits
-- stay as they are. That a record id is unique for a user the key of the depot guards, as before.
--
-- The statements are single ones, for a cluster that has distributed the tables takes no others. Two indexes of all transfers are made, in which time, minutes
-- for ten million, the ledger stands still. A program from before this migration decides no transfer any more: its rows, which do not say whether they are
-- listed, are refused.

ALTER TABLE funds ADD COLUMN transfers smallint NOT NULL DEFAULT 256;
ALTER TABLE funds ALTER COLUMN transfers SET DEFAULT 0;

ALTER TABLE outgoing_transfers DROP CONSTRAINT outgoing_transfers_record_key;
ALTER TABLE outgoing_transfers ADD COLUMN by_id boolean NOT NULL DEFAULT true;
ALTER TABLE outgoing_transfers ALTER COLUMN by_id DROP DEFAULT;
CREATE INDEX outgoing_transfers_by_id ON outgoing_transfers (from_user_id, record_id) INCLUDE (segment) WHERE by_id;

ALTER TABLE incoming_transfers DROP CONSTRAINT incoming_transfers_record_key;
ALTER TABLE incoming_transfers ADD COLUMN by_id boolean NOT NULL DEFAULT true;
ALTER TABLE incoming_transfers ALTER COLUMN by_id DROP DEFAULT;
CREATE INDEX incoming_transfers_by_id ON incoming_transfers (to_user_id, record_id, from_user_id) INCLUDE (segment) WHERE by_id;
