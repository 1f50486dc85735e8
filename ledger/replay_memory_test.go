package ledger

import (
	"context"
	"errors"
	"runtime"
	"testing"

	"github.com/jackc/pgx/v5"
	"github.com/jackc/pgx/v5/pgxpool"

	"github.com/clumpql/clumpql/internal/pgtest"
)

// The statements make a ledger of $1 records in no time: of ten one is a deposit and nine are transfers, some of which are refused. The microbatches are such as
// from before there was a chain.
const (
	appendDirectly = `INSERT INTO depot (partition, depot_offset, user_id, to_user_id, amount_minor, append_token, appended_at, kind, record_id)
SELECT 0, n, n % 997, CASE n % 10 WHEN 0 THEN n % 997 ELSE 1000 + n % 997 END, CASE n % 10 WHEN 0 THEN 1000 ELSE 150 END, n, now(),
    CASE n % 10 WHEN 0 THEN 0 ELSE 1 END, n::text
FROM generate_series(0, $1::bigint - 1) AS n`

	decideDirectly = `INSERT INTO microbatches (partition, position, next_offset)
SELECT 0, n, least(n + 1000, $1::bigint) FROM generate_series(0, $1::bigint - 1, 1000) AS n`

	advanceDirectly = `WITH head AS (UPDATE depot_heads SET next_offset = $1) UPDATE progress SET next_offset = $1`
)

// liveBytes returns how much of the heap is in use.
func liveBytes() int64 {
	runtime.GC()
	var m runtime.MemStats
	runtime.ReadMemStats(&m)
	return int64(m.HeapAlloc)
}

const (
	replayedStretches = 5
	earlyStretches    = 2  // after so many there is all that is kept
	lateStretches     = 4  // the last one leaves less
	mostKept          = 25 // bytes a record, of which it takes more than a hundred
)

// checkKept goes through all stretches, and compares what is kept early and late.
func checkKept(t *testing.T, step func() error) {
	t.Helper()
	var early, late int64
	for i := range replayedStretches {
		if err := step(); err != nil {
			t.Fatal(err)
		}
		switch i + 1 {
		case earlyStretches:
			early = liveBytes()
		case lateStretches:
			late = liveBytes()
		}
	}
	const records = (lateStretches - earlyStretches) * replayChunk
	if late-early > mostKept*records {
		t.Errorf("%d bytes are kept of %d records", late-early, records)
	}
}

// Invariant: from one stretch to the next Rebuild and Verify keep no more, the more records they have behind them. Both have a stretch in the making besides
// the one that they are at, whatever the size of the ledger. The test is not parallel, for it looks at the heap of the process.
func TestReplayKeepsNothing(t *testing.T) { //nolint:paralleltest // see above
	pool := pgtest.New(t)
	ctx := testContext(t)
	for _, sql := range []string{appendDirectly, decideDirectly, advanceDirectly} {
		if _, err := pool.Exec(ctx, sql, replayedStretches*replayChunk); err != nil {
			t.Fatal(err)
		}
	}
	t.Run("Rebuild", func(t *testing.T) { //nolint:paralleltest // Verify looks at what it has made
		err := pool.AcquireFunc(ctx, func(conn *pgxpool.Conn) error {
			r := &rebuilding{pool: pool, conn: conn}
			if err := r.create(ctx); err != nil {
				return err
			}
			checkKept(t, func() error {
				s, err := r.read(ctx, pool)
				if err != nil {
					return err
				}
				return pgx.BeginFunc(ctx, conn, func(tx pgx.Tx) error { return r.write(ctx, tx, s) })
			})
			return errors.Join(r.index(ctx), r.replace(ctx))
		})
		if err != nil {
			t.Fatal(err)
		}
	})
	t.Run("Verify", func(t *testing.T) { //nolint:paralleltest // as above
		tx, err := pool.Begin(ctx)
		if err != nil {
			t.Fatal(err)
		}
		defer func() { _ = tx.Rollback(context.WithoutCancel(ctx)) }() // it is only read
		v := &verification{tx: tx}
		if err := v.open(ctx); err != nil {
			t.Fatal(err)
		}
		checkKept(t, func() error {
			p, _, err := v.readPortion(ctx)
			if err != nil {
				return err
			}
			return v.recompute(ctx, p)
		})
		if !v.report.OK() || v.report.Records != replayedStretches*replayChunk {
			t.Errorf("Verify: %+v", v.report)
		}
	})
}
