package main

import (
	"context"
	"errors"
	"sync"
	"time"
)

// patience is how long clients wait for what they have begun when a round is over.
const patience = 30 * time.Second

// contender is a way to make transfers.
type contender interface {
	// run makes transfers until the duration is over and all that were begun are decided.
	run(ctx context.Context, duration time.Duration) (work, error)
	// cpu is what the contender has used so far, Postgres left out.
	cpu(ctx context.Context) (time.Duration, error)
}

// work is what was done in a round.
type work struct {
	records   int64
	elapsed   time.Duration
	latencies []time.Duration // of calls, which may have many records
}

// together runs clients at the same time until the duration is over. Each is called again and again, and returns the number of records
// of a call.
func together(clients []func() (int, error), duration time.Duration) (work, error) {
	var (
		all   work
		errs  []error
		mu    sync.Mutex // guards all and errs
		group sync.WaitGroup
	)
	begin := time.Now()
	for _, call := range clients {
		group.Go(func() {
			own, err := repeat(call, begin.Add(duration))
			mu.Lock()
			defer mu.Unlock()
			all.records += own.records
			all.latencies = append(all.latencies, own.latencies...)
			errs = append(errs, err)
		})
	}
	group.Wait()
	all.elapsed = time.Since(begin)
	return all, errors.Join(errs...)
}

// repeat calls at least once.
func repeat(call func() (int, error), end time.Time) (own work, err error) {
	for {
		begin := time.Now()
		n, err := call()
		now := time.Now()
		if err != nil {
			return own, err
		}
		own.records += int64(n)
		own.latencies = append(own.latencies, now.Sub(begin))
		if !now.Before(end) {
			return own, nil
		}
	}
}
