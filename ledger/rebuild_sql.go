package ledger

// The statements of Rebuild. The new PStates are made in a schema of their own, with the constraints under the names that the migrations
// gave them: a test compares the catalogue of a rebuilt database with that of a new one. Indexes come after the rows, which is faster, but
// for that of funds, whose rows come last and in order.

// lockRebuild is held by the session, so it goes with a process that is killed. It guards against a second operator, not against faults.
const lockRebuild = `SELECT pg_try_advisory_lock(4967208061386354034)`

const unlockRebuild = `SELECT pg_advisory_unlock(4967208061386354034)`

const dropRebuilt = `DROP SCHEMA IF EXISTS rebuilt CASCADE`

// Like the old ones, but for indexes and what LIKE does not copy. Autovacuum keeps away from them until they are in their place: it would hold the
// swap up for a second, which is when that gives up.
var createRebuilt = [...]string{createRebuiltSchema, createRebuiltFunds, createRebuiltOutgoing, createRebuiltIncoming, createRebuiltDeposits}

const createRebuiltSchema = `CREATE SCHEMA rebuilt`

const createRebuiltFunds = `CREATE TABLE rebuilt.funds (
    LIKE public.funds INCLUDING ALL EXCLUDING INDEXES,
    CONSTRAINT funds_pkey PRIMARY KEY (user_id)
) WITH (fillfactor = 90, autovacuum_enabled = off)`

const createRebuiltOutgoing = `CREATE TABLE rebuilt.outgoing_transfers (LIKE public.outgoing_transfers INCLUDING ALL EXCLUDING INDEXES)
WITH (autovacuum_enabled = off)`

const createRebuiltIncoming = `CREATE TABLE rebuilt.incoming_transfers (LIKE public.incoming_transfers INCLUDING ALL EXCLUDING INDEXES)
WITH (autovacuum_enabled = off)`

const createRebuiltDeposits = `CREATE TABLE rebuilt.deposits (LIKE public.deposits INCLUDING ALL EXCLUDING INDEXES)
WITH (autovacuum_enabled = off)`

// On a Citus cluster the new tables are spread as the old ones are: see the package migrations. A transaction there that moves or drops tables of several
// shards may have one connection to each node, and has to say so before.

const clusterSettings = `SELECT set_config('citus.multi_shard_modify_mode', 'sequential', true)`

const clusterPresent = `SELECT EXISTS (SELECT FROM pg_extension WHERE extname = 'citus')`

var distributeRebuilt = [...]string{
	distributeRebuiltFunds, distributeRebuiltOutgoing, distributeRebuiltIncoming, distributeRebuiltDeposits,
}

const distributeRebuiltFunds = `SELECT create_distributed_table('rebuilt.funds', 'user_id', colocate_with => 'public.funds')`

const distributeRebuiltOutgoing = `SELECT create_distributed_table('rebuilt.outgoing_transfers', 'from_user_id',
    colocate_with => 'public.funds')`

const distributeRebuiltIncoming = `SELECT create_distributed_table('rebuilt.incoming_transfers', 'to_user_id',
    colocate_with => 'public.funds')`

const distributeRebuiltDeposits = `SELECT create_distributed_table('rebuilt.deposits', 'user_id', colocate_with => 'public.funds')`

// readSamples returns the statements by which Postgres takes as few rows of the new tables for its statistics as of the old.
const readSamples = `SELECT format('ALTER TABLE rebuilt.%I ALTER COLUMN %I SET STATISTICS %s', c.relname, a.attname, a.attstattarget)
FROM pg_class c JOIN pg_attribute a ON a.attrelid = c.oid AND a.attnum > 0 AND a.attstattarget >= 0
WHERE c.oid IN ('public.funds'::regclass, 'public.outgoing_transfers'::regclass, 'public.incoming_transfers'::regclass,
    'public.deposits'::regclass)`

// readGrants returns the statements that give others the rights on the new tables that they have on the old.
const readGrants = `SELECT format('GRANT %s ON rebuilt.%I TO %s%s', a.privilege_type, c.relname,
    CASE a.grantee WHEN 0 THEN 'PUBLIC' ELSE a.grantee::regrole::text END, CASE WHEN a.is_grantable THEN ' WITH GRANT OPTION' ELSE '' END)
FROM pg_class c CROSS JOIN LATERAL aclexplode(c.relacl) AS a
WHERE a.grantee <> c.relowner AND c.oid IN ('public.funds'::regclass, 'public.outgoing_transfers'::regclass,
    'public.incoming_transfers'::regclass, 'public.deposits'::regclass)`

