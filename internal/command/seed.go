package command

import (
	"context"
	"errors"
	"fmt"

	"github.com/clumpql/clumpql/internal/catalogue"
	"github.com/clumpql/clumpql/internal/demo"
	"github.com/clumpql/clumpql/ledger"
)

// seedCommand is `clumpql seed`.
type seedCommand struct {
	Users     int    `default:"50" placeholder:"N" help:"How many users: alice, bob, charlie and at least two more; ${default} unless told."`
	Tracks    int    `default:"300" placeholder:"N" help:"How many tracks; ${default} unless told."`
	Playlists int    `default:"20" placeholder:"N" help:"How many playlists; ${default} unless told."`
	Transfers int    `default:"75" placeholder:"N" help:"How many transfers, besides those of alice, bob and charlie; ${default} unless told."`
	Seed      uint64 `default:"1" placeholder:"N" help:"What the data is derived from: the same number, the same data; ${default} unless told."`
	Apart     bool   `help:"Give alice, bob and charlie ids from 1000000 on like all others, and not 0, 1 and 2. So does serve --demo."`
}

// Run fills the database with made-up data and prints what it made.
func (s seedCommand) Run(ctx context.Context, c *config, p Program) error {
	db, err := joinDatabase(ctx, c, c.logger(p.Stderr))
	if err != nil {
		return err
	}
	defer db.close()
	if err := db.migrate(ctx); err != nil {
		return err
	}
	depot := ledger.NewDepot(db.pool)
	defer depot.Close()

	bar := newProgress(p.Stderr)
	defer bar.clear()
	summary, err := demo.Seed(ctx, db.pool, depot, demo.Options{
		Users: s.Users, Tracks: s.Tracks, Playlists: s.Playlists, Transfers: s.Transfers, Seed: s.Seed, Apart: s.Apart,
		Progress: bar.step("making up data"),
	})
	if err != nil {
		return err
	}
	if err := settle(ctx, db, depot, bar.step("deciding")); err != nil {
		return fmt.Errorf("the data is in the database, but its ledger records are not all decided: %w", err)
	}
	bar.clear()
	fmt.Fprint(p.Stdout, summary)
	return nil
}

// fillIfEmpty is what `serve --demo` does first: it seeds a database that holds nothing, and sees the records decided, so
// that the first query finds balances.
func fillIfEmpty(ctx context.Context, db *database, depot *ledger.Depot) error {
	noCatalogue, err := catalogue.NewStore(db.pool).Empty(ctx)
	if err != nil {
		return err
	}
	status, err := ledger.NewPStates(db.pool).ReadStatus(ctx)
	if err != nil {
		return err
	}
	if noCatalogue && status.Appended == 0 {
		// Apart: it must not mix with a catalogue that is imported later.
		_, err := demo.Seed(ctx, db.pool, depot, demo.Options{Apart: true})
		if err == nil {
			return settle(ctx, db, depot, func(_, _ int64) {})
		}
		if !errors.Is(err, demo.ErrNotDemo) {
			return err
		}
		// Somebody else was faster.
	}
	db.log.Info("the database has data already: none is made up")
	return nil
}
