package command

import (
	"context"
	"fmt"

	"github.com/clumpql/clumpql/migrations"
)

// migrateCommand is `clumpql migrate`. Other commands that write migrate too; this one does nothing else.
type migrateCommand struct{}

// Run migrates and prints the version reached.
func (migrateCommand) Run(ctx context.Context, c *config, p Program) error {
	db, err := joinDatabase(ctx, c, c.logger(p.Stderr))
	if err != nil {
		return err
	}
	defer db.close()
	if err := db.migrate(ctx); err != nil {
		return err
	}
	fmt.Fprintf(p.Stdout, "the database is at migration %d\n", migrations.Version())
	return nil
}
