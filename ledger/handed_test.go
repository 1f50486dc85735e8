package ledger

import (
	"fmt"
	"testing"
	"time"

	"github.com/clumpql/clumpql/internal/pgtest"
)

// depotRows returns rows as a depot of one partition has them.
func depotRows(first, n int64) []depotRow {
	rows := make([]depotRow, n)
	for i := range rows {
		rows[i].offset = first + int64(i)
	}
	return rows
}

// Invariant: what is taken continues exactly what was decided; what is not at hand is left to the depot.
func TestHandedTake(t *testing.T) {
	for _, c := range []struct {
		name       string
		next, most int64
		first, n   int64 // of what is taken
		gap        bool
		left       bool
	}{
		{name: "all", next: 10, most: 100, first: 10, n: 20},
		{name: "some", next: 10, most: 5, first: 10, n: 5, left: true},
		{name: "known ones left out", next: 25, most: 100, first: 25, n: 5},
		{name: "all known", next: 30, most: 100},
		{name: "long known", next: 300, most: 100},
		{name: "gap", next: 9, most: 100, gap: true},
	} {
		h := &handed{}
		if rows, gap := h.take(0, 1); rows != nil || gap || h.some() {
			t.Errorf("%s: an empty one has %v, %v", c.name, rows, gap)
		}
		if !h.add(depotRows(10, 15)) || !h.add(depotRows(25, 5)) {
			t.Errorf("%s: not added", c.name)
		}
		if h.add(depotRows(31, 1)) || h.add(depotRows(29, 1)) {
			t.Errorf("%s: what does not follow is added", c.name)
		}
		rows, gap := h.take(c.next, int(c.most))
		if int64(len(rows)) != c.n || len(rows) > 0 && rows[0].offset != c.first || gap != c.gap || h.some() != c.left {
			t.Errorf("%s: %d rows from %v, gap %v, some left: %v", c.name, len(rows), rows, gap, h.some())
		}
	}
	h := &handed{}
	if !h.add(depotRows(0, maxHanded)) || h.add(depotRows(maxHanded, 1)) {
		t.Error("it is not bounded")
	}
}

// Invariant: what a process appends is decided as the depot has it, mixed with what another one appends, and its worker reads the depot for
// the other's alone.
func TestWorkerTakesWhatItsProcessAppends(t *testing.T) {
	t.Parallel()
	pool := pgtest.New(t)
	ctx := testContext(t)
	f := newFaults()
	d, other := newDepot(t, newFaultyPool(t, pool, f)), newDepot(t, pool)
	startWorker(t, d, WorkerOptions{Lease: time.Hour, BatchSize: 700})
	settle(t, d, Deposit{"first", alice, 1_000_000})
	round := 0
	records := func() []Record {
		round++
		records := make([]Record, immediateRecords+1) // too many to be decided as they are appended
		for i := range records {
			records[i] = Transfer{fmt.Sprint(round, "-", i), alice, bob, 1}
		}
		return records
	}
	f.record()
	const rounds = 10
	for range rounds {
		settle(t, d, records()...)
	}
	reads := 0
	for _, p := range f.disarm() {
		if p.statement == readDepot {
			reads++
		}
	}
	if reads > rounds/2 { // it looks when it begins to listen, which may be late
		t.Errorf("the depot was read %d times in %d rounds", reads, rounds)
	}
	for range 5 {
		mine, err := d.Append(ctx, records()...)
		if err != nil {
			t.Fatal(err)
		}
		others, err := other.Append(ctx, records()...)
		if err != nil {
			t.Fatal(err)
		}
		if err := d.Wait(ctx, append(mine, others...)); err != nil {
			t.Fatal(err)
		}
	}
	verifyOK(t, pool, int64(1+round*(immediateRecords+1)))
}
