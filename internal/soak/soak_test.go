package main

import (
	"context"
	"fmt"
	"io"
	"math/rand/v2"
	"sync"
	"testing"
	"time"

	"github.com/clumpql/clumpql/internal/pgtest"
)

// patience bounds every wait of a test. It is far longer than anything should take on a busy machine.
const patience = 4 * time.Minute

// testContext ends long before the test's own deadline.
func testContext(t *testing.T) context.Context {
	t.Helper()
	ctx, cancel := context.WithTimeout(t.Context(), patience)
	t.Cleanup(cancel)
	return ctx
}

// newSystem starts servers on a database of the cluster that all tests share: it is not to be broken.
func newSystem(t *testing.T, servers int) *system {
	t.Helper()
	y := &system{}
	url := pgtest.URL(t)
	for i := range servers {
		y.servers = append(y.servers, &server{index: i, program: program(t), databaseURL: url})
	}
	examined(t, y)
	if err := y.start(testContext(t), url); err != nil {
		t.Fatal(err)
	}
	return y
}

// newBreakable starts servers behind proxies on a Postgres of their own.
func newBreakable(t *testing.T, servers int) *system {
	t.Helper()
	path := program(t) // building may take longer than a test
	y, err := startSystem(testContext(t), path, servers, 1)
	if err != nil {
		t.Fatal(err)
	}
	examined(t, y)
	return y
}

// examined lets the test end with an examination of the ledger.
func examined(t *testing.T, y *system) {
	t.Cleanup(func() {
		ctx := context.WithoutCancel(t.Context())
		if y.load != nil && !t.Failed() {
			found, err := y.examine(ctx)
			if err != nil {
				t.Error(err)
			}
			t.Logf("%d acknowledged, %d in the depot; verify: %s", found.acknowledged, found.decided, found.verified)
			y.load.checkServers()
			if err := y.load.err(); err != nil {
				t.Error(err)
			}
		}
		if err := y.stop(ctx); err != nil {
			t.Error(err)
		}
	})
}

// underLoad lets clients use the bank until the returned function is called, or to the end of the test.
func underLoad(t *testing.T, y *system, name string, base int64) (stop func()) {
	t.Helper()
	ctx, cancel := context.WithCancel(testContext(t))
	b, err := openBank(ctx, y.load, name, base)
	if err != nil {
		t.Fatal(err)
	}
	seed := rand.Uint64()
	t.Logf("seed %d", seed)
	var clients sync.WaitGroup
	clients.Go(func() { b.watch(ctx, y.load) })
	for n := range uint64(3) {
		clients.Go(func() { b.pay(ctx, y.load, rand.New(rand.NewPCG(seed, n))) })
	}
	stop = sync.OnceFunc(func() {
		cancel()
		clients.Wait()
		if b.reads.Load() == 0 {
			t.Error("the bank was never read")
		}
	})
	t.Cleanup(stop)
	return stop
}

// put puts a record by one server until that one has answered its outcome.
func put(t *testing.T, y *system, s *server, r record) acknowledged {
	t.Helper()
	ctx := testContext(t)
	for {
		ack, err := y.load.client.put(ctx, s, r)
		if err == nil {
			y.load.acknowledge(r, ack.outcome)
			return ack
		}
		if p := s.current.Load(); p != nil {
			if unsound := p.sound(); unsound != nil {
				t.Fatal(unsound) // it would never answer
			}
		}
		if !y.load.goOn(ctx, err) {
			t.Fatalf("server %d: %v", s.index, err)
		}
	}
}

// Everything at once, at random, for some seconds.
func TestSoak_short(t *testing.T) {
	t.Parallel()
	for _, partitions := range []int{1, 3} {
		t.Run(fmt.Sprintf("partitions: %d", partitions), func(t *testing.T) {
			t.Parallel()
			o := options{duration: 6 * time.Second, seed: rand.Uint64(), servers: 2, partitions: partitions, program: program(t), out: io.Discard}
			found, err := run(testContext(t), o)
			if err != nil {
				t.Fatal(err)
			}
			t.Log(found)
			if found.violation != nil {
				t.Error(found.violation)
			}
			if found.operations == 0 || found.audited != found.operations || found.decided == 0 || found.bankReads == 0 {
				t.Error("the soak did nothing, or did not examine it")
			}
		})
	}
}

// Without faults, clients in parallel on two servers.
func TestHistories_linearizable(t *testing.T) {
	t.Parallel()
	y := newSystem(t, 2)
	ctx := testContext(t)
	seed := rand.Uint64()
	t.Logf("seed %d", seed)
	var group sync.WaitGroup
	for n := range int64(6) {
		group.Go(func() {
			h := newHistory("h"+string(rune('0'+n)), historyBase+n*members, rand.New(rand.NewPCG(seed, uint64(n))))
			h.run(ctx, y.load, seed+uint64(n))
			if undecided, err := h.check(); undecided || err != nil {
				t.Errorf("undecided: %v, %v", undecided, err)
			}
			if len(h.operations) != sharing*clientOperations {
				t.Errorf("%d operations, though nothing fails", len(h.operations))
			}
		})
	}
	group.Wait()
}

// Bulks that lock the same accounts in every order do not wait for each other in a circle. Nor do the largest that there are.
func TestBulks_overlapping(t *testing.T) {
	t.Parallel()
	const bulks, transfers, within = 8, 100, 10 * time.Second
	y := newSystem(t, 2)
	ctx := testContext(t)
	b, err := openBank(ctx, y.load, "bulks", bankBase)
	if err != nil {
		t.Fatal(err)
	}
	start := time.Now()
	var group sync.WaitGroup
	for n := range uint64(bulks) {
		group.Go(func() {
			random := rand.New(rand.NewPCG(rand.Uint64(), n))
			bulk := b.bulk(random, transfers)
			acks, err := y.load.client.putAll(ctx, y.servers[n%2], bulk)
			if err != nil {
				t.Error(err)
			}
			for i, ack := range acks {
				if ack.replayed {
					t.Errorf("%s was replayed", bulk[i].id)
				}
				y.load.acknowledge(bulk[i], ack.outcome)
			}
		})
	}
	group.Wait()
	took := time.Since(start)
	t.Logf("%d bulks of %d transfers took %v", bulks, transfers, took)
	if took > within {
		t.Errorf("it took %v, want less than %v", took, within)
	}
	b.flood(ctx, y.load, rand.New(rand.NewPCG(rand.Uint64(), bulks)))
	if n := b.bulks.Load(); n != floodBulks {
		t.Errorf("%d bulks of a flood were acknowledged, want %d", n, floodBulks)
	}
}
