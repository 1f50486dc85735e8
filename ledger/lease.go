package ledger

import (
	"context"
	"errors"
	"fmt"
	"sync/atomic"
	"time"

	"github.com/jackc/pgx/v5"
)

// term is the time in which a worker holds the lease without interruption. Its epoch is the fence: whoever takes the
// lease later raises the epoch in progress, and then no microbatch of this term can be applied any more, however
// late its statements arrive.
type term struct {
	epoch int64
	clock clock

	othersListen func() bool // who are to be told what is settled

	use chan struct{} // has a token while the term is used: by its worker, or by an append that decides what it appends

	current atomic.Bool // an append has found that the depot holds nothing else, since the worker looked last

	// All below belongs to who uses it.

	next []int64 // for each partition, the offset to be decided next; its worker moves it as it ceases to use the term
	hash Hash    // of the last microbatch, committed or under way

	memory memory
}

// leaseFree is for $1, a worker, and $2, the most that is left of a lease. More is left where the clock of the database was set back, as by a
// failover to a node whose clock is behind: whoever set the lease then may be gone, and would be waited for as long. If it is not, its term ends.
const leaseFree = `(expires_at <= now() OR worker_id = $1 OR expires_at > now() + $2::interval)`

const takeLease = `UPDATE lease SET epoch = epoch + 1, worker_id = $1, expires_at = now() + $3::interval
WHERE id = 1 AND ` + leaseFree + `
RETURNING epoch, expires_at`

const raiseEpoch = `UPDATE progress SET epoch = $2 WHERE partition = $1 RETURNING next_offset`

const readLeaseRemaining = `SELECT CASE WHEN ` + leaseFree + ` THEN 0 ELSE extract(epoch FROM expires_at - now())::float8 END
FROM lease WHERE id = 1`

// clockMargin is by how much the clock of the database may be set back, or a transaction be older than the one that it waited for, without a
// lease being taken for one from the future.
const clockMargin = time.Second

// longestLease is the most that can be left of a lease, as far as this worker knows.
func (w *Worker) longestLease() time.Duration { return max(w.lease, DefaultLease) + clockMargin }

// candidatePause is how often, at least, a worker that waits for the lease looks whether it is free, and tells that it is there.
const candidatePause = time.Second

// campaign waits until the lease is free or its own, takes it, and returns the new term.
func (w *Worker) campaign(ctx context.Context) (*term, error) {
	for {
		remaining, err := w.leaseRemaining(ctx)
		if err != nil {
			return nil, err
		}
		if remaining == 0 {
			if t, err := w.takeLease(ctx); err != nil || t != nil {
				return t, err
			}
			continue // another was faster
		}
		if err := w.tellPresence(ctx); err != nil {
			return nil, err
		}
		// A millisecond more than what remains, and not for long, should the lease be shortened.
		pause := time.NewTimer(min(remaining+time.Millisecond, candidatePause))
		select {
		case <-pause.C:
		case <-w.released:
		case <-ctx.Done():
			pause.Stop()
			return nil, ctx.Err()
		}
		pause.Stop()
	}
}

// leaseRemaining returns how long another worker holds the lease, 0 when nobody does.
func (w *Worker) leaseRemaining(ctx context.Context) (time.Duration, error) {
	ctx, cancel := context.WithTimeout(ctx, w.answerWithin)
	defer cancel()
	var seconds float64
	err := w.depot.pool.QueryRow(ctx, readLeaseRemaining, w.id, w.longestLease()).Scan(&seconds)
	return time.Duration(seconds * float64(time.Second)), err
}

// tellPresence lets the holder of the lease know that somebody listens.
func (w *Worker) tellPresence(ctx context.Context) error {
	ctx, cancel := context.WithTimeout(ctx, w.answerWithin)
	defer cancel()
	_, err := w.depot.pool.Exec(ctx, notify, noteHere)
	return err
}

// errHeld means that another worker holds the lease.
var errHeld = errors.New("lease is held")

// takeLease returns nil when another worker holds the lease. Raising the epoch waits for a microbatch that still runs,
// and reads what it left.
func (w *Worker) takeLease(ctx context.Context) (*term, error) {
	ctx, cancel := context.WithTimeout(ctx, w.answerWithin)
	defer cancel()
	t := &term{memory: newMemory(w.depot.pool), use: make(chan struct{}, 1), othersListen: w.depot.waiters.othersListen}
	t.use <- struct{}{}
	err := pgx.BeginFunc(ctx, w.depot.pool, func(tx pgx.Tx) error {
		if _, err := tx.Exec(ctx, transactionSettings); err != nil {
			return err
		}
		var expiry time.Time
		err := tx.QueryRow(ctx, takeLease, w.id, w.longestLease(), w.lease).Scan(&t.epoch, &expiry)
		if errors.Is(err, pgx.ErrNoRows) {
			return errHeld
		}
		if err != nil {
			return err
		}
		t.clock.set(expiry.Add(-w.lease))
		partitions, err := countPartitions(ctx, tx)
		if err != nil {
			return err
		}
		t.next = make([]int64, partitions)
		for p := range t.next { // ascending, as microbatches do: no circle of waiting
			if err := tx.QueryRow(ctx, raiseEpoch, p, t.epoch).Scan(&t.next[p]); err != nil {
				return err
			}
		}
		t.hash, err = lastHash(ctx, tx)
		return err
	})
	if errors.Is(err, errHeld) {
		return nil, nil
	}
	if err != nil {
		return nil, fmt.Errorf("take the lease: %w", err)
	}
	w.logger.Info("ledger worker took the lease", "worker", w.id, "epoch", t.epoch)
	return t, nil
}

const renewLease = `UPDATE lease SET expires_at = now() + $3::interval WHERE id = 1 AND worker_id = $1 AND epoch = $2
RETURNING expires_at`

// renew prolongs the lease. It returns errFenced when another worker has it.
func (w *Worker) renew(ctx context.Context, t *term) error {
	ctx, cancel := context.WithTimeout(ctx, w.answerWithin)
	defer cancel()
	var expiry time.Time
	err := w.depot.pool.QueryRow(ctx, renewLease, w.id, t.epoch, w.lease).Scan(&expiry)
	if errors.Is(err, pgx.ErrNoRows) {
		return errFenced
	}
	if err == nil {
		t.clock.set(expiry.Add(-w.lease))
	}
	return err
}

// clock tells the time of the database, as it was heard of last, to some milliseconds. It is safe for concurrent use.
type clock struct{ ahead atomic.Int64 }

func (c *clock) set(now time.Time) { c.ahead.Store(int64(time.Until(now))) }

// now has the resolution of Postgres.
func (c *clock) now() time.Time {
	return time.Now().Add(time.Duration(c.ahead.Load())).Round(0).Truncate(time.Microsecond)
}

const releaseLease = `WITH released AS (
    UPDATE lease SET expires_at = '-infinity' WHERE id = 1 AND worker_id = $1 RETURNING id
)
SELECT pg_notify('` + channel + `', '` + noteReleased + `') FROM released`

// release lets another worker take over at once. Failing that, the lease runs out.
func (w *Worker) release(ctx context.Context) {
	ctx, cancel := context.WithTimeout(ctx, time.Second)
	defer cancel()
	if _, err := w.depot.pool.Exec(ctx, releaseLease, w.id); err != nil {
		w.logger.Warn("ledger worker could not release its lease", "worker", w.id, "error", err)
	}
}
