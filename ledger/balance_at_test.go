package ledger

import (
	"errors"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/clumpql/clumpql/internal/pgtest"
)

// comparePast compares the balances at every position with those of the model then, of users whom it does not know too.
func comparePast(t *testing.T, s *PStates, past []map[int64]uint64) {
	t.Helper()
	users := []int64{0, 1, 2, 3, 4, 5, 99}
	for position, then := range past {
		want := map[int64]int64{}
		for _, user := range users {
			want[user] = int64(then[user])
		}
		got, err := s.BalancesAt(testContext(t), int64(position), users)
		if err != nil {
			t.Fatal(err)
		}
		if diff := cmp.Diff(want, got); diff != "" {
			t.Errorf("balances at %d (-want +got):\n%s", position, diff)
		}
	}
}

// Invariant: what is not decided has no balance yet, also not 0.
func TestPStatesBalancesAt_undecided(t *testing.T) {
	t.Parallel()
	pool := pgtest.New(t)
	d := newDepot(t, pool)
	s := NewPStates(pool)
	refused := func(position int64, reason string) {
		t.Helper()
		_, err := s.BalancesAt(testContext(t), position, []int64{alice})
		var invalid *InvalidError
		if !errors.As(err, &invalid) || invalid.Field != "offset" || invalid.Reason != reason {
			t.Errorf("balance at %d: %v, want a refusal of the offset: %s", position, err, reason)
		}
	}
	refused(-1, "must not be negative")
	refused(0, "is not decided yet: 0 records are")
	if _, err := d.Append(testContext(t), seedRecords()...); err != nil {
		t.Fatal(err)
	}
	refused(0, "is not decided yet: 0 records are")
	decideAll(t, NewWorker(d, WorkerOptions{Logger: testLogger(t)}))
	if got, err := s.BalancesAt(testContext(t), 6, []int64{alice}); err != nil || got[alice] != 125 {
		t.Errorf("balance at 6: %v, %v", got, err)
	}
	refused(7, "is not decided yet: 7 records are")
}
