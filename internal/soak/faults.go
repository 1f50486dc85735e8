package main

import (
	"context"
	"errors"
	"fmt"
	"math/rand/v2"
	"os"
	"sync/atomic"
	"syscall"
	"time"

	"github.com/jackc/pgx/v5"

	"github.com/clumpql/clumpql/ledger"
)

// fault breaks something of a system, waits, and heals it, also when ctx ends before. Its error means that it could not be healed.
type fault struct {
	name string
	run  func(ctx context.Context, y *system, random *rand.Rand) error
}

// faults are all that a soak mixes.
var faults = []fault{
	{"worker killed", func(ctx context.Context, y *system, random *rand.Rand) error {
		return y.killed(ctx, y.workerOrAny(ctx, random), upTo(random, 2*time.Second))
	}},
	{"server killed", func(ctx context.Context, y *system, random *rand.Rand) error {
		return y.killed(ctx, y.any(random), upTo(random, 2*time.Second))
	}},
	{"server restarted", func(ctx context.Context, y *system, random *rand.Rand) error { return y.restarted(ctx, y.any(random)) }},
	{"worker paused past its lease", func(ctx context.Context, y *system, random *rand.Rand) error {
		return y.paused(ctx, y.workerOrAny(ctx, random), ledger.DefaultLease+upTo(random, 3*time.Second))
	}},
	{"server paused", func(ctx context.Context, y *system, random *rand.Rand) error {
		return y.paused(ctx, y.any(random), upTo(random, 5*time.Second))
	}},
	{"Postgres restarted", databaseEnds(syscall.SIGINT)},
	{"Postgres stopped at once", databaseEnds(syscall.SIGQUIT)},
	{"Postgres killed", databaseEnds(syscall.SIGKILL)},
	{"backends ended", func(ctx context.Context, y *system, _ *rand.Rand) error { return y.endBackends(ctx) }},
	{"connections cut", func(ctx context.Context, y *system, random *rand.Rand) error {
		return y.cut(ctx, y.some(random), upTo(random, 3*time.Second))
	}},
	{"connections cut short", toxicFor(func(random *rand.Rand) []toxic { return short(100 + random.IntN(20_000)) })},
	{"connections delayed", toxicFor(func(random *rand.Rand) []toxic { return delayed(10+random.IntN(150), random.IntN(100)) })},
	{"connections narrow", toxicFor(func(random *rand.Rand) []toxic { return narrow(5 + random.IntN(100)) })},
	{"connections silent", toxicFor(func(*rand.Rand) []toxic { return silent() })},
	{"append held open", func(ctx context.Context, y *system, random *rand.Rand) error {
		return y.heldAppend(ctx, random, upTo(random, 1500*time.Millisecond))
	}},
}

func upTo(random *rand.Rand, d time.Duration) time.Duration {
	return time.Duration(random.Int64N(int64(d)))
}

// any returns a random server.
func (y *system) any(random *rand.Rand) *server { return y.servers[random.IntN(len(y.servers))] }

// some returns one server or all.
func (y *system) some(random *rand.Rand) []*server {
	if random.IntN(2) == 0 {
		return y.servers
	}
	return []*server{y.any(random)}
}

func (y *system) workerOrAny(ctx context.Context, random *rand.Rand) *server {
	if s := y.worker(ctx); s != nil {
		return s
	}
	return y.any(random)
}

// killed kills a server's process and starts another after a while.
func (y *system) killed(ctx context.Context, s *server, away time.Duration) error {
	s.mu.Lock()
	defer s.mu.Unlock()
	if p := s.take(); p != nil {
		err := p.sound()
		p.kill()
		if err != nil {
			return err
		}
	}
	_ = pause(ctx, away)
	return s.startAgain(ctx)
}

// startAgain starts a server also when ctx has ended.
func (s *server) startAgain(ctx context.Context) error {
	ctx, cancel := context.WithTimeout(context.WithoutCancel(ctx), recoverWithin)
	defer cancel()
	return s.start(ctx)
}

// restarted stops a server's process in order and starts another.
func (y *system) restarted(ctx context.Context, s *server) error {
	s.mu.Lock()
	defer s.mu.Unlock()
	if p := s.take(); p != nil {
		ending, cancel := context.WithTimeout(context.WithoutCancel(ctx), recoverWithin)
		defer cancel()
		if code := p.stop(ending); code != 0 {
			return fmt.Errorf("server %d ended with exit code %d:\n%s", s.index, code, p.tail())
		}
		if err := p.sound(); err != nil {
			return err
		}
	}
	return s.startAgain(ctx)
}

