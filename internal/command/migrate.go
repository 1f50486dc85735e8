package command

import (
	"context"
	"fmt"

	"github.com/clumpql/clumpql/ledger"
	"github.com/clumpql/clumpql/migrations"
)

// migrateCommand is `clumpql migrate`. Other commands that write migrate too; this one does nothing else.
type migrateCommand struct {
	Partitions int `placeholder:"N" help:"Spread a new database's depot over so many partitions, 1 to 128. 0: leave it as it is, which at first is 1."`
}

// Run migrates and prints the version reached.
func (m migrateCommand) Run(ctx context.Context, c *config, p Program) error {
	db, err := joinDatabase(ctx, c, c.logger(p.Stderr))
	if err != nil {
		return err
	}
	defer db.close()
	if err := db.migrate(ctx); err != nil {
		return err
	}
	if m.Partitions != 0 {
		if err := ledger.SetPartitions(ctx, db.pool, m.Partitions); err != nil {
			return err
		}
	}
	fmt.Fprintf(p.Stdout, "the database is at migration %d\n", migrations.Version())
	return nil
}
