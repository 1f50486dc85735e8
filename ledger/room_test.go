package ledger

import (
	"testing"

	"github.com/clumpql/clumpql/internal/pgtest"
)

// Invariant: an account is added with room for its later versions, and its first change gives that back, by whichever statement it is written.
func TestFundsGiveRoomBack(t *testing.T) {
	t.Parallel()
	pool := pgtest.New(t)
	d := newDepot(t, pool)
	w := NewWorker(d, WorkerOptions{Logger: testLogger(t)})
	const roomy = `SELECT count(*) FROM funds WHERE octet_length(room) = 13`
	for _, step := range []struct {
		name    string
		records []Record
		roomy   int64 // accounts that were added and not changed yet, afterwards
	}{
		{"two are added", []Record{Deposit{"a", alice, 100}, Deposit{"a", bob, 100}}, 2},
		{"one record changes one", []Record{Deposit{"b", alice, 1}}, 1},
		{"one record adds one", []Record{Deposit{"c", charlie, 100}}, 2},
		{"one record changes two", []Record{Transfer{"d", bob, charlie, 1}}, 0},
		{"several add two", []Record{Deposit{"e", 10, 1}, Deposit{"e", 11, 1}}, 2},
		{"several change two", []Record{Deposit{"f", 10, 1}, Deposit{"f", 11, 1}}, 0},
	} {
		if _, err := d.Append(testContext(t), step.records...); err != nil {
			t.Fatal(err)
		}
		decideAll(t, w)
		if got := countRows(t, pool, roomy); got != step.roomy {
			t.Errorf("%s: %d accounts have room, want %d", step.name, got, step.roomy)
		}
	}
}
