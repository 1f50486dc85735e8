package ledger

import (
	"context"
	"fmt"
	"strings"
	"testing"

	"github.com/jackc/pgx/v5"
	"github.com/jackc/pgx/v5/pgxpool"

	"github.com/clumpql/clumpql/internal/pgtest"
)

// plant changes the tables behind the ledger's back and returns what a verification says. Nothing of it stays.
func plant(t *testing.T, pool *pgxpool.Pool, sql string) Report {
	t.Helper()
	ctx := testContext(t)
	tx, err := pool.BeginTx(ctx, pgx.TxOptions{IsoLevel: pgx.RepeatableRead})
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = tx.Rollback(context.WithoutCancel(ctx)) }() // the pool would discard the connection otherwise
	tag, err := tx.Exec(ctx, sql)
	if err != nil {
		t.Fatalf("%s: %v", sql, err)
	}
	if tag.RowsAffected() == 0 {
		t.Fatalf("%s: changed nothing", sql)
	}
	v := &verification{tx: tx}
	if err := v.run(ctx); err != nil {
		t.Fatal(err)
	}
	return v.report
}

// changedPast makes alice pay charlie 24 instead of 25, and all that follows from it, as if it had always been so.
const changedPast = `UPDATE depot SET amount_minor = 24 WHERE depot_offset = 5;
UPDATE outgoing_transfers SET amount_minor = 24 WHERE depot_offset = 5;
UPDATE outgoing_transfers SET payer_balance_minor = 124 WHERE depot_offset = 6;
UPDATE incoming_transfers SET amount_minor = 24 WHERE depot_offset = 5;
UPDATE incoming_transfers SET payer_balance_minor = 124 WHERE depot_offset = 6;
UPDATE funds SET balance_minor = 126 WHERE user_id = 0;
UPDATE funds SET balance_minor = 114 WHERE user_id = 2`

// copyRecord puts a record into a partition, at an offset.
const copyRecord = `INSERT INTO depot (partition, depot_offset, user_id, to_user_id, amount_minor, append_token, kind, record_id, appended_at)
SELECT %d, %d, user_id, to_user_id, amount_minor, append_token, kind, 'copy', appended_at FROM depot WHERE depot_offset = 0`

