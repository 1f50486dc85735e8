package ledger

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"math"
	"sync"

	"github.com/jackc/pgx/v5"
	"github.com/jackc/pgx/v5/pgxpool"
	"golang.org/x/sync/errgroup"
)

// maxDeviations is how many deviations a report names.
const maxDeviations = 20

// VerifyOptions are all optional.
type VerifyOptions struct {
	// Progress is told how many of the decided records are compared, now and then and at the end. Verify waits for it.
	Progress func(done, total int64)
	// Head is a hash that an earlier Verify reported: the past that it stands for must still be there. Zero: none.
	Head Hash

	accounts int // held in memory; 0: recomputedAccounts
}

// Deviation is a place where a table is not what the depot makes of it.
type Deviation struct {
	Table     string // that deviates
	Partition int32  // of the record; -1: of none
	Offset    int64  // of the record; for funds the last one that names the account; -1: no record explains what is there
	UserID    int64  // the account; -1: none
	Reason    string
}

func (d Deviation) String() string {
	return fmt.Sprintf("%s: partition %d, offset %d, user %d: %s", d.Table, d.Partition, d.Offset, d.UserID, d.Reason)
}

// Report is what Verify found.
type Report struct {
	Records    int64       // decided records that were compared
	Head       Hash        // of the last microbatch: kept elsewhere, it is proof of all that was decided until now
	Deviations []Deviation // the first ones, in the order of decisions, then those of the funds, of the depot's end and of the lease; at most 20
}

// OK tells whether the tables are what the depot makes of them.
func (r Report) OK() bool { return len(r.Deviations) == 0 }

// Verify recomputes the PStates from the depot and compares them with the tables, in one snapshot, while everything else
// goes on. Of records that are not decided yet it looks whether they are there. What an append calls itself (append_token) is chosen by chance and decides
// nothing, so nothing is said of it. Verify reads each table once from one end to the other: Postgres sorts
// the histories for it, in temporary files as large as they are.
// Its memory is bounded; balances that do not fit are in a temporary table. A deviation is not an error: see
// Report.OK. A hole in the depot or in the list of microbatches ends the comparison, for nothing can be recomputed behind it.
func Verify(ctx context.Context, pool *pgxpool.Pool, options VerifyOptions) (Report, error) {
	v := &verification{options: options}
	err := pgx.BeginTxFunc(ctx, pool, pgx.TxOptions{IsoLevel: pgx.RepeatableRead}, func(tx pgx.Tx) error {
		v.tx = tx
		if err := v.run(ctx); err != nil {
			return err
		}
		return errVerified // nothing of this transaction is to stay
	})
	if !errors.Is(err, errVerified) {
		return Report{}, fmt.Errorf("verify: %w", unavailableIfBroken(err))
	}
	return v.report, nil
}

var errVerified = errors.New("verified")

// verification is one run of Verify. One goroutine reads, a stretch ahead of the one that recomputes and compares.
type verification struct {
	tx      pgx.Tx
	mu      sync.Mutex // guards tx while both goroutines run
	options VerifyOptions

	replay  replay // the reader's
	cursors [3]historyCursor

	recomputed recomputed
	report     Report
	chained    bool // rows of microbatches have hashes from here on
	headFound  bool
	stopped    bool // nothing can be recomputed any more
}

// portion is what the reader hands over: a stretch, the rows of the histories of the same positions, and what ends the replay.
type portion struct {
	stretch *stretch
	have    [3][]historyRow
	broken  *Deviation
}

// verifySettings let the histories be sorted in larger runs. A cursor's plan is for all of its rows.
const verifySettings = `SELECT set_config('plan_cache_mode', 'force_custom_plan', true), set_config('work_mem', '64MB', true),
    set_config('cursor_tuple_fraction', '1', true)`

