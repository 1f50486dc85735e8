-- Who writes a history's row gives its segment. Postgres generated it, for which it read and prepared the expression anew for each statement and copied each row:
-- an insert of one row cost it a seventh more by that, a bulk a twelfth. verify tells where a row is in another segment than that of its position.
--
-- Rows stay as they are. A program from before this migration decides nothing any more: its rows, which have no segment, are refused.
--
-- Citus refuses this statement for tables that it has distributed. There, the three histories have to be taken back by undistribute_table before;
-- migrate distributes them again.

ALTER TABLE outgoing_transfers ALTER COLUMN segment DROP EXPRESSION;
ALTER TABLE incoming_transfers ALTER COLUMN segment DROP EXPRESSION;
ALTER TABLE deposits ALTER COLUMN segment DROP EXPRESSION;