// paused stops a process in the middle of whatever it does, and lets it go on.
func (y *system) paused(ctx context.Context, s *server, away time.Duration) error {
	s.mu.Lock()
	defer s.mu.Unlock()
	p := s.current.Load()
	if p == nil {
		return nil
	}
	s.disturbed.Add(1)
	p.signal(syscall.SIGSTOP)
	_ = pause(ctx, away)
	s.disturbed.Add(1)
	p.signal(syscall.SIGCONT)
	return nil
}

func databaseEnds(signal os.Signal) func(context.Context, *system, *rand.Rand) error {
	return func(ctx context.Context, y *system, random *rand.Rand) error {
		return y.databaseAway(ctx, signal.(syscall.Signal), func() { _ = pause(ctx, upTo(random, 3*time.Second)) })
	}
}

// databaseAway ends Postgres by a signal, and starts it when meanwhile returns.
func (y *system) databaseAway(ctx context.Context, signal syscall.Signal, meanwhile func()) error {
	y.database.mu.Lock()
	defer y.database.mu.Unlock()
	if err := y.database.end(signal); err != nil {
		return err
	}
	meanwhile()
	ctx, cancel := context.WithTimeout(context.WithoutCancel(ctx), recoverWithin)
	defer cancel()
	return y.database.start(ctx)
}

const endBackends = `SELECT count(pg_terminate_backend(pid)) FROM pg_stat_activity
WHERE datname = current_database() AND application_name = 'clumpql'`

// endBackends ends all connections of the servers from the side of Postgres. While Postgres is away there are none.
func (y *system) endBackends(ctx context.Context) error {
	ctx, cancel := context.WithTimeout(ctx, recoverWithin)
	defer cancel()
	_, _ = y.pool.Exec(ctx, endBackends)
	return nil
}

// cut closes the connections of servers and refuses new ones for a while.
func (y *system) cut(ctx context.Context, servers []*server, away time.Duration) error {
	return onProxies(servers, func() error {
		for _, s := range servers {
			s.proxy.cut()
		}
		_ = pause(ctx, away)
		var errs []error
		for _, s := range servers {
			errs = append(errs, s.proxy.open())
		}
		return errors.Join(errs...)
	})
}

// onProxies calls f while no other fault uses these servers' proxies.
func onProxies(servers []*server, f func() error) error {
	for _, s := range servers { // in ascending order
		s.proxy.mu.Lock()
		defer s.proxy.mu.Unlock()
	}
	return f()
}

func toxicFor(make func(*rand.Rand) []toxic) func(context.Context, *system, *rand.Rand) error {
	return func(ctx context.Context, y *system, random *rand.Rand) error {
		return y.poisoned(ctx, y.some(random), make(random), upTo(random, 4*time.Second))
	}
}

// poisoned lets toxics work on the connections of servers for a while.
func (y *system) poisoned(ctx context.Context, servers []*server, toxics []toxic, away time.Duration) error {
	return onProxies(servers, func() error {
		var errs []error
		for _, s := range servers {
			errs = append(errs, s.proxy.add(toxics...))
		}
		_ = pause(ctx, away)
		for _, s := range servers {
			s.proxy.heal()
		}
		return errors.Join(errs...)
	})
}

// heldUser is who is paid by appends that are held open.
const heldUser = 1 << 40

var heldAppends atomic.Int64

// heldAppend appends in a transaction that it holds open, and then commits or rolls back. What was rolled back must not be there.
func (y *system) heldAppend(ctx context.Context, random *rand.Rand, held time.Duration) error {
	var records []record
	var appended []ledger.Record
	for range 1 + random.IntN(5) {
		r := newDeposit(fmt.Sprintf("held-%d", heldAppends.Add(1)), heldUser+random.Int64N(8), 1+random.Int64N(9))
		records = append(records, r)
		appended = append(appended, ledger.Deposit{ID: r.id, UserID: r.from, AmountMinor: r.amount})
	}
	kept := random.IntN(2) == 0
	err := pgx.BeginFunc(ctx, y.pool, func(tx pgx.Tx) error {
		if _, err := y.depot.AppendTx(ctx, tx, appended); err != nil {
			return err
		}
		if err := pause(ctx, held); err != nil {
			return err
		}
		if !kept {
			return errRolledBack
		}
		return nil
	})
	if !errors.Is(err, errRolledBack) {
		return nil // it was committed, or Postgres was away: then nobody knows
	}
	found, err := find(ctx, y.pstates, records)
	if err == nil && len(found) > 0 {
		return fmt.Errorf("an append that was rolled back is there: %v", found)
	}
	return nil
}

var errRolledBack = errors.New("rolled back")
