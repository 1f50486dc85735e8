package command

import (
	"context"
	"fmt"

	"github.com/clumpql/clumpql/internal/importer"
	"github.com/clumpql/clumpql/ledger"
)

// importCommand is `clumpql import`.
type importCommand struct {
	Dir string `arg:"" type:"existingdir" help:"Folder with users.csv, tracks.csv, playlists.csv, playlist_tracks.csv, activities.csv or ledger.csv."`
}

// Run imports the files, sees their ledger records decided and prints what changed.
func (i importCommand) Run(ctx context.Context, c *config, p Program) error {
	if err := importer.Check(i.Dir); err != nil { // before a private Postgres is made for nothing
		return err
	}
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
	summary, err := importer.Import(ctx, db.pool, depot, i.Dir, importer.Options{Progress: bar.step("reading")})
	if err != nil {
		return err
	}
	if err := settle(ctx, db, depot, bar.step("deciding")); err != nil {
		return fmt.Errorf("the import is in the database, but its ledger records are not all decided: %w", err)
	}
	bar.clear()
	fmt.Fprint(p.Stdout, summary)
	return nil
}
