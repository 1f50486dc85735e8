package ledger

import (
	"cmp"
	"context"
	"fmt"
	"time"

	"github.com/jackc/pgx/v5"
	"github.com/jackc/pgx/v5/pgxpool"
	"golang.org/x/sync/errgroup"
)

const (
	// rebuildRounds bounds how often Rebuild goes after a worker that is as fast as itself.
	rebuildRounds = 20
	// swapAttempts bounds how often Rebuild tries to get hold of tables that somebody reads for long. Each takes a second, and a pause.
	swapAttempts = 100
	// cleanUpTimeout bounds what is done after an error.
	cleanUpTimeout = 10 * time.Second
)

// RebuildOptions are all optional.
type RebuildOptions struct {
	// Progress is told how many of the decided records are in the new tables, now and then and at the end. Rebuild waits for it.
	Progress func(done, total int64)
	// IgnoreChain rebuilds from records that are not those of the hash chain. The chain stays as it is, so Verify goes on to name them.
	IgnoreChain bool

	accounts int // held in memory; 0: recomputedAccounts
}

// Rebuild makes the PStates anew, from the depot and the microbatches, and returns how many records they have then.
//
// The new tables are filled beside the old, which serve as before, and the worker goes on. At the end one transaction ends the worker's term, adds what
// was decided meanwhile, and puts the new tables in the place of the old; readers and the next term wait for it, for well below a second.
// It gives way to who reads for long, such as Verify, and tries again. An error leaves the old tables as they were. What a killed process leaves
// behind takes space, and the next Rebuild clears it.
//
// Where the records are not those of the hash chain, or microbatches or records are missing, the error is ErrCorrupt: Verify tells more.
// A second Rebuild at the same time returns ErrRebuilding. Rights that others were granted on the tables stay; what else was added to them
// besides the migrations is lost, and a view of them makes it fail. Its pool needs two connections.
func Rebuild(ctx context.Context, pool *pgxpool.Pool, options RebuildOptions) (records int64, err error) {
	err = pool.AcquireFunc(ctx, func(conn *pgxpool.Conn) error {
		var locked bool
		if err := conn.QueryRow(ctx, lockRebuild).Scan(&locked); err != nil {
			return err
		}
		if !locked {
			return ErrRebuilding
		}
		r := &rebuilding{pool: pool, conn: conn, options: options}
		err := r.run(ctx)
		r.cleanUp(context.WithoutCancel(ctx))
		records = sum(r.replay.next)
		return err
	})
	if err != nil {
		return 0, fmt.Errorf("rebuild: %w", unavailableIfBroken(err))
	}
	return records, nil
}

// rebuilding is one run of Rebuild.
type rebuilding struct {
	pool    *pgxpool.Pool
	conn    *pgxpool.Conn // holds the lock
	options RebuildOptions

	replay     replay
	recomputed recomputed
	head       Hash // of the last microbatch in the new tables
	chained    bool // rows of microbatches have hashes from here on
}

func (r *rebuilding) run(ctx context.Context) error {
	if err := r.create(ctx); err != nil {
		return err
	}
	if err := r.fill(ctx); err != nil {
		return err
	}
	if err := r.index(ctx); err != nil {
		return err
	}
	return r.replace(ctx)
}

// cleanUp drops what is not in its place, and gives up the lock. A connection that is broken, as it is when ctx ended, has lost the lock: then
// another has to get it. What cannot be dropped is left to the next Rebuild.
func (r *rebuilding) cleanUp(ctx context.Context) {
	ctx, cancel := context.WithTimeout(ctx, cleanUpTimeout)
	defer cancel()
	if !r.conn.Conn().IsClosed() {
		dropAndUnlock(ctx, r.conn.Conn())
		return
	}
	_ = r.pool.AcquireFunc(ctx, func(conn *pgxpool.Conn) error {
		var locked bool
		if err := conn.QueryRow(ctx, lockRebuild).Scan(&locked); err == nil && locked {
			dropAndUnlock(ctx, conn.Conn())
		}
		return nil
	})
}

func dropAndUnlock(ctx context.Context, conn *pgx.Conn) {
	_, _ = conn.Exec(ctx, dropRebuilt)
	if _, err := conn.Exec(ctx, unlockRebuild); err != nil {
		_ = conn.Close(ctx) // ends the session, and its lock
	}
}

