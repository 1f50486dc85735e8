package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"maps"
	"math/rand/v2"
	"slices"
	"strings"
	"sync"
	"sync/atomic"
	"time"

	"golang.org/x/sync/errgroup"
)

const (
	payers    = 3 // clients of the bank that transfer
	watchers  = 2 // clients of the bank that read it
	histories = 2 // that are made at the same time
	breakers  = 2 // faults that may be at the same time
	// calm is the longest time between two faults of one breaker.
	calm = 1500 * time.Millisecond
	// auditPause is the time between two audits of what was acknowledged.
	auditPause = 3 * time.Second
	// tellPause is the time between two lines about how it goes.
	tellPause = 15 * time.Second
)

// The users of a soak. Each history has members of its own from historyBase on.
const (
	bankBase    = 1 << 20
	historyBase = 1 << 30
)

// options of a soak.
type options struct {
	duration   time.Duration
	seed       uint64
	servers    int
	partitions int
	program    string
	out        io.Writer // how it goes
}

// summary of a soak.
type summary struct {
	options
	operations, audited  int // records that were acknowledged; of them read again
	decided              int64
	histories, undecided int // that were checked; of them too hard to check
	bankReads, takeovers int64
	bulks                int64 // of floods
	faults               map[string]int
	worst                time.Duration // without any acknowledgement
	during               string        // what was broken then
	verified             string        // what verify said
	violation            error
}

func (s summary) String() string {
	var text strings.Builder
	count := 0
	for _, name := range slices.Sorted(maps.Keys(s.faults)) {
		count += s.faults[name]
		fmt.Fprintf(&text, "  %-30s %d\n", name, s.faults[name])
	}
	verified := strings.TrimSpace(s.verified)
	if verified == "" {
		verified = "not reached"
	}
	return fmt.Sprintf("seed %d, %v, servers: %d, partitions: %d\n%d faults\n%s", s.seed, s.duration, s.servers, s.partitions, count, text.String()) +
		fmt.Sprintf("records acknowledged: %d, read again: %d, in the depot: %d\n", s.operations, s.audited, s.decided) +
		fmt.Sprintf("histories checked: %d, of them too hard to check: %d\n", s.histories, s.undecided) +
		fmt.Sprintf("bank: %d reads of all accounts, %d bulks of %d transfers\n", s.bankReads, s.bulks, floodTransfers) +
		fmt.Sprintf("takeovers: %d\n", s.takeovers) +
		fmt.Sprintf("worst unavailability: %v, with %s\n", s.worst.Round(time.Millisecond), strings.TrimPrefix(s.during, "map")) +
		fmt.Sprintf("verify: %s\n", verified)
}

// soak is a run under way.
type soak struct {
	options
	*system
	bank    *bank
	streams uint64       // of random numbers that were given out
	bases   atomic.Int64 // histories that were begun

	mu    sync.Mutex // guards found
	found summary
}

// run runs everything for the duration, or until ctx ends, and then examines the ledger. An error means that it could not run; what the
// ledger did wrong is in the summary.
func run(ctx context.Context, o options) (summary, error) {
	y, err := startSystem(ctx, o.program, o.servers, o.partitions)
	if err != nil {
		return summary{}, err
	}
	s := &soak{options: o, system: y, found: summary{options: o, faults: map[string]int{}}}
	if s.bank, err = openBank(ctx, y.load, "bank", bankBase); err != nil {
		return summary{}, errors.Join(err, y.stop(ctx))
	}
	if err := s.use(ctx); err != nil {
		return summary{}, errors.Join(err, y.stop(ctx))
	}
	// What a signal has ended is examined all the same.
	audited, err := y.examine(context.WithoutCancel(ctx))
	if err != nil {
		y.load.violate(err)
	}
	y.load.checkServers()
	if err := y.stop(ctx); err != nil {
		y.load.violate(err)
	}
	s.found.decided, s.found.verified = audited.decided, audited.verified
	s.found.audited += audited.acknowledged
	s.found.bankReads, s.found.bulks, s.found.takeovers = s.bank.reads.Load(), s.bank.bulks.Load(), y.takeovers.Load()
	s.found.operations, s.found.worst, s.found.during = y.load.operations, y.load.worst, y.load.during
	s.found.violation = y.load.err()
	return s.found, nil
}

