package command

import (
	"context"
	"errors"
	"fmt"

	"github.com/clumpql/clumpql/ledger"
)

// rebuildCommand is `clumpql rebuild`. Servers go on meanwhile.
type rebuildCommand struct {
	IgnoreChain bool `help:"Rebuild also from records that are not those of the hash chain."`
}

// Run prints how many records the new balances and histories are made of.
func (r rebuildCommand) Run(ctx context.Context, c *config, p Program) error {
	db, err := joinMigrated(ctx, c, c.logger(p.Stderr))
	if err != nil {
		return fmt.Errorf("rebuild: %w", err)
	}
	defer db.close()

	bar := newProgress(p.Stderr)
	defer bar.clear()
	records, err := ledger.Rebuild(ctx, db.pool, ledger.RebuildOptions{Progress: bar.step("rebuilding"), IgnoreChain: r.IgnoreChain})
	if errors.Is(err, ledger.ErrCorrupt) {
		return fmt.Errorf("%w: nothing was changed; clumpql verify tells more", err)
	}
	if err != nil {
		return err
	}
	bar.clear()
	fmt.Fprintf(p.Stdout, "ok: all balances and histories are made anew from the %d decided records of the depot\n", records)
	return nil
}
