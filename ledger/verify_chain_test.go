package ledger

import (
	"fmt"
	"testing"

	"github.com/jackc/pgx/v5/pgxpool"

	"github.com/clumpql/clumpql/internal/pgtest"
)

// head returns the hash of the last microbatch of a ledger in which nothing deviates.
func head(t *testing.T, pool *pgxpool.Pool, expected Hash) Hash {
	t.Helper()
	report, err := Verify(testContext(t), pool, VerifyOptions{Head: expected})
	if err != nil || !report.OK() {
		t.Fatalf("Verify: %v, %v", report.Deviations, err)
	}
	return report.Head
}

// Invariant: a hash that was kept tells that its past is still there, whatever came after it; and tells a past that was made anew
// with all its hashes.
func TestVerifyHead(t *testing.T) {
	t.Parallel()
	pool, forged := pgtest.New(t), pgtest.New(t)
	var kept [2]Hash
	for i, pool := range []*pgxpool.Pool{pool, forged} {
		d := newDepot(t, pool)
		w := NewWorker(d, WorkerOptions{Logger: testLogger(t)})
		if h := head(t, pool, Hash{}); h != (Hash{}) {
			t.Errorf("the head of nothing is %v", h)
		}
		for _, record := range []Record{Deposit{"salary", alice, 200 + int64(i)}, Transfer{"bob1", alice, bob, 1}} {
			if _, err := d.Append(testContext(t), record); err != nil {
				t.Fatal(err)
			}
			decideAll(t, w)
			if kept[i] == (Hash{}) {
				kept[i] = head(t, pool, Hash{})
			}
		}
	}
	if last := head(t, pool, kept[0]); last == kept[0] {
		t.Errorf("a microbatch left the head at %v", last)
	}
	report, err := Verify(testContext(t), forged, VerifyOptions{Head: kept[0]})
	want := fmt.Sprintf("microbatches: partition -1, offset -1, user -1: none has the hash %v: what it stood for was changed or is lost", kept[0])
	if err != nil || len(report.Deviations) != 1 || report.Deviations[0].String() != want {
		t.Errorf("Verify: %v, %v, want %s", report.Deviations, err, want)
	}
}

// Invariant: what was decided before there was a chain has no hashes, and the chain begins behind it; a new worker goes on with it.
func TestVerifyChainAfterPrefixWithout(t *testing.T) {
	t.Parallel()
	pool := pgtest.New(t)
	if err := SetPartitions(testContext(t), pool, 3); err != nil {
		t.Fatal(err)
	}
	d := newDepot(t, pool)
	const terms = 4
	for term := range int64(terms) {
		var records []Record
		for user := range int64(9) {
			records = append(records, Deposit{fmt.Sprint(term), user, 1 + term})
		}
		if _, err := d.Append(testContext(t), records...); err != nil {
			t.Fatal(err)
		}
		decideAll(t, NewWorker(d, WorkerOptions{BatchSize: 3, Logger: testLogger(t)}))
		if term == 1 {
			if _, err := pool.Exec(testContext(t), "UPDATE microbatches SET hash = NULL, digests = NULL"); err != nil {
				t.Fatal(err)
			}
		}
		verifyOK(t, pool, 9*(term+1))
	}
	if n := countRows(t, pool, "SELECT count(DISTINCT hash) FROM microbatches"); n < terms {
		t.Errorf("%d hashes", n)
	}
	if head(t, pool, Hash{}) == (Hash{}) {
		t.Error("there is no head")
	}
}
