package main

import (
	"context"
	"errors"
	"fmt"
	"sync/atomic"
	"time"

	"github.com/jackc/pgx/v5/pgxpool"
	"golang.org/x/sync/errgroup"

	"github.com/clumpql/clumpql/ledger"
)

const (
	// recoverWithin bounds what a server or Postgres needs to be back.
	recoverWithin = 2 * time.Minute
	// watchPause is the time between two looks at who works.
	watchPause = 50 * time.Millisecond
)

// system is all that runs: servers on a database, and the load on them.
type system struct {
	database *database     // nil: not ours, and not to be broken
	pool     *pgxpool.Pool // on the database, without a proxy between
	depot    *ledger.Depot
	pstates  *ledger.PStates
	servers  []*server
	load     *load

	takeovers atomic.Int64
}

// startSystem starts so many servers with proxies between them and a Postgres of their own.
func startSystem(ctx context.Context, program string, servers, partitions int) (*system, error) {
	d, err := startDatabase(ctx)
	if err != nil {
		return nil, err
	}
	y := &system{database: d}
	if _, err := runProgram(ctx, program, "migrate", d.directURL(), fmt.Sprintf("--partitions=%d", partitions)); err != nil {
		return nil, errors.Join(err, y.stop(ctx))
	}
	for i := range servers {
		p, err := startProxy(fmt.Sprint(i), d.address())
		if err != nil {
			return nil, errors.Join(err, y.stop(ctx))
		}
		y.servers = append(y.servers, &server{index: i, program: program, databaseURL: d.urlThrough(p), proxy: p})
	}
	if err := y.start(ctx, d.directURL()); err != nil {
		return nil, errors.Join(err, y.stop(ctx))
	}
	return y, nil
}

// start connects to the database and starts the servers.
func (y *system) start(ctx context.Context, databaseURL string) error {
	config, err := pgxpool.ParseConfig(databaseURL)
	if err != nil {
		return err
	}
	config.ConnConfig.RuntimeParams["application_name"] = "soak"
	if y.pool, err = pgxpool.NewWithConfig(context.WithoutCancel(ctx), config); err != nil {
		return err
	}
	y.depot, y.pstates = ledger.NewDepot(y.pool), ledger.NewPStates(y.pool)
	y.load = newLoad(y.servers)
	group, ctx := errgroup.WithContext(ctx)
	for _, s := range y.servers {
		group.Go(func() error {
			ctx, cancel := context.WithTimeout(ctx, recoverWithin)
			defer cancel()
			return s.start(ctx)
		})
	}
	return group.Wait()
}

// stop ends everything that was started. A server that does not end in order is an error.
func (y *system) stop(ctx context.Context) error {
	ctx, cancel := context.WithTimeout(context.WithoutCancel(ctx), recoverWithin)
	defer cancel()
	var errs []error
	if y.load != nil {
		y.load.client.close()
	}
	for _, s := range y.servers {
		if p := s.take(); p != nil {
			code := p.stop(ctx)
			errs = append(errs, p.sound())
			if code != 0 {
				errs = append(errs, fmt.Errorf("server %d ended with exit code %d:\n%s", s.index, code, p.tail()))
			}
		}
		if s.proxy != nil {
			s.proxy.cut()
		}
	}
	if y.pool != nil {
		y.depot.Close()
		y.pool.Close()
	}
	if y.database != nil {
		errs = append(errs, y.database.remove())
	}
	return errors.Join(errs...)
}

// worker returns the server that works, or nil when none does or nobody can tell.
func (y *system) worker(ctx context.Context) *server {
	status, err := y.pstates.ReadStatus(ctx)
	if err != nil || status.WorkerID == nil {
		return nil
	}
	for _, s := range y.servers {
		if p := s.current.Load(); p != nil && p.works(*status.WorkerID) {
			return s
		}
	}
	return nil
}

// watchTakeovers counts until ctx ends how often another worker works than before.
func (y *system) watchTakeovers(ctx context.Context) {
	last := ""
	for pause(ctx, watchPause) == nil {
		status, err := y.pstates.ReadStatus(ctx)
		if err != nil || status.WorkerID == nil || *status.WorkerID == last {
			continue
		}
		if last != "" {
			y.takeovers.Add(1)
		}
		last = *status.WorkerID
	}
}

// audits is what the final examination found.
type audits struct {
	acknowledged int   // records that were told to clients, and read again
	decided      int64 // records of the depot
	verified     string
}

// examine waits until everything works again and all is decided, and then checks the whole ledger. Nothing may be under way.
func (y *system) examine(ctx context.Context) (found audits, err error) {
	ctx, cancel := context.WithTimeout(ctx, recoverWithin)
	defer cancel()
	if err := y.load.settled(ctx); err != nil {
		return found, err
	}
	y.pool.Reset() // its connections may be to a Postgres that was killed
	if found.acknowledged, err = y.load.books.audit(ctx, y.pstates); err != nil {
		return found, err
	}
	if found.decided, err = replay(ctx, y.pool); err != nil {
		return found, err
	}
	found.verified, err = y.verify(ctx)
	return found, err
}

// verify runs clumpql verify.
func (y *system) verify(ctx context.Context) (string, error) {
	return runProgram(ctx, y.servers[0].program, "verify", y.pool.Config().ConnString())
}
