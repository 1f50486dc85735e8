-- What is listed by record id is listed segment by segment, as all else in a history.
--
-- The list went over all segments, so a page of it was read at one place, and each entry was made at its user's place. Of ten thousand users with more
-- than 256 transfers these places are more pages than the default of 128 MB shared_buffers holds: each was read, evicted, and after a checkpoint written whole
-- to the write-ahead log. Now entries are made in the newest segment alone, and a page is put together from what each segment has.
--
-- Two indexes of what is listed are made, in which time the ledger stands still. A program from before this migration finds the same by going through all of
-- an index.

DROP INDEX outgoing_transfers_by_id;
CREATE INDEX outgoing_transfers_by_id ON outgoing_transfers (segment, from_user_id, record_id) WHERE by_id;

DROP INDEX incoming_transfers_by_id;
CREATE INDEX incoming_transfers_by_id ON incoming_transfers (segment, to_user_id, record_id, from_user_id) WHERE by_id;