// Invariant: a deviation is found wherever it is, with the table, the offset and the account.
func TestVerifyFindsPlantedDeviation(t *testing.T) {
	t.Parallel()
	pool := pgtest.New(t)
	d := newDepot(t, pool)
	if _, err := d.Append(testContext(t), seedRecords()...); err != nil {
		t.Fatal(err)
	}
	decideAll(t, NewWorker(d, WorkerOptions{BatchSize: 3, Logger: testLogger(t)}))
	verifyOK(t, pool, 7)
	for _, test := range []struct {
		name   string
		plant  string
		table  string
		offset int64
		user   int64
		reason string
	}{
		{"status", "UPDATE outgoing_transfers SET status = 1 WHERE record_id = 'charlie1'",
			"outgoing_transfers", 4, alice, "status of \"charlie1\" is succeeded, should be insufficient funds"},
		{"amount", "UPDATE incoming_transfers SET amount_minor = 51 WHERE record_id = 'bob1' AND from_user_id = 0",
			"incoming_transfers", 3, bob, "amount of \"bob1\" is 51, should be 50"},
		{"balance", "UPDATE deposits SET balance_minor = 1 WHERE user_id = 1",
			"deposits", 1, bob, "balance before \"salary\" is 1, should be 0"},
		{"time", "UPDATE deposits SET appended_at = '2001-02-03' WHERE user_id = 2", "deposits", 2, charlie, "time"},
		{"payer's segment", "UPDATE outgoing_transfers SET segment = 1 WHERE record_id = 'charlie1'",
			"outgoing_transfers", 4, alice, "segment of \"charlie1\" is 1, should be 0"},
		{"payee's segment", "UPDATE incoming_transfers SET segment = -1 WHERE record_id = 'charlie1'",
			"incoming_transfers", 4, charlie, "segment of \"charlie1\" is -1, should be 0"},
		{"deposit's segment", "UPDATE deposits SET segment = 2 WHERE user_id = 2",
			"deposits", 2, charlie, "segment of \"salary\" is 2, should be 0"},
		{"in two segments", `INSERT INTO deposits SELECT user_id, position, amount_minor, balance_minor, depot_offset, appended_at, status,
			record_id, 1 FROM deposits WHERE user_id = 2`, "deposits", 2, charlie, "\"salary\""},
		{"lost row", "DELETE FROM incoming_transfers WHERE depot_offset = 6",
			"incoming_transfers", 6, bob, "is missing"},
		{"invented row", `INSERT INTO deposits SELECT user_id, 100, amount_minor, balance_minor, 100, appended_at, status, 'fake', 0
			FROM deposits WHERE user_id = 0`, "deposits", 100, alice, "no decided record \"fake\" explains this row"},
		{"invented transfer", `INSERT INTO incoming_transfers
			SELECT to_user_id, 100, from_user_id, amount_minor, payer_balance_minor, payee_balance_minor, 100, appended_at,
			status, 'fake', 0, false FROM incoming_transfers WHERE depot_offset = 6`, "incoming_transfers", 100, bob, "no decided record"},
		{"second row", `INSERT INTO outgoing_transfers SELECT 99, position, to_user_id, amount_minor, payer_balance_minor, depot_offset,
			appended_at, status, record_id, segment, by_id FROM outgoing_transfers WHERE depot_offset = 4`, "outgoing_transfers", 4, 99, "explains this row"},
		{"flood", `INSERT INTO deposits SELECT n, -1, 1, 0, 5, now(), 1, 'fake', -1 FROM generate_series(1, 1000) n`,
			"deposits", 5, 1, "no decided record"},
		{"microbatch before all", "INSERT INTO microbatches VALUES (-1, 1, 0)", "microbatches", 1, -1, "begins at position -1"},
		{"microbatch behind all", "INSERT INTO microbatches VALUES (7, 8, 0)", "microbatches", 8, -1, "ends at 8, progress is 7"},
		{"funds", "UPDATE funds SET balance_minor = 161 WHERE user_id = 1", "funds", 6, bob, "balance is 161, should be 160"},
		{"lost funds", "DELETE FROM funds WHERE user_id = 0", "funds", 5, alice, "balance is missing, should be 125"},
		{"invented funds", "INSERT INTO funds VALUES (99, 1)", "funds", -1, 99, "no decided record explains this account"},
		{"payee's balance", "UPDATE incoming_transfers SET payee_balance_minor = 101 WHERE depot_offset = 4",
			"incoming_transfers", 4, charlie, "payee's balance before \"charlie1\" is 101, should be 100"},
		{"changed depot", "UPDATE depot SET amount_minor = 24 WHERE depot_offset = 5",
			"depot", 5, alice, "record \"charlie2\" or its outcome is not what was digested"},
		{"changed past", changedPast, "depot", 5, alice, "record \"charlie2\" or its outcome is not what was digested"},
		{"digest", "UPDATE microbatches SET digests = set_byte(digests, 9, 255 - get_byte(digests, 9)) WHERE position = 3",
			"depot", 4, alice, "record \"charlie1\""},
		{"hash", "UPDATE microbatches SET hash = sha256('x') WHERE position = 3", "microbatches", 3, -1, "does not follow"},
		{"lost hash", "UPDATE microbatches SET hash = NULL, digests = NULL WHERE position = 3", "microbatches", 3, -1, "has no hash"},
		{"lost first hash", "UPDATE microbatches SET hash = NULL, digests = NULL WHERE position = 0", "microbatches", 3, -1, "does not follow"},
		{"digests of fewer", `UPDATE microbatches SET digests = substr(digests, 1, 17) WHERE position = 3`,
			"microbatches", 3, -1, "no digests of its 3 records in format 1"},
		{"digests of another format", `UPDATE microbatches SET digests = set_byte(digests, 0, 2) WHERE position = 3`,
			"microbatches", 3, -1, "no digests of its 3 records in format 1"},
		{"lost depot", "DELETE FROM depot WHERE depot_offset = 4", "depot", 4, -1, "is missing"},
		{"progress", "UPDATE progress SET next_offset = 8", "progress", 7, -1, "is 8, the microbatches end at 7"},
		{"microbatch", "DELETE FROM microbatches WHERE position = 3", "microbatches", 7, -1, "begins at position 6"},
		{"head before the end", "UPDATE depot_heads SET next_offset = 5", "depot_heads", 5, -1, "next offset is 5, the depot ends at 7"},
		{"head behind the end", "UPDATE depot_heads SET next_offset = 8", "depot_heads", 7, -1, "next offset is 8, the depot ends at 7"},
		{"number of partitions", "UPDATE depot_heads SET partitions = 2", "depot_heads", -1, -1, "partition 0 of 2, should be 0 of 1"},
		{"lost head", "DELETE FROM depot_heads", "depot_heads", -1, -1, "there are 0 partitions, progress has 1"},
		{"invented progress", "INSERT INTO progress (partition) VALUES (1)", "depot_heads", -1, -1, "there are 1 partitions, progress has 2"},
		{"undecided record behind a hole", fmt.Sprintf(copyRecord, 0, 8), "depot", 7, -1, "is missing"},
		{"epoch", "UPDATE progress SET epoch = epoch + 1", "progress", -1, -1, "epoch is 2, the lease has come to 1"},
		{"epoch of the lease", "UPDATE lease SET epoch = 0", "progress", -1, -1, "epoch is 1, the lease has come to 0"},
		{"lost lease", "DELETE FROM lease", "lease", -1, -1, "is missing"},
		{"record of no partition", fmt.Sprintf(copyRecord, 1, 0), "depot", 0, -1, "there is no such partition"},
	} {
		t.Run(test.name, func(t *testing.T) {
			report := plant(t, pool, test.plant)
			if report.OK() {
				t.Fatal("nothing was found")
			}
			first := report.Deviations[0]
			if first.Table != test.table || first.Offset != test.offset || first.UserID != test.user ||
				!strings.Contains(first.Reason, test.reason) {
				t.Errorf("found %v, want table %s, offset %d, user %d, %q", first, test.table, test.offset, test.user, test.reason)
			}
		})
	}
}

