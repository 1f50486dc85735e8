package ledger

import (
	"sync"
	"time"
)

// maxHanded is the most records that wait to be taken by the worker. Others it reads from the depot.
const maxHanded = 50_000

// handed holds records that this process has appended, for its worker: it need not read them from the depot. They are committed, so they are what the
// depot has at their offsets. The zero handed is ready for use, with a depot of one partition.
type handed struct {
	mu   sync.Mutex // guards rows; nothing that waits is called under it
	rows []depotRow // in the order of offsets, without gaps
}

// add hands records over. It is false where they do not follow on those that are there, or are too many.
func (h *handed) add(rows []depotRow) bool {
	h.mu.Lock()
	defer h.mu.Unlock()
	if n := len(h.rows); n > 0 && (n+len(rows) > maxHanded || h.rows[n-1].offset+1 != rows[0].offset) {
		return false
	}
	h.rows = append(h.rows, rows...)
	return true
}

// take returns the records from an offset on, not more than so many. There is a gap if that one is not there, but later ones were: another
// process has appended it, and all are to be read from the depot.
func (h *handed) take(next int64, most int) (rows []depotRow, gap bool) {
	h.mu.Lock()
	defer h.mu.Unlock()
	if len(h.rows) == 0 {
		return nil, false
	}
	first := h.rows[0].offset
	if first > next {
		h.rows = nil
		return nil, true
	}
	// Those before it the worker has read from the depot.
	h.rows = h.rows[min(next-first, int64(len(h.rows))):]
	n := min(most, len(h.rows))
	rows, h.rows = h.rows[:n:n], h.rows[n:]
	if len(h.rows) == 0 {
		h.rows = nil // or the array would grow for ever
	}
	return rows, false
}

// forget leaves all to be read from the depot.
func (h *handed) forget() {
	h.mu.Lock()
	defer h.mu.Unlock()
	h.rows = nil
}

// some tells whether there are any.
func (h *handed) some() bool {
	h.mu.Lock()
	defer h.mu.Unlock()
	return len(h.rows) > 0
}

// records returns what is appended to the only partition, whose offsets begin with the first.
func (c *depotColumns) records(first int64, appendedAt time.Time) []depotRow {
	rows := make([]depotRow, len(c.ids))
	for i := range rows {
		offset := first + c.offsets[i]
		rows[i] = depotRow{
			entry:  entry{kind(c.kinds[i]), c.userIDs[i], c.toUserIDs[i], c.amounts[i], c.ids[i]},
			offset: offset, position: offset, appendedAt: appendedAt,
		}
	}
	return rows
}

// handOver gives what was appended to the worker of this process, or tells it to look.
func (d *Depot) handOver(a *appending, appendedAt time.Time) {
	if c := a.added[0]; a.partitions == 1 && c != nil {
		if d.handed.add(c.records(a.heads[0], appendedAt)) {
			signal(d.handedOver)
			return
		}
	}
	d.wakeWorker()
}
