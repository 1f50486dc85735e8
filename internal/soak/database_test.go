package main

import (
	"context"
	"errors"
	"fmt"
	"strings"
	"sync"
	"syscall"
	"testing"
	"time"
)

// deadline is that of a request in a server.
const deadline = 30 * time.Second

// Invariant: while Postgres is away, however it went, mutations are answered UNAVAILABLE within the request's deadline; when it is back the
// servers come back by themselves; and what was acknowledged is there.
func TestDatabase_away(t *testing.T) {
	t.Parallel()
	y := newBreakable(t, 2)
	stop := underLoad(t, y, "bank", bankBase)
	ctx := testContext(t)
	for _, test := range []struct {
		name   string
		signal syscall.Signal
	}{
		{"fast shutdown", syscall.SIGINT},
		{"immediate shutdown", syscall.SIGQUIT},
		{"killed", syscall.SIGKILL},
	} {
		t.Run(test.name, func(t *testing.T) {
			records, unknown := make([]record, len(y.servers)), make([]bool, len(y.servers))
			for i := range records {
				records[i] = newDeposit(fmt.Sprint(test.name, i), 1, 1)
			}
			err := y.databaseAway(ctx, test.signal, func() {
				var group sync.WaitGroup
				for i, s := range y.servers {
					group.Go(func() { unknown[i] = unavailable(t, y, s, records[i]) })
				}
				group.Wait()
			})
			if err != nil {
				t.Fatal(err)
			}
			for i, s := range y.servers {
				if ack := put(t, y, s, records[i]); ack.replayed && !unknown[i] {
					t.Errorf("server %d had appended what it said it could not", s.index)
				}
			}
		})
	}
	stop()
}

// unavailable puts a record while Postgres is away. unknown tells that it may have happened all the same: what is left of a Postgres that was killed
// can still commit.
func unavailable(t *testing.T, y *system, s *server, r record) (unknown bool) {
	t.Helper()
	start := time.Now()
	_, err := y.load.client.put(testContext(t), s, r)
	took := time.Since(start)
	var refused *refusal
	if !errors.As(err, &refused) || refused.code != "UNAVAILABLE" {
		t.Errorf("server %d: %v, want UNAVAILABLE", s.index, err)
	} else {
		unknown = strings.Contains(refused.message, "may have happened")
	}
	t.Logf("UNAVAILABLE after %v", took)
	if took > deadline+deadline/4 { // a busy machine
		t.Errorf("server %d answered after %v, its deadline is %v", s.index, took, deadline)
	}
	return unknown
}

// Invariant: whatever happens to the connections to Postgres, the servers come back by themselves, and what was acknowledged is there.
func TestDatabase_connections(t *testing.T) {
	t.Parallel()
	y := newBreakable(t, 2)
	stop := underLoad(t, y, "bank", bankBase)
	const while = 700 * time.Millisecond
	one, all := y.servers[:1], y.servers
	poisoned := func(toxics []toxic) func(context.Context, []*server) error {
		return func(ctx context.Context, servers []*server) error { return y.poisoned(ctx, servers, toxics, while) }
	}
	for _, test := range []struct {
		name string
		fail func(context.Context, []*server) error
	}{
		{"cut", func(ctx context.Context, servers []*server) error { return y.cut(ctx, servers, while) }},
		{"cut short", poisoned(short(3_000))},
		{"delayed", poisoned(delayed(40, 30))},
		{"narrow", poisoned(narrow(30))},
		{"silent", poisoned(silent())},
		{"ended by Postgres", func(ctx context.Context, _ []*server) error { return y.endBackends(ctx) }},
	} {
		for _, servers := range [][]*server{one, all} {
			t.Run(fmt.Sprintf("%s, %d of %d servers", test.name, len(servers), len(all)), func(t *testing.T) {
				if err := test.fail(testContext(t), servers); err != nil {
					t.Fatal(err)
				}
				for _, s := range all {
					put(t, y, s, newDeposit(fmt.Sprint(test.name, len(servers), s.index), 1, 1))
				}
			})
		}
	}
	stop()
}
