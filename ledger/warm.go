package ledger

import (
	"context"
	"fmt"
	"time"

	"github.com/jackc/pgx/v5"
)

// A term begins with an empty memory, so each of its first records would cost a question for the funds of whom it names, which takes as
// long as the transaction that decides it does. Who was named lately is likely to be named again: while the worker has nothing to do, those are
// asked for beforehand, the latest first.

const (
	// warmedRecords is how many of the depot's last records a memory learns the accounts of.
	warmedRecords = 1 << 16
	// warmedAtOnce bounds how long the term is used at a time, and with that how long a record may wait for it: some milliseconds.
	warmedAtOnce = 1000
)

// warm recalls whom the last records name that were decided in the first partition before the term. It uses the term piece by piece, while
// nobody else does, and returns when it is done or ctx ends.
func (t *idleTerm) warm(ctx context.Context, end int64) {
	for first := max(end-warmedRecords, 0); end > first && t.acquire(ctx); end -= warmedAtOnce {
		if err := t.recallRange(ctx, max(end-warmedAtOnce, first), end); err != nil {
			t.broken <- fmt.Errorf("read funds: %w", err)
			return
		}
		t.giveBack()
	}
}

// acquire waits until nobody uses the term. It is false when ctx ends before.
func (t *idleTerm) acquire(ctx context.Context) bool {
	if t.tryAcquire() { // it does not depend on chance whether it is free
		return true
	}
	select {
	case t.use <- struct{}{}:
		return true
	case <-ctx.Done():
		return false
	}
}

// acquireWithin is acquire for so long. A term that is free takes no timer: one that ends sooner than all others, as this would, makes Go wake
// the thread that waits for the network, to wait less long.
func (t *idleTerm) acquireWithin(ctx context.Context, patience time.Duration) bool {
	if t.tryAcquire() {
		return true
	}
	ctx, cancel := context.WithTimeout(ctx, patience)
	defer cancel()
	return t.acquire(ctx)
}

// tryAcquire is false when the term is used.
func (t *idleTerm) tryAcquire() bool {
	select {
	case t.use <- struct{}{}:
		return true
	default:
		return false
	}
}

// recallRange recalls whom the records of a range of offsets name.
func (t *idleTerm) recallRange(ctx context.Context, first, end int64) error {
	ctx, cancel := context.WithTimeout(ctx, appendTimeout) // the term must not wait for ever for a connection that has fallen silent
	defer cancel()
	var rows []depotRow
	err := readByIndex(ctx, t.memory.pool, plannedOnce, func(found pgx.Rows) (err error) {
		rows, err = pgx.CollectRows(found, scanDepotRow)
		return err
	}, readDepotRange, 0, first, end)
	if err == nil {
		_, err = t.memory.recall(ctx, rows)
	}
	return err
}
