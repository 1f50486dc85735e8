package command

import (
	"context"
	"fmt"
	"log/slog"

	"github.com/clumpql/clumpql/internal/demo"
	"github.com/clumpql/clumpql/ledger"
)

// seedCommand is `clumpql seed`.
type seedCommand struct {
}

// Run fills the database with made-up data and prints what it made.
func (s seedCommand) Run(ctx context.Context, c *config, p Program) error {
	log := c.logger(p.Stderr)
	db, err := joinDatabase(ctx, c, log)
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
	summary, err := demo.Seed(ctx, db.pool, depot, demo.Options{Progress: bar.step("making up data")})
	if err != nil {
		return err
	}
	if err := settle(ctx, depot, log, bar.step("deciding")); err != nil {
		return fmt.Errorf("the data is in the database, but its ledger records are not all decided: %w", err)
	}
	bar.clear()
	fmt.Fprint(p.Stdout, summary)
	return nil
}
