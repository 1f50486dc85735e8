package importer_test

import (
	"context"
	"fmt"
	"strings"
	"testing"
	"time"

	"github.com/jackc/pgx/v5"

	"github.com/clumpql/clumpql/internal/importer"
	"github.com/clumpql/clumpql/ledger"
)

// An import and an append that need the same partitions never wait for each other in a circle. The file's first chunk is of
// the second partition alone, a later one of the first; the append locks the first and then the second, as appends do.
func TestImportLocksPartitionsInTheOrderOfAppends(t *testing.T) {
	t.Parallel()
	ctx, cancel := context.WithTimeout(t.Context(), time.Minute)
	defer cancel()
	db := newDatabase(t)
	if err := ledger.SetPartitions(ctx, db.Pool, 2); err != nil {
		t.Fatal(err)
	}
	users := userOfEachPartition(t, db, 2)
	var content strings.Builder
	content.WriteString(lines(ledgerHeader))
	for i, user := range []int64{users[1], users[0]} {
		for n := range 1500 { // more than a chunk
			fmt.Fprintf(&content, "deposit,file %d %d,,%d,1,%s\n", i, n, user, now)
		}
	}

	other, err := db.Begin(ctx)
	if err != nil {
		t.Fatal(err)
	}
	defer other.Rollback(context.WithoutCancel(ctx)) //nolint:errcheck // after the commit it has nothing to do
	const lockHead = `SELECT FROM depot_heads WHERE partition = $1 FOR UPDATE`
	if _, err := other.Exec(ctx, lockHead, 0); err != nil {
		t.Fatal(err)
	}
	dir := write(t, map[string]string{"ledger.csv": content.String()})
	imported := make(chan error, 1)
	go func() {
		_, err := importer.Import(ctx, db.Pool, db.depot, dir, importer.Options{})
		imported <- err
	}()
	for waiting := false; !waiting; {
		err := db.QueryRow(ctx, `SELECT EXISTS (
			SELECT FROM pg_stat_activity WHERE datname = current_database() AND wait_event_type = 'Lock')`).Scan(&waiting)
		if err != nil {
			t.Fatalf("wait until the import waits: %v", err)
		}
	}
	if _, err := other.Exec(ctx, lockHead, 1); err != nil {
		t.Errorf("append: %v", err)
	}
	if err := other.Commit(ctx); err != nil {
		t.Errorf("append: %v", err)
	}
	if err := <-imported; err != nil {
		t.Errorf("import: %v", err)
	}
}

// userOfEachPartition finds users by appending a record of each of many, and looking where it went.
func userOfEachPartition(t *testing.T, db database, partitions int) map[int32]int64 {
	t.Helper()
	var records []ledger.Record
	for user := range int64(100) {
		records = append(records, ledger.Deposit{ID: "first", UserID: user, AmountMinor: 1})
	}
	if _, err := db.depot.Append(t.Context(), records...); err != nil {
		t.Fatal(err)
	}
	rows, err := db.Query(t.Context(), `SELECT partition, min(user_id) FROM depot GROUP BY partition`)
	if err != nil {
		t.Fatal(err)
	}
	users := map[int32]int64{}
	var partition int32
	var user int64
	if _, err := pgx.ForEachRow(rows, []any{&partition, &user}, func() error {
		users[partition] = user
		return nil
	}); err != nil {
		t.Fatal(err)
	}
	if len(users) != partitions {
		t.Fatalf("100 users are in %d partitions, want %d", len(users), partitions)
	}
	return users
}
