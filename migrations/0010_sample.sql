-- Old versions of balances can be removed in time, so their pages need less room.
--
-- Postgres takes statistics of a table about every minute in which it grows, and keeps a snapshot while it reads its sample: what balances were then stays in
-- their pages. For a sample of 30,000 rows of a large table autovacuum took two to three seconds. With a hundred thousand balances changed in each, pages of
-- funds ran full, and rows moved to other pages, each with a new entry in the key.
--
-- Now the sample has 3,000 rows, which takes some tenths of a second. The column with the largest target decides how large it is: one that is added later
-- needs its own. Rows are found by their keys, whatever the statistics say.
--
-- So a page of funds takes 122 accounts instead of 102: the fillfactor leaves a tenth to new versions, and an account is added with 8 bytes that its first
-- change gives back. Such a page is tidied once in some ten changes instead of twenty-five, which costs less than it saves where accounts are many: fewer
-- pages fill the memory of Postgres. Accounts that are there stay where they are, until rebuild brings them together.
DO $$
DECLARE
    changed text;
BEGIN
    FOR changed IN
        SELECT format('%s ALTER COLUMN %I', attrelid::regclass, attname)
        FROM pg_attribute
        WHERE attrelid = ANY ('{depot,microbatches,funds,outgoing_transfers,incoming_transfers,deposits}'::regclass[])
            AND attnum > 0 AND NOT attisdropped
    LOOP
        EXECUTE 'ALTER TABLE ' || changed || ' SET STATISTICS 10';
    END LOOP;
END $$;

ALTER TABLE funds ALTER COLUMN room SET DEFAULT '.............';
ALTER TABLE funds SET (fillfactor = 90);
