package main

import (
	"context"
	"fmt"
	"io"
	"runtime"
	"slices"
	"time"

	"github.com/clumpql/clumpql/bench/sample"
)

// warmUp fills pools, plans and caches before each round: the contenders before have had the memory of Postgres for themselves. It is the shortest that
// pgbench can do. Shorter rounds have a shorter one.
const warmUp = time.Second

// entrant is a contender with its name.
type entrant struct {
	name string
	contender
}

// round is one measurement of a contender.
type round struct {
	work
	used usage
}

// outcome is what the rounds of a contender come to.
type outcome struct {
	name         string
	perSecond    float64 // records
	p50, p99     time.Duration
	contender    float64 // CPU in microseconds a record, as the two below
	client       float64
	postgres     float64
	walBytes     float64 // a record
	transactions float64 // a record
}

// measure measures all contenders in turn, in each round beginning with another one. It returns their outcomes in their order, and how
// many records each has made in all. progress gets a line for each measurement.
func measure(
	ctx context.Context, all []entrant, rounds int, duration time.Duration, m *meter, progress io.Writer,
) (outcomes []outcome, records map[string]int64, err error) {
	records = make(map[string]int64)
	measured := make(map[string][]round)
	for n := range rounds {
		for i := range all {
			c := all[(n+i)%len(all)]
			warm, r, err := measureRound(ctx, c, duration, m)
			if err != nil {
				return nil, nil, fmt.Errorf("%s: %w", c.name, err)
			}
			records[c.name] += warm.records + r.records
			measured[c.name] = append(measured[c.name], r)
			fmt.Fprintf(progress, "round %d of %d, %s: %.0f records/s\n", n+1, rounds, c.name, float64(r.records)/r.elapsed.Seconds())
		}
	}
	for _, c := range all {
		outcomes = append(outcomes, newOutcome(c.name, measured[c.name]))
	}
	return outcomes, records, nil
}

// measureRound returns what was done to warm up, and then the round.
func measureRound(ctx context.Context, c entrant, duration time.Duration, m *meter) (warm work, r round, err error) {
	if warm, err = c.run(ctx, min(duration, warmUp)); err != nil {
		return warm, r, err
	}
	runtime.GC() // garbage of the one before
	before, err := m.read(ctx, c)
	if err != nil {
		return warm, r, err
	}
	if r.work, err = c.run(ctx, duration); err != nil {
		return warm, r, err
	}
	after, err := m.read(ctx, c)
	r.used = after.sub(before)
	return warm, r, err
}

// newOutcome takes medians of rounds, but latencies of all rounds together.
func newOutcome(name string, rounds []round) outcome {
	var latencies []time.Duration
	for _, r := range rounds {
		latencies = append(latencies, r.latencies...)
	}
	slices.Sort(latencies)
	median := func(figure func(round) float64) float64 {
		figures := make([]float64, len(rounds))
		for i, r := range rounds {
			figures[i] = figure(r) / float64(r.records)
		}
		return sample.Median(figures)
	}
	micros := func(of func(usage) time.Duration) float64 {
		return median(func(r round) float64 { return float64(of(r.used)) / float64(time.Microsecond) })
	}
	return outcome{
		name:         name,
		perSecond:    1 / median(func(r round) float64 { return r.elapsed.Seconds() }),
		p50:          sample.Percentile(latencies, 50),
		p99:          sample.Percentile(latencies, 99),
		contender:    micros(func(u usage) time.Duration { return u.contender }),
		client:       micros(func(u usage) time.Duration { return u.client }),
		postgres:     micros(func(u usage) time.Duration { return u.postgres }),
		walBytes:     median(func(r round) float64 { return float64(r.used.walBytes) }),
		transactions: median(func(r round) float64 { return float64(r.used.transactions) }),
	}
}
