package ledger

import (
	"context"
	"errors"
	"fmt"

	"github.com/jackc/pgx/v5"
	"github.com/jackc/pgx/v5/pgxpool"
)

const (
	// verifyChunk is how many records Verify recomputes at a time, up to the end of a microbatch: at most as many again.
	verifyChunk = 10_000
	// maxDeviations is how many deviations a report names.
	maxDeviations = 20
	// linkPage is how many rows of microbatches are read at a time: each has up to 80 kB of digests.
	linkPage = 100
)

// VerifyOptions are all optional.
type VerifyOptions struct {
	// Progress is told how many of the decided records are compared, now and then and at the end. Verify waits for it.
	Progress func(done, total int64)
	// Head is a hash that an earlier Verify reported: the past that it stands for must still be there. Zero: none.
	Head Hash
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
	Deviations []Deviation // the first ones, in the order of decisions and then those of the funds; at most 20
}

// OK tells whether the tables are what the depot makes of them.
func (r Report) OK() bool { return len(r.Deviations) == 0 }

// Verify recomputes the PStates from the depot and compares them with the tables, in one snapshot, while everything else
// goes on. Its memory is bounded; the balances it recomputes are in a temporary table. A deviation is not an error: see
// Report.OK. A hole in the depot or in the list of microbatches ends the comparison, for nothing can be recomputed behind it.
func Verify(ctx context.Context, pool *pgxpool.Pool, options VerifyOptions) (Report, error) {
	v := &verification{progress: options.Progress, expectedHead: options.Head}
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

// verification is one run of Verify.
type verification struct {
	tx       pgx.Tx
	progress func(done, total int64)
	report   Report
	total    int64    // decided records according to progress
	want     []int64  // progress of each partition, as progress says
	next     []int64  // progress of each partition, as recomputed so far
	found    [3]int64 // rows that are as expected or deviate, of each history
	stopped  bool     // nothing can be recomputed any more

	chained      bool // rows of microbatches have hashes from here on
	expectedHead Hash
	headFound    bool
}

const verifySettings = `SELECT set_config('plan_cache_mode', 'force_custom_plan', true)`

const createRecomputed = `CREATE TEMPORARY TABLE recomputed_funds (
    user_id       bigint  PRIMARY KEY,
    balance_minor bigint  NOT NULL,
    depot_offset  bigint  NOT NULL, -- of the last record that names the account
    partition     integer NOT NULL
) WITH (fillfactor = 70) ON COMMIT DROP`

func (v *verification) run(ctx context.Context) error {
	for _, sql := range [...]string{verifySettings, createRecomputed} {
		if _, err := v.tx.Exec(ctx, sql); err != nil {
			return err
		}
	}
	rows, _ := v.tx.Query(ctx, readProgress)
	want, err := pgx.CollectRows(rows, pgx.RowTo[int64])
	if err != nil {
		return err
	}
	v.want, v.next, v.total = want, make([]int64, len(want)), sum(want)

	if err := v.replay(ctx); err != nil || v.stopped {
		return err
	}
	if v.expectedHead != (Hash{}) && !v.headFound {
		v.deviate(Deviation{"microbatches", -1, -1, -1, fmt.Sprintf("none has the hash %v: what it stood for was changed or is lost", v.expectedHead)})
	}
	for p := range v.want {
		if v.next[p] != v.want[p] {
			v.stop("progress", int32(p), v.next[p], fmt.Sprintf("is %d, the microbatches end at %d", v.want[p], v.next[p]))
			return nil
		}
	}
	if err := v.findUnexpected(ctx); err != nil {
		return err
	}
	return v.compareFunds(ctx)
}

// deviate notes a deviation.
func (v *verification) deviate(d Deviation) {
	if len(v.report.Deviations) < maxDeviations {
		v.report.Deviations = append(v.report.Deviations, d)
	}
}

// stop notes a deviation behind which nothing can be recomputed.
func (v *verification) stop(table string, partition int32, offset int64, reason string) {
	v.deviate(Deviation{Table: table, Partition: partition, Offset: offset, UserID: -1, Reason: reason})
	v.stopped = true
}
