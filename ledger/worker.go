package ledger

import (
	"context"
	"crypto/rand"
	"errors"
	"fmt"
	"log/slog"
	"os"
	"time"

	"github.com/jackc/pgx/v5/pgconn"
	"golang.org/x/sync/errgroup"
)

const (
	// DefaultLease is how long a worker that is not heard of keeps the others waiting.
	DefaultLease = 3 * time.Second
	// DefaultBatchSize is the most records that one microbatch decides.
	DefaultBatchSize = 10_000
)

// WorkerOptions are all optional.
type WorkerOptions struct {
	ID        string        // names the worker in ReadStatus; "": host, process and a random suffix. Must be unique.
	Lease     time.Duration // 0: DefaultLease. One that is longer than that must be the same in all processes: see leaseFree.
	BatchSize int           // 1 to DefaultBatchSize records; 0: DefaultBatchSize
	Logger    *slog.Logger  // nil: slog.Default()
}

// Worker decides the records of the depot, one microbatch after the other.
//
// Every process may run one: the holder of the lease works, the others wait for it to end or to fall silent. It gets along with a pool of one
// connection; with four of them it does not wait for the appends and microbatches of its own process. The one by which it listens is not the pool's.
type Worker struct {
	depot     *Depot
	id        string
	lease     time.Duration
	batchSize int
	logger    *slog.Logger
	released  chan struct{} // holds a token when the lease may have become free

	answerWithin time.Duration // what Postgres does not answer by then fails: a connection may have gone silent without an end
}

// NewWorker returns a worker for the depot's database. Options out of range are replaced by the nearest in it.
func NewWorker(depot *Depot, options WorkerOptions) *Worker {
	w := &Worker{
		depot:     depot,
		id:        options.ID,
		lease:     options.Lease,
		batchSize: options.BatchSize,
		logger:    options.Logger,
		released:  make(chan struct{}, 1),

		answerWithin: appendTimeout,
	}
	if w.id == "" {
		host, _ := os.Hostname() // without a name the rest of the id is still unique
		w.id = fmt.Sprintf("%s-%d-%s", host, os.Getpid(), rand.Text()[:8])
	}
	if w.lease <= 0 {
		w.lease = DefaultLease
	}
	if w.batchSize <= 0 || w.batchSize > DefaultBatchSize {
		w.batchSize = DefaultBatchSize
	}
	if w.logger == nil {
		w.logger = slog.Default()
	}
	return w
}

// Run works until ctx ends and then returns nil, having given up the lease. It survives restarts of Postgres, broken
// connections and the loss of the lease. Any other error returned is one that repetition does not heal: ErrCorrupt, or a
// statement that the database refuses.
func (w *Worker) Run(ctx context.Context) error {
	group, ctx := errgroup.WithContext(ctx)
	group.Go(func() error { return w.depot.listen(ctx, w) })
	group.Go(func() error { return w.work(ctx) })
	return group.Wait()
}

// work serves one term after the other.
func (w *Worker) work(ctx context.Context) error {
	var p perseverance
	for {
		started := time.Now()
		err := w.serve(ctx)
		if ctx.Err() != nil {
			w.release(context.WithoutCancel(ctx))
			return nil //nolint:nilerr // the end of ctx is the regular end
		}
		if errors.Is(err, errFenced) {
			w.logger.Warn("ledger worker lost its lease", "worker", w.id)
			p = perseverance{}
			continue
		}
		if time.Since(started) > w.lease {
			p = perseverance{} // it worked for a while: a new trouble, not the same
		}
		if !p.goesOn(err) {
			return fmt.Errorf("ledger worker: %w", err)
		}
		if p.failures == 1 {
			w.logger.Warn("ledger worker tries again", "worker", w.id, "error", err)
		}
		_ = sleep(ctx, backoff(p.failures-1)) // the next term notices the end of ctx
	}
}

// mostNodeErrors is how many terms in a row, some seconds, a cluster may end by what it says of a node without a code: one that is lost soon shows by
// other errors, and a row that is refused for ever does not.
const mostNodeErrors = 20

// perseverance counts the failures of terms in a row.
type perseverance struct{ failures, ofNodes int }

// goesOn counts a failure, and tells whether there is to be another term.
func (p *perseverance) goesOn(err error) bool {
	p.failures++
	p.ofNodes++
	var pg *pgconn.PgError
	if !errors.As(err, &pg) || !ofNode(pg) {
		p.ofNodes = 0
	}
	return transient(err) && p.ofNodes < mostNodeErrors
}

// microbatch decides what the depot holds next, at most batchSize records, and returns how many.
func (w *Worker) microbatch(ctx context.Context, t *term) (int, error) {
	mb := t.begin(t.next)
	if _, err := w.fill(ctx, t, mb); err != nil || len(mb.rows) == 0 {
		return 0, err
	}
	if err := w.commit(ctx, t.send(mb, nil)); err != nil {
		return 0, err
	}
	t.next = mb.next
	return len(mb.rows), nil
}