func (v *verification) run(ctx context.Context) error {
	if err := v.open(ctx); err != nil {
		return err
	}
	if err := v.compareDecisions(ctx); err != nil || v.stopped {
		return err
	}
	if v.options.Head != (Hash{}) && !v.headFound {
		v.deviate(Deviation{"microbatches", -1, -1, -1,
			fmt.Sprintf("none has the hash %v: what it stood for was changed or is lost", v.options.Head)})
	}
	if err := v.compareFunds(ctx); err != nil {
		return err
	}
	if err := v.compareHeads(ctx); err != nil {
		return err
	}
	return v.compareLease(ctx)
}

// open begins to read.
func (v *verification) open(ctx context.Context) error {
	// The cursors open all PStates now, under locks that last: no Rebuild replaces one of them in between.
	statements := []string{verifySettings, createRecomputed, declareFunds}
	for i, history := range histories {
		statements = append(statements, history.declare)
		v.cursors[i].fetch = history.fetch
	}
	for _, sql := range statements {
		if _, err := v.tx.Exec(ctx, sql); err != nil {
			return err
		}
	}
	rows, _ := v.tx.Query(ctx, readProgress)
	want, err := pgx.CollectRows(rows, pgx.RowTo[int64])
	if err != nil {
		return err
	}
	v.replay = replay{want: want, next: make([]int64, len(want))}
	v.recomputed = recomputed{
		limit: cmp.Or(v.options.accounts, recomputedAccounts),
		table: pgx.Identifier{"recomputed_funds"}, read: readRecomputedFunds, write: writeRecomputedFunds,
	}
	return nil
}

// compareDecisions decides all records again and compares the chain and the histories.
func (v *verification) compareDecisions(ctx context.Context) error {
	portions := make(chan portion)
	group, ctx := errgroup.WithContext(ctx)
	group.Go(func() error {
		defer close(portions)
		return v.readPortions(ctx, portions)
	})
	group.Go(func() error {
		for p := range portions {
			if err := v.recompute(ctx, p); err != nil {
				return err
			}
		}
		return nil
	})
	return group.Wait()
}

// readPortions reads to the end, or to where the replay breaks off.
func (v *verification) readPortions(ctx context.Context, portions chan<- portion) error {
	for {
		p, more, err := v.readPortion(ctx)
		if err != nil {
			return err
		}
		select {
		case portions <- p:
		case <-ctx.Done():
			return ctx.Err()
		}
		if !more {
			return nil
		}
	}
}

func (v *verification) readPortion(ctx context.Context) (p portion, more bool, err error) {
	v.mu.Lock()
	defer v.mu.Unlock()
	if p.stretch, p.broken, err = v.replay.read(ctx, v.tx); err != nil {
		return p, false, err
	}
	more = p.broken == nil && len(p.stretch.rows) > 0
	if p.broken == nil && !more {
		p.broken = v.replay.ended()
	}
	until := sum(v.replay.next)
	if !more && p.broken == nil {
		until = math.MaxInt64 // what is left has no record
	}
	for i := range v.cursors {
		// More than there are records and deviations to report need not be read.
		limit := len(p.stretch.rows) + maxDeviations + 1
		if p.have[i], err = v.cursors[i].take(ctx, v.tx, until, limit); err != nil {
			return p, false, err
		}
		more = more && len(p.have[i]) < limit
	}
	return p, more, nil
}

// recompute decides a stretch again and compares.
func (v *verification) recompute(ctx context.Context, p portion) error {
	v.mu.Lock()
	all, err := v.recomputed.load(ctx, v.tx, p.stretch.rows)
	v.mu.Unlock()
	if err != nil {
		return err
	}
	outcomes := decide(all, p.stretch.rows)
	v.compareLinks(p.stretch, outcomes)
	for i := range histories {
		v.compareHistory(i, p.have[i], p.stretch.rows, outcomes)
	}
	v.report.Records += int64(len(p.stretch.rows))
	if v.options.Progress != nil && len(p.stretch.rows) > 0 {
		v.options.Progress(v.report.Records, sum(v.replay.want))
	}
	if p.broken != nil {
		v.deviate(*p.broken)
		v.stopped = true
	}
	return nil
}

// deviate notes a deviation.
func (v *verification) deviate(d Deviation) {
	if len(v.report.Deviations) < maxDeviations {
		v.report.Deviations = append(v.report.Deviations, d)
	}
}
