package command

import (
	"context"
	"errors"
	"fmt"

	"github.com/clumpql/clumpql/ledger"
)

// errDeviation makes `verify` fail after it has printed its report.
var errDeviation = errors.New("verify: the ledger deviates from its depot")

// verifyCommand is `clumpql verify`. It changes nothing.
type verifyCommand struct {
	Head ledger.Hash `placeholder:"HASH" help:"A hash that an earlier verify printed. Fails when the past that it stands for is not there any more."`
}

// Run prints the report; a deviation is an error.
func (v verifyCommand) Run(ctx context.Context, c *config, p Program) error {
	db, err := joinMigrated(ctx, c, c.logger(p.Stderr))
	if err != nil {
		return fmt.Errorf("verify: %w", err)
	}
	defer db.close()

	bar := newProgress(p.Stderr)
	defer bar.clear()
	report, err := ledger.Verify(ctx, db.pool, ledger.VerifyOptions{Head: v.Head, Progress: bar.step("verifying")})
	if err != nil {
		return err
	}
	bar.clear()
	if !report.OK() {
		for _, deviation := range report.Deviations {
			fmt.Fprintln(p.Stdout, deviation)
		}
		return errDeviation
	}
	fmt.Fprintf(p.Stdout, "ok: all balances and histories follow from the %d decided records of the depot\n", report.Records)
	if report.Head != (ledger.Hash{}) {
		fmt.Fprintf(p.Stdout, "head: %v\n", report.Head)
	}
	return nil
}