// create makes the new tables, and drops what an interrupted Rebuild left.
func (r *rebuilding) create(ctx context.Context) error {
	r.recomputed = recomputed{
		limit: cmp.Or(r.options.accounts, recomputedAccounts),
		table: pgx.Identifier{"rebuilt", "funds"}, read: readRebuiltFunds, write: writeRebuiltFunds,
	}
	return pgx.BeginFunc(ctx, r.conn, func(tx pgx.Tx) error {
		for _, sql := range append([]string{clusterSettings, dropRebuilt}, createRebuilt[:]...) {
			if _, err := tx.Exec(ctx, sql); err != nil {
				return err
			}
		}
		if err := execReturned(ctx, tx, readSamples); err != nil {
			return err
		}
		var cluster bool
		if err := tx.QueryRow(ctx, clusterPresent).Scan(&cluster); err != nil {
			return err
		}
		if cluster {
			if err := distribute(ctx, tx); err != nil {
				return err
			}
		}
		if err := execReturned(ctx, tx, readGrants); err != nil {
			return err
		}
		rows, _ := tx.Query(ctx, readProgress)
		want, err := pgx.CollectRows(rows, pgx.RowTo[int64])
		r.replay = replay{next: make([]int64, len(want)), want: want}
		return err
	})
}

// execReturned executes the statements that a query returns.
func execReturned(ctx context.Context, tx pgx.Tx, query string) error {
	rows, _ := tx.Query(ctx, query)
	statements, err := pgx.CollectRows(rows, pgx.RowTo[string])
	if err != nil {
		return err
	}
	for _, sql := range statements {
		if _, err := tx.Exec(ctx, sql); err != nil {
			return err
		}
	}
	return nil
}

// distribute spreads the new tables over a cluster.
func distribute(ctx context.Context, tx pgx.Tx) error {
	for _, sql := range distributeRebuilt {
		if _, err := tx.Exec(ctx, sql); err != nil {
			return err
		}
	}
	return nil
}

// fill brings the new tables up to the progress that is wanted, a transaction a stretch. One goroutine reads, a stretch ahead.
func (r *rebuilding) fill(ctx context.Context) error {
	stretches := make(chan *stretch)
	total := sum(r.replay.want)
	group, ctx := errgroup.WithContext(ctx)
	group.Go(func() error {
		defer close(stretches)
		for sum(r.replay.next) < total {
			s, err := r.read(ctx, r.pool)
			if err != nil {
				return err
			}
			select {
			case stretches <- s:
			case <-ctx.Done():
				return ctx.Err()
			}
		}
		return nil
	})
	group.Go(func() error {
		for s := range stretches {
			err := pgx.BeginFunc(ctx, r.conn, func(tx pgx.Tx) error { return r.write(ctx, tx, s) })
			if err != nil {
				return err
			}
			if r.options.Progress != nil {
				last := &s.rows[len(s.rows)-1]
				r.options.Progress(last.position+1, total)
			}
		}
		return nil
	})
	return group.Wait()
}

// read returns the next stretch, of which there must be one.
func (r *rebuilding) read(ctx context.Context, q reader) (*stretch, error) {
	s, broken, err := r.replay.read(ctx, q)
	if err != nil {
		return nil, err
	}
	if broken == nil && len(s.rows) == 0 {
		broken = r.replay.ended()
	}
	if broken != nil {
		return nil, fmt.Errorf("%w: %v", ErrCorrupt, broken)
	}
	return s, nil
}

// write decides a stretch and adds it to the new tables.
func (r *rebuilding) write(ctx context.Context, tx pgx.Tx, s *stretch) error {
	all, err := r.recomputed.load(ctx, tx, s.rows)
	if err != nil {
		return err
	}
	outcomes := decide(all, s.rows)
	if err := r.check(s, outcomes); err != nil {
		return err
	}
	for _, to := range rebuiltHistories {
		source := &historySource{rows: s.rows, outcomes: outcomes, kind: to.kind, values: to.values, next: -1}
		if _, err := tx.CopyFrom(ctx, to.table, to.columns, source); err != nil {
			return err
		}
	}
	return nil
}

// check compares the stretch with the hash chain.
func (r *rebuilding) check(s *stretch, outcomes []outcome) error {
	var first *Deviation
	s.parts(outcomes, func(stored link, rows []depotRow, outcomes []outcome) {
		d := r.compare(stored, rows, outcomes)
		if first == nil {
			first = d
		}
	})
	if first == nil || r.options.IgnoreChain {
		return nil
	}
	return fmt.Errorf("%w: %v", ErrCorrupt, first)
}

func (r *rebuilding) compare(stored link, rows []depotRow, outcomes []outcome) *Deviation {
	if stored.digests == nil {
		return stored.missing(r.chained, rows)
	}
	d := stored.differs(r.head, rows, outcomes)
	r.head, r.chained = stored.hash, true
	return d
}
