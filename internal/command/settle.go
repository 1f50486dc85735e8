package command

import (
	"context"
	"fmt"
	"time"

	"golang.org/x/sync/errgroup"

	"github.com/clumpql/clumpql/ledger"
)

// statusInterval is how often a command that waits for the worker looks how far it is.
const statusInterval = 50 * time.Millisecond

// settle returns when everything that the depot holds now is decided. It runs a worker for that long: where a server runs
// as well, the lease decides which of the two works. report is told how many records are decided, and of how many.
func settle(ctx context.Context, db *database, depot *ledger.Depot, report func(done, total int64)) error {
	group, ctx := errgroup.WithContext(ctx)
	working, stopWorking := context.WithCancel(ctx)
	group.Go(func() error {
		err := ledger.NewWorker(depot, ledger.WorkerOptions{Logger: db.log}).Run(working)
		if working.Err() == nil {
			return fmt.Errorf("ledger worker stopped: %w", orUnexpected(err))
		}
		return nil // it was told to
	})
	group.Go(func() error {
		defer stopWorking()
		return watch(ctx, ledger.NewPStates(db.pool), report)
	})
	return group.Wait()
}

// watch returns when everything that the depot holds at its first look is decided. What a busy server goes on to
// append does not count.
func watch(ctx context.Context, pstates *ledger.PStates, report func(done, total int64)) error {
	ticker := time.NewTicker(statusInterval)
	defer ticker.Stop()
	var goal int64
	for first := true; ; first = false {
		status, err := pstates.ReadStatus(ctx)
		if err != nil {
			return err
		}
		if first {
			goal = status.Appended
		}
		report(min(status.Processed, goal), goal)
		if status.Processed >= goal {
			return nil
		}
		select {
		case <-ticker.C:
		case <-ctx.Done():
			return context.Cause(ctx)
		}
	}
}
