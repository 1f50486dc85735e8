package ledger

import (
	"context"
	"errors"
	"fmt"
	"strings"
	"time"

	"github.com/jackc/pgx/v5"
	"github.com/jackc/pgx/v5/pgconn"
)

const (
	// appendTimeout bounds one attempt to commit a group, most of all its wait for the lock on a head.
	appendTimeout = 30 * time.Second
	// appendRetryFor is how long a group is tried again after its first attempt failed.
	appendRetryFor = 4 * time.Second
)

// errStalePartitions means that the number of partitions this process knows is no longer true.
var errStalePartitions = errors.New("the number of partitions has changed")

// drain commits group after group until nobody waits. Each group is what arrived while the last one was under way.
func (d *Depot) drain(ctx context.Context) {
	for group := d.line.next(); group != nil; group = d.line.next() {
		d.commit(ctx, group)
	}
}

// commit brings a group into the depot, and answers each of its calls.
//
// It repeats an attempt that failed for a reason that may pass, also one whose commit got no answer: ids are unique and the
// lock on the head makes a repetition wait for the end of its predecessor, so it finds the truth. When the data of one
// call made a statement fail, each call is tried alone, so that none suffers from its neighbours.
func (d *Depot) commit(ctx context.Context, group []*call) {
	giveUp := time.Now().Add(appendRetryFor)
	committing := false
	for attempt := 0; ; attempt++ {
		d.line.attempts()
		err := d.attempt(ctx, group, &committing)
		d.line.setAway(err)
		switch {
		case err == nil:
			for _, c := range group {
				close(c.done)
			}
			return
		case len(group) > 1 && isDataError(err):
			for i := range group {
				d.commit(ctx, group[i:i+1])
			}
			return
		case errors.Is(err, errStalePartitions):
			d.partitions.Store(0)
		case !transient(err) && ctx.Err() == nil:
			fail(group, fmt.Errorf("append: %w", err))
			return
		}
		pause := backoff(attempt)
		if time.Now().Add(pause).After(giveUp) || sleep(ctx, pause) != nil {
			fail(group, unavailable(err, committing))
			return
		}
	}
}

// unavailable is the answer to the calls of a group that is given up.
func unavailable(err error, committing bool) error {
	if committing {
		return fmt.Errorf("append: %w: %w: %w", ErrUnavailable, ErrOutcomeUnknown, err)
	}
	return fmt.Errorf("append: %w: %w", ErrUnavailable, err)
}

func fail(group []*call, err error) {
	for _, c := range group {
		c.receipts, c.err = nil, err
		close(c.done)
	}
}

// attempt runs one transaction for a group, and sets receipts or err of each call. Its own error concerns all of them. It sets
// committing when it has sent a commit that may have taken effect though there was no answer: from then on the depot is looked up.
func (d *Depot) attempt(ctx context.Context, group []*call, committing *bool) error {
	ctx, cancel := context.WithTimeout(ctx, appendTimeout)
	defer cancel()
	if d.lookups == 0 && !*committing {
		err := d.appendDecided(ctx, group, committing)
		if errors.Is(err, errApart) {
			err = d.appendFresh(ctx, group, committing)
		}
		if err == nil {
			return d.lookUpConflicts(ctx, group, committing)
		}
		if !isDataError(err) {
			return err
		}
	}
	return d.appendKnown(ctx, group, committing)
}

// lookUpConflicts looks up the calls of a group that contradict themselves or one before them. Only the depot tells which of their records is the
// first that does not fit, and what that should be.
func (d *Depot) lookUpConflicts(ctx context.Context, group []*call, committing *bool) error {
	var refused []*call
	for _, c := range group {
		if c.err != nil {
			refused = append(refused, c)
		}
	}
	if len(refused) == 0 {
		return nil
	}
	*committing = len(refused) < len(group) // the others are appended, should this fail
	return d.appendKnown(ctx, refused, committing)
}

// appendKnown appends a group of which the depot may hold records, in two round trips: one looks them up, the other appends what is new. Nothing is
// locked in between. What others append meanwhile the unique key refuses, and it is looked up again: each time there is more of it, so that ends.
func (d *Depot) appendKnown(ctx context.Context, group []*call, committing *bool) error {
	for {
		err := d.lookUpAndAppend(ctx, group, committing)
		switch {
		case isRefused(err, "depot_heads"):
			return errStalePartitions
		case !isKnown(err):
			return err
		}
	}
}

func (d *Depot) lookUpAndAppend(ctx context.Context, group []*call, committing *bool) error {
	conn, err := d.pool.Acquire(ctx)
	if err != nil {
		return err
	}
	defer conn.Release() // closes the connection if it is left in a transaction
	partitions, err := d.loadPartitions(ctx, conn)
	if err != nil {
		return err
	}
	a := newAppending(partitions)
	es := make([][]entry, len(group))
	for i, c := range group {
		es[i] = c.entries
	}
	b := &pgx.Batch{}
	queueBegin(b)
	a.queueLookups(b, es...)
	b.Queue("commit")
	if err := conn.SendBatch(ctx, b).Close(); err != nil {
		return err
	}
	d.lookups = max(d.lookups-1, 0)
	if a.found > 0 {
		d.lookups = lookupsAfterReplay
	}
	return d.appendNew(ctx, conn.Conn(), a, group, committing)
}

// isKnown tells whether the depot has refused a record that it holds. A cluster puts the number of a shard behind the constraint's name.
func isKnown(err error) bool {
	var refused *pgconn.PgError
	return errors.As(err, &refused) && refused.Code == uniqueViolation && strings.HasPrefix(refused.ConstraintName, "depot_record_key")
}

const uniqueViolation = "23505"

const readPartitions = `SELECT partitions FROM depot_heads WHERE partition = 0`

// rowQuerier is a pool, a connection or a transaction.
type rowQuerier interface {
	QueryRow(ctx context.Context, sql string, args ...any) pgx.Row
}

// loadPartitions returns the number of partitions. It is read once: appends check it under the lock.
func (d *Depot) loadPartitions(ctx context.Context, q rowQuerier) (int32, error) {
	if n := d.partitions.Load(); n > 0 {
		return n, nil
	}
	n, err := countPartitions(ctx, q)
	if err == nil {
		d.partitions.Store(n)
	}
	return n, err
}

func countPartitions(ctx context.Context, q rowQuerier) (n int32, err error) {
	if err := q.QueryRow(ctx, readPartitions).Scan(&n); err != nil {
		return 0, fmt.Errorf("read partitions: %w", err)
	}
	return n, nil
}