// Invariant: chunks and partitions make no difference, and progress is reported to the end.
func TestVerifyManyRecords(t *testing.T) {
	t.Parallel()
	pool := pgtest.New(t)
	if err := SetPartitions(testContext(t), pool, 3); err != nil {
		t.Fatal(err)
	}
	d := newDepot(t, pool)
	startWorker(t, d, WorkerOptions{BatchSize: 500})
	var records []Record
	for i := range replayChunk/2 + 100 {
		user := int64(i % 50)
		id := fmt.Sprint(i)
		records = append(records, Deposit{id, user, 10}, Transfer{id, user, user + 1, 15})
	}
	settle(t, d, records[:MaxAppend]...)
	settle(t, d, records[MaxAppend:]...)
	var dones []int64
	report, err := Verify(testContext(t), pool, VerifyOptions{Progress: func(done, total int64) {
		if total != int64(len(records)) {
			t.Errorf("total is %d, want %d", total, len(records))
		}
		dones = append(dones, done)
	}})
	if err != nil || !report.OK() || report.Records != int64(len(records)) {
		t.Errorf("Verify: %+v, %v", report, err)
	}
	// Nor does it that balances have to go to a table and come back.
	report, err = Verify(testContext(t), pool, VerifyOptions{accounts: 20})
	if err != nil || !report.OK() || report.Records != int64(len(records)) {
		t.Errorf("Verify with a table: %+v, %v", report, err)
	}
	if len(dones) != 2 || dones[1] != int64(len(records)) {
		t.Errorf("progress was %v, want two calls, the last with %d", dones, len(records))
	}
}

// Invariant: the segment is that of the position, also far from the beginning.
func TestVerifyComparesSegments(t *testing.T) {
	t.Parallel()
	const position, segment = 7<<segmentBits + 5, 7
	for i, history := range histories {
		row := depotRow{entry: entry{kind: history.kind, id: "far"}, position: position}
		for _, found := range []int32{segment, segment - 1, 0} {
			v := verification{}
			v.compareHistory(i, []historyRow{{position: position, id: "far", segment: found}}, []depotRow{row}, make([]outcome, 1))
			if v.report.OK() != (found == segment) {
				t.Errorf("%s in segment %d: %v", history.table, found, v.report.Deviations)
			}
		}
	}
}
