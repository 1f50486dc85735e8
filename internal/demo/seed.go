package demo

import (
	"context"
	"errors"
	"fmt"
	"strings"

	"github.com/jackc/pgx/v5"
	"github.com/jackc/pgx/v5/pgxpool"

	"github.com/clumpql/clumpql/internal/importer"
	"github.com/clumpql/clumpql/ledger"
)

// ErrNotDemo says that the database holds rows or records that Seed with these Options would not have made.
var ErrNotDemo = errors.New("the database holds data that is not this demo's")

// Seed fills an empty database with the demo, in one transaction. On a database that Seed has filled with the same Options it
// changes nothing. Records that others have appended to the ledger do not disturb it, unless they have the demo's ids.
//
// The error wraps ErrOptions when opts are impossible, and ErrNotDemo when something else is in the way. After any error,
// and when ctx ends, nothing of the demo stays.
func Seed(ctx context.Context, pool *pgxpool.Pool, depot *ledger.Depot, opts Options) (importer.Summary, error) {
	opts = opts.withDefaults()
	if err := opts.check(); err != nil {
		return importer.Summary{}, fmt.Errorf("seed: %w", err)
	}
	var summary importer.Summary
	err := pgx.BeginFunc(ctx, pool, func(tx pgx.Tx) error {
		var err error
		summary, err = importer.ImportTx(ctx, tx, depot, newFiles(opts), importer.Options{})
		var conflict *ledger.ConflictError
		if errors.As(err, &conflict) {
			return fmt.Errorf("%w: %w", ErrNotDemo, conflict)
		}
		if err != nil {
			return err
		}
		return checkOnlyDemo(ctx, tx, summary)
	})
	if err != nil {
		return importer.Summary{}, fmt.Errorf("seed: %w", err)
	}
	return summary, nil
}

const countsSQL = `
SELECT
    (SELECT count(*) FROM users), (SELECT count(*) FROM tracks), (SELECT count(*) FROM playlists),
    (SELECT count(*) FROM playlist_tracks), (SELECT count(*) FROM activities)`

// checkOnlyDemo fails unless the tables hold the rows of the demo and no others. By now they hold at least those, so it is
// enough that none was there with other content, and that there are no more.
func checkOnlyDemo(ctx context.Context, tx pgx.Tx, summary importer.Summary) error {
	var counts [5]int64
	if err := tx.QueryRow(ctx, countsSQL).Scan(&counts[0], &counts[1], &counts[2], &counts[3], &counts[4]); err != nil {
		return fmt.Errorf("count what is there: %w", err)
	}
	for i, file := range summary.Files[:len(counts)] {
		what := strings.TrimSuffix(file.File, ".csv")
		if file.Updated > 0 {
			return fmt.Errorf("%w: %d %s differ", ErrNotDemo, file.Updated, what)
		}
		if others := counts[i] - file.Read; others > 0 {
			return fmt.Errorf("%w: it has %d other %s", ErrNotDemo, others, what)
		}
	}
	return nil
}
