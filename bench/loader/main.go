package main

import (
	"flag"
	"fmt"
	"os"
	"regexp"
	"runtime"
	"slices"
	"text/tabwriter"
	"time"
)

// windows are those that the rivals try for their best. Their own benchmarks have 500 ns.
var windows = []time.Duration{500 * time.Nanosecond, 20 * time.Microsecond, 100 * time.Microsecond, 300 * time.Microsecond, time.Millisecond}

// contender answers patterns.
type contender struct {
	name   string
	window time.Duration // 0: it has none
	run    func(pattern)
	calls  func() int64
}

func contenders() []contender {
	own, least := newClumps(), &floor{}
	all := []contender{
		{"clump", 0, own.run, own.calls.Load}, {"floor", 0, least.run, least.calls.Load}, {nothing, 0, doNothing, func() int64 { return 0 }},
	}
	for _, w := range windows {
		generated, gophers := newDataloadgen(w), newGraphGophers(w)
		all = append(all,
			contender{generated.name, w, generated.run, generated.calls.Load},
			contender{gophers.name, w, gophers.run, gophers.calls.Load})
	}
	return all
}

// nothing is what a pattern costs without asking for anything: the goroutines that would ask.
const nothing = "nothing"

func doNothing(p pattern) {
	if p == tenAtOnce || p == tenLists {
		atOnce(func(int) {})
	}
}

// round is what one measurement of a contender gave, for each request.
type round struct {
	time               time.Duration
	allocations, calls float64
}

func main() {
	rounds := flag.Int("rounds", 7, "rounds of each contender and pattern")
	least := flag.Duration("duration", 30*time.Millisecond, "how long a round lasts at least")
	match := flag.String("match", "", "a regular expression of the patterns to measure: all unless told")
	flag.Parse()
	wanted, err := regexp.Compile(*match)
	if err != nil {
		fmt.Fprintf(os.Stderr, "-match: %v\n", err)
		os.Exit(2)
	}
	table := tabwriter.NewWriter(os.Stdout, 0, 8, 2, ' ', 0)
	fmt.Fprintln(table, "pattern\tcontender\tns/key\tallocs/key\tcalls\ttime: clump is\tallocs: clump is")
	for _, p := range patterns {
		if !wanted.MatchString(p.name) {
			continue
		}
		report(table, p, measure(p, *rounds, *least))
	}
	_ = table.Flush() // to stdout
}

// measure returns the rounds of each contender, in the order of contenders.
func measure(p pattern, rounds int, least time.Duration) map[contenderKey][]round {
	all := contenders()
	measured := make(map[contenderKey][]round)
	for i := range rounds + 1 {
		for _, c := range all {
			r := measureRound(c, p, least)
			if i > 0 { // the first one warms up
				key := contenderKey{c.name, c.window}
				measured[key] = append(measured[key], r)
			}
		}
	}
	return measured
}

type contenderKey struct {
	name   string
	window time.Duration
}

func measureRound(c contender, p pattern, least time.Duration) round {
	runtime.GC()
	c.run(p) // fills the pools again that the garbage collector has emptied, as the requests before did in a server
	var before, after runtime.MemStats
	calls := c.calls()
	runtime.ReadMemStats(&before)
	start := time.Now()
	requests, elapsed := 0, time.Duration(0)
	for elapsed < least {
		c.run(p)
		requests++
		elapsed = time.Since(start)
	}
	runtime.ReadMemStats(&after)
	n := float64(requests)
	return round{elapsed / time.Duration(requests), float64(after.Mallocs-before.Mallocs) / n, float64(c.calls()-calls) / n}
}

// median is taken of each figure by itself.
func median(rounds []round) round {
	pick := func(figure func(round) float64) float64 {
		figures := make([]float64, len(rounds))
		for i, r := range rounds {
			figures[i] = figure(r)
		}
		slices.Sort(figures)
		return figures[len(figures)/2]
	}
	return round{
		time.Duration(pick(func(r round) float64 { return float64(r.time) })),
		pick(func(r round) float64 { return r.allocations }),
		pick(func(r round) float64 { return r.calls }),
	}
}

func report(table *tabwriter.Writer, p pattern, measured map[contenderKey][]round) {
	without := median(measured[contenderKey{nothing, 0}]).allocations
	own := median(measured[contenderKey{"clump", 0}])
	row := func(name string, r round) {
		fmt.Fprintf(table, "%s\t%s\t%.0f\t%.4f\t%.1f of %d\t%.2f\t%.2f\n", p.name, name, float64(r.time)/float64(p.keys),
			(r.allocations-without)/float64(p.keys), r.calls, p.least, float64(own.time)/float64(r.time),
			(own.allocations-without)/(r.allocations-without))
	}
	row("clump", own)
	row("floor", median(measured[contenderKey{"floor", 0}]))
	for _, rival := range []string{"dataloadgen", "graph-gophers"} {
		row(rival+" 1ms", median(measured[contenderKey{rival, time.Millisecond}]))
		best, window := round{}, time.Duration(0)
		for _, w := range windows {
			if r := median(measured[contenderKey{rival, w}]); window == 0 || r.time < best.time {
				best, window = r, w
			}
		}
		row(fmt.Sprintf("%s best, %s", rival, window), best)
	}
}
