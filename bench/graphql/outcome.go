package main

import (
	"slices"
	"time"

	"github.com/clumpql/clumpql/bench/sample"
)

// outcome is what the rounds of a contender come to, for each request.
type outcome struct {
	contender
	perSecond   float64
	p50, p99    time.Duration
	cpu         time.Duration // of the server
	postgres    time.Duration // CPU
	load        time.Duration // CPU
	allocations float64
	kilobytes   float64
	least, most float64 // statements, of the round that took fewest and of the one that took most
}

// used is the CPU time of all that takes part in a request.
func (o outcome) used() time.Duration { return o.cpu + o.postgres + o.load }

func newOutcome(c contender, rounds []round) outcome {
	var latencies []time.Duration
	for _, r := range rounds {
		latencies = append(latencies, r.latencies...)
	}
	slices.Sort(latencies)
	each := func(figure func(round) float64) []float64 {
		figures := make([]float64, len(rounds))
		for i, r := range rounds {
			figures[i] = figure(r) / float64(len(r.latencies))
		}
		slices.Sort(figures)
		return figures
	}
	median := func(figure func(round) float64) float64 { return sample.Median(each(figure)) }
	reads := each(func(r round) float64 { return float64(r.reads) })
	return outcome{
		contender:   c,
		perSecond:   float64(time.Second) / median(func(r round) float64 { return float64(r.elapsed) }),
		p50:         sample.Percentile(latencies, 50),
		p99:         sample.Percentile(latencies, 99),
		cpu:         time.Duration(median(func(r round) float64 { return float64(r.used.CPU) })),
		postgres:    time.Duration(median(func(r round) float64 { return float64(r.postgres) })),
		load:        time.Duration(median(func(r round) float64 { return float64(r.load) })),
		allocations: median(func(r round) float64 { return float64(r.used.Mallocs) }),
		kilobytes:   median(func(r round) float64 { return float64(r.used.Bytes) / 1000 }),
		least:       reads[0],
		most:        reads[len(reads)-1],
	}
}

// bestOf returns the outcome for which the figure is the least.
func bestOf(outcomes []outcome, figure func(outcome) float64) outcome {
	return slices.MinFunc(outcomes, func(a, b outcome) int {
		switch x, y := figure(a), figure(b); {
		case x < y:
			return -1
		case x > y:
			return 1
		}
		return 0
	})
}

// The figures by which an outcome can be the best: less is better.
func bySpeed(o outcome) float64       { return -o.perSecond }
func byP50(o outcome) float64         { return float64(o.p50) }
func byAllocations(o outcome) float64 { return o.allocations }

// of returns the outcomes that pass.
func of(outcomes []outcome, pass func(outcome) bool) []outcome {
	return slices.DeleteFunc(slices.Clone(outcomes), func(o outcome) bool { return !pass(o) })
}

func isStock(o outcome) bool { return o.stock }

func isLibrary(name string) func(outcome) bool {
	return func(o outcome) bool { return o.library == name }
}