const readRebuiltFunds = `SELECT user_id, balance_minor, transfers FROM rebuilt.funds WHERE user_id = ANY($1)`

const writeRebuiltFunds = `INSERT INTO rebuilt.funds (user_id, balance_minor, transfers)
SELECT unnest($1::bigint[]), unnest($2::bigint[]), unnest($3::smallint[])
ON CONFLICT (user_id) DO UPDATE SET balance_minor = excluded.balance_minor, transfers = excluded.transfers`

// indexSettings hold for one transaction: an index is sorted in memory as far as it may.
const indexSettings = `SELECT set_config('maintenance_work_mem', '256MB', true)`

// The indexes come one by one: a cluster that has distributed the tables takes no more in a statement.
var indexRebuilt = [...]string{
	keyRebuiltOutgoing, listRebuiltOutgoing, keyRebuiltIncoming, listRebuiltIncoming, keyRebuiltDeposits, keyRebuiltDepositRecords,
}

const keyRebuiltOutgoing = `ALTER TABLE rebuilt.outgoing_transfers
    ADD CONSTRAINT outgoing_transfers_pkey PRIMARY KEY (segment, from_user_id, position)`

const listRebuiltOutgoing = `CREATE INDEX outgoing_transfers_by_id ON rebuilt.outgoing_transfers (segment, from_user_id, record_id)
    WHERE by_id`

const keyRebuiltIncoming = `ALTER TABLE rebuilt.incoming_transfers
    ADD CONSTRAINT incoming_transfers_pkey PRIMARY KEY (segment, to_user_id, position)`

const listRebuiltIncoming = `CREATE INDEX incoming_transfers_by_id ON rebuilt.incoming_transfers (segment, to_user_id, record_id, from_user_id)
    WHERE by_id`

const keyRebuiltDeposits = `ALTER TABLE rebuilt.deposits
    ADD CONSTRAINT deposits_pkey PRIMARY KEY (segment, user_id, position)`

const keyRebuiltDepositRecords = `ALTER TABLE rebuilt.deposits
    ADD CONSTRAINT deposits_record_key UNIQUE (segment, user_id, record_id)`

// analyzeRebuilt lets the first plans on the new tables be as good as those on the old.
const analyzeRebuilt = `ANALYZE rebuilt.funds, rebuilt.outgoing_transfers, rebuilt.incoming_transfers, rebuilt.deposits`

// swapSettings make a swap that has to wait for others' locks give up, since all who come after it wait for it meanwhile.
const swapSettings = `SELECT set_config('lock_timeout', '1000', true)`

const readEpoch = `SELECT epoch FROM lease WHERE id = 1`

const dropReplaced = `DROP TABLE public.funds, public.outgoing_transfers, public.incoming_transfers, public.deposits`

var moveRebuilt = [...]string{
	resetRebuiltFunds, resetRebuiltOutgoing, resetRebuiltIncoming, resetRebuiltDeposits,
	moveRebuiltFunds, moveRebuiltOutgoing, moveRebuiltIncoming, moveRebuiltDeposits, dropRebuilt,
}

const resetRebuiltFunds = `ALTER TABLE rebuilt.funds RESET (autovacuum_enabled)`

const resetRebuiltOutgoing = `ALTER TABLE rebuilt.outgoing_transfers RESET (autovacuum_enabled)`

const resetRebuiltIncoming = `ALTER TABLE rebuilt.incoming_transfers RESET (autovacuum_enabled)`

const resetRebuiltDeposits = `ALTER TABLE rebuilt.deposits RESET (autovacuum_enabled)`

const moveRebuiltFunds = `ALTER TABLE rebuilt.funds SET SCHEMA public`

const moveRebuiltOutgoing = `ALTER TABLE rebuilt.outgoing_transfers SET SCHEMA public`

const moveRebuiltIncoming = `ALTER TABLE rebuilt.incoming_transfers SET SCHEMA public`

const moveRebuiltDeposits = `ALTER TABLE rebuilt.deposits SET SCHEMA public`