// use lets clients and faults work for the duration. When it returns everything is healed; an error means that something could not be.
func (s *soak) use(ctx context.Context) error {
	ctx, cancel := context.WithTimeout(ctx, s.duration)
	defer cancel()
	group, ctx := errgroup.WithContext(ctx)
	do := func(times int, f func(ctx context.Context, random *rand.Rand) error) {
		for range times {
			random := rand.New(rand.NewPCG(s.seed, s.streams))
			s.streams++
			group.Go(func() error { return f(ctx, random) })
		}
	}
	do(breakers, s.breakThings)
	do(payers, func(ctx context.Context, random *rand.Rand) error {
		s.bank.pay(ctx, s.load, random)
		return nil
	})
	do(1, func(ctx context.Context, random *rand.Rand) error {
		s.bank.floodNowAndThen(ctx, s.load, random)
		return nil
	})
	do(watchers, func(ctx context.Context, _ *rand.Rand) error {
		s.bank.watch(ctx, s.load)
		return nil
	})
	do(histories, s.makeHistories)
	do(1, func(ctx context.Context, _ *rand.Rand) error {
		s.watchTakeovers(ctx)
		return nil
	})
	do(1, func(ctx context.Context, _ *rand.Rand) error {
		s.auditNowAndThen(ctx)
		return nil
	})
	do(1, func(ctx context.Context, _ *rand.Rand) error {
		s.tell(ctx)
		return nil
	})
	return group.Wait()
}

// breakThings runs one fault after the other.
func (s *soak) breakThings(ctx context.Context, random *rand.Rand) error {
	for pause(ctx, upTo(random, calm)) == nil {
		f := faults[random.IntN(len(faults))]
		healed := s.load.breaks(f.name)
		err := f.run(ctx, s.system, random)
		healed()
		if err != nil {
			return fmt.Errorf("%s: %w", f.name, err)
		}
		s.mu.Lock()
		s.found.faults[f.name]++
		s.mu.Unlock()
	}
	return nil
}

// makeHistories makes one history after the other and checks each.
func (s *soak) makeHistories(ctx context.Context, random *rand.Rand) error {
	for ctx.Err() == nil {
		n := s.bases.Add(1)
		h := newHistory(fmt.Sprintf("h%d", n), historyBase+n*members, random)
		h.run(ctx, s.load, random.Uint64())
		undecided, err := h.check()
		if err != nil {
			s.load.violate(err)
		}
		s.mu.Lock()
		s.found.histories++
		if undecided {
			s.found.undecided++
		}
		s.mu.Unlock()
	}
	return nil
}

// auditNowAndThen keeps the books short.
func (s *soak) auditNowAndThen(ctx context.Context) {
	for pause(ctx, auditPause) == nil {
		audited, err := s.load.books.audit(ctx, s.pstates)
		s.mu.Lock()
		s.found.audited += audited
		s.mu.Unlock()
		if err != nil && ctx.Err() == nil {
			s.load.violate(err)
		}
		s.load.checkServers()
	}
}

// tell says now and then how it goes.
func (s *soak) tell(ctx context.Context) {
	began := time.Now()
	for pause(ctx, tellPause) == nil {
		s.load.mu.Lock()
		operations, broken, violations := s.load.operations, fmt.Sprint(s.load.broken), len(s.load.violations)
		s.load.mu.Unlock()
		fmt.Fprintf(s.out, "%4.0fs %8d acknowledged, %d violations, broken now: %s\n",
			time.Since(began).Seconds(), operations, violations, strings.TrimPrefix(broken, "map"))
	}
}
