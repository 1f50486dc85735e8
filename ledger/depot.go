package ledger

import (
	"context"
	"fmt"
	"math/rand/v2"
	"sync"
	"sync/atomic"

	"github.com/jackc/pgx/v5/pgxpool"
)

// MaxAppend is the number of records that one call of Append takes. AppendTx takes any number.
const MaxAppend = 10_000

// Depot appends records, and waits until they are decided.
//
// It is safe for concurrent use and must not be copied. A process needs one for each database: concurrent appends of one
// Depot are committed in groups, and a Worker made from it wakes its waiters without a detour through Postgres.
type Depot struct {
	pool *pgxpool.Pool

	partitions atomic.Int32  // 0: not read yet
	appended   chan struct{} // holds a token when the depot may have grown; the Worker of this Depot takes it
	handedOver chan struct{} // holds a token when handed may hold more
	handed     handed
	line       line
	waiters    waiters
	decided    decided
	idle       atomic.Pointer[idleTerm]

	// Both belong to the drain goroutine.

	lookups int // how many groups are to be looked up first
	apart   int // how many groups are to be decided apart from their append

	goroutines sync.WaitGroup
	spawn      func(func(ctx context.Context)) // runs a function that Close cancels and waits for
	cancel     context.CancelFunc              // of all that spawn started
}

// NewDepot returns a depot on a migrated database. It starts nothing: its goroutines run while calls are under way.
func NewDepot(pool *pgxpool.Pool) *Depot {
	d := &Depot{pool: pool, appended: make(chan struct{}, 1), handedOver: make(chan struct{}, 1)}
	ctx, cancel := context.WithCancel(context.Background())
	d.cancel = cancel
	d.spawn = func(run func(context.Context)) { d.goroutines.Go(func() { run(ctx) }) }
	return d
}

// Close refuses further appends, fails those under way with ErrUnavailable, and returns when nothing of the Depot runs
// any more. Waits go on until their own context ends. The pool stays open. Calling Close again does nothing.
func (d *Depot) Close() {
	d.line.close()
	d.waiters.close()
	d.cancel()
	d.goroutines.Wait()
}

// Append puts records into the depot, all or none, in order, and returns where it holds each. When it returns they are
// durable; Wait waits for their decision.
//
// A record that the depot holds already with the same content is not appended again: its receipt is that of the original,
// Replayed. With other content, nothing of the call is appended and the error is a *ConflictError. A record that cannot
// be accepted is refused with an *InvalidError. A call that loses its connection is repeated for a few seconds; its
// own records do not count as Replayed.
//
// When ctx ends before the records are sent, nothing of them is appended; after that the error is ErrOutcomeUnknown besides
// ctx.Err(). Postgres out of reach, also when that is why ctx ended, or too many waiting records, is ErrUnavailable; so is a ctx
// that ends when Postgres has not answered for three seconds, be it silent or an append waiting for a transaction that holds the depot. Every call is
// safe to repeat.
func (d *Depot) Append(ctx context.Context, records ...Record) ([]Receipt, error) {
	if len(records) == 0 {
		return nil, nil
	}
	if len(records) > MaxAppend {
		return nil, &InvalidError{Index: MaxAppend, Field: "records", Reason: fmt.Sprintf("must not be more than %d", MaxAppend)}
	}
	es, err := entries(records)
	if err != nil {
		return nil, err
	}
	c := &call{entries: es, token: newToken(), done: make(chan struct{})}
	if err := d.line.join(c, func() { d.spawn(d.drain) }); err != nil {
		return nil, fmt.Errorf("append: %w", err)
	}

	select {
	case <-c.done:
		return c.receipts, c.err
	case <-ctx.Done():
	}
	left, away := d.line.leave(c)
	err = ctx.Err()
	if away != nil {
		err = fmt.Errorf("%w: %w: %w", ErrUnavailable, err, away)
	}
	if left {
		return nil, fmt.Errorf("append: %w", err)
	}
	select {
	case <-c.done: // both were ready: the answer is worth more
		return c.receipts, c.err
	default:
		return nil, fmt.Errorf("append: %w: %w", ErrOutcomeUnknown, err)
	}
}

// wakeWorker tells the Worker of this Depot that there may be records. It never blocks.
func (d *Depot) wakeWorker() { signal(d.appended) }

// signal puts a token into a channel that holds one, unless there is one.
func signal(c chan<- struct{}) {
	select {
	case c <- struct{}{}:
	default:
	}
}

// newToken names a call by 63 random bits, so that it knows its own rows again after it lost its connection.
func newToken() int64 { return rand.Int64() }
