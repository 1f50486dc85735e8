package main

import (
	"context"
	"errors"
	"fmt"
	"net/url"
	"os"

	"github.com/clumpql/clumpql/bench/cluster"
	"github.com/clumpql/clumpql/bench/process"
)

// contest has the contenders, each kind on a database of its own in one cluster.
type contest struct {
	accounts int64
	rival    *pgbench
	ledger   *ledgerInProcess
	server   *process.Process
	served   string         // database of server
	closers  []func() error // in the order of opening
}

// openContest makes what the contenders need. It has to be closed, also after an error.
func openContest(ctx context.Context, superuser *url.URL, program string, accounts int64) (*contest, error) {
	c := &contest{accounts: accounts}
	return c, errors.Join(c.openPgbench(ctx, superuser, program), c.openLedger(ctx, superuser), c.openServer(ctx, superuser))
}

func (c *contest) close() error {
	var errs []error
	for i := len(c.closers) - 1; i >= 0; i-- {
		errs = append(errs, c.closers[i]())
	}
	return errors.Join(errs...)
}

func (c *contest) later(closer func() error) { c.closers = append(c.closers, closer) }

func (c *contest) openPgbench(ctx context.Context, superuser *url.URL, program string) error {
	database, drop, err := cluster.Create(ctx, superuser)
	if err != nil {
		return err
	}
	c.later(drop)
	folder, err := os.MkdirTemp("", "clumpql-pgbench-")
	if err != nil {
		return err
	}
	c.later(func() error { return os.RemoveAll(folder) })
	c.rival, err = newPgbench(ctx, program, database, folder, c.accounts)
	return err
}

func (c *contest) openLedger(ctx context.Context, superuser *url.URL) error {
	database, drop, err := cluster.CreateMigrated(ctx, superuser)
	if err != nil {
		return err
	}
	c.later(drop)
	if c.ledger, err = openLedger(ctx, database); err != nil {
		return err
	}
	c.later(c.ledger.close)
	return c.ledger.fund(ctx, c.accounts, func(int64) {})
}

func (c *contest) openServer(ctx context.Context, superuser *url.URL) error {
	database, drop, err := cluster.CreateMigrated(ctx, superuser)
	if err != nil {
		return err
	}
	c.later(drop)
	c.served = database
	filled, err := openLedger(ctx, database)
	if err != nil {
		return err
	}
	if err := errors.Join(filled.fund(ctx, c.accounts, func(int64) {}), filled.close()); err != nil {
		return err
	}
	if c.server, err = process.Start(ctx, serverName, database); err != nil {
		return err
	}
	c.later(func() error { c.server.Stop(); return nil })
	return nil
}

// entrants are all contenders.
func (c *contest) entrants() []entrant {
	const bulkConnections, bulk = 4, 500
	return []entrant{
		{pgbenchBusy, pgbenchClients{c.rival, uniform, 8}},
		{pgbenchAlone, pgbenchClients{c.rival, uniform, 1}},
		{pgbenchHotPayee, pgbenchClients{c.rival, hotPayee, 8}},
		{pgbenchHotPayer, pgbenchClients{c.rival, hotPayer, 8}},
		{depotMany, appenders{c.ledger, c.accounts, uniform, 32, 100}},
		{depotSingle, appenders{c.ledger, c.accounts, uniform, 512, 1}},
		{depotHotPayee, appenders{c.ledger, c.accounts, hotPayee, 32, 100}},
		{depotHotPayer, appenders{c.ledger, c.accounts, hotPayer, 32, 100}},
		{httpBulk, mutations{c.server, c.accounts, uniform, bulkConnections, bulk}},
		{httpBusy, mutations{c.server, c.accounts, uniform, 256, 0}},
		{httpAlone, mutations{c.server, c.accounts, uniform, 1, 0}},
	}
}

// check demands of every database that no money came or went, and that it holds what its contenders have made.
func (c *contest) check(ctx context.Context, records map[string]int64) error {
	var rivals, appended, mutated int64
	for _, e := range c.entrants() {
		switch e.contender.(type) {
		case pgbenchClients:
			rivals += records[e.name]
		case appenders:
			appended += records[e.name]
		case mutations:
			mutated += records[e.name]
		}
	}
	served, err := openLedger(ctx, c.served)
	if err != nil {
		return err
	}
	err = errors.Join(c.rival.check(ctx, rivals), c.ledger.check(ctx, c.accounts, appended), served.check(ctx, c.accounts, mutated), served.close())
	if err != nil {
		return fmt.Errorf("after all rounds: %w", err)
	}
	return nil
}
