package main

import (
	"fmt"
	"io"
	"slices"
)

// What clumpql is to show. Best is, of each figure by itself, the best of all stock gqlgen variants and their windows.
const (
	busyConnections = 32
	leastTimesBest  = 4.0     // requests a second, on busyConnections
	mostOfBestP50   = 1.0 / 5 // on one connection
	mostOfBestAlloc = 1.0 / 5 // allocations a request, on busyConnections
	leastOfHandmade = 0.65    // requests a second, on busyConnections
)

// judge writes which targets were met, for each query that was measured on the connections that they are about.
func judge(out io.Writer, p plan, all results) {
	for _, q := range p.queries {
		if busy, ok := all[cell{q.name, busyConnections}]; ok {
			judgeBusy(out, q, busy)
		}
		if alone, ok := all[cell{q.name, 1}]; ok {
			ours, best := of(alone, isLibrary(own))[0], bestOf(of(alone, isStock), byP50)
			ratio := float64(ours.p50) / float64(best.p50)
			verdict(out, ratio <= mostOfBestP50, q, "on one connection %.3f of the p50 of %s, at most %.2f wanted", ratio, best, mostOfBestP50)
		}
		judgeStatements(out, p, q, all)
	}
}

func judgeBusy(out io.Writer, q query, outcomes []outcome) {
	ours, stock := of(outcomes, isLibrary(own))[0], of(outcomes, isStock)
	best := bestOf(stock, bySpeed)
	ratio := ours.perSecond / best.perSecond
	verdict(out, ratio >= leastTimesBest, q, "on %d connections %.3f times the requests/s of %s, at least %.0f wanted",
		busyConnections, ratio, best, leastTimesBest)
	best = bestOf(stock, byAllocations)
	ratio = ours.allocations / best.allocations
	verdict(out, ratio <= mostOfBestAlloc, q, "%.3f of the allocations of %s, at most %.2f wanted", ratio, best, mostOfBestAlloc)
	handmade := of(outcomes, isLibrary(handwritten))[0]
	ratio = ours.perSecond / handmade.perSecond
	verdict(out, ratio >= leastOfHandmade, q, "on %d connections %.3f of the requests/s of %s, at least %.2f wanted",
		busyConnections, ratio, handmade, leastOfHandmade)
}

// judgeStatements looks at all connections: a round in which each request took the least there is took exactly that.
func judgeStatements(out io.Writer, p plan, q query, all results) {
	least, most := map[string]float64{}, map[string]float64{}
	var names []string
	for _, connections := range p.connections {
		for _, o := range all[cell{q.name, connections}] {
			name := o.String()
			if _, known := least[name]; !known {
				names = append(names, name)
				least[name], most[name] = o.least, o.most
			}
			least[name], most[name] = min(least[name], o.least), max(most[name], o.most)
		}
	}
	wanted := float64(q.least)
	pass := least[own] == wanted && most[own] == wanted
	verdict(out, pass, q, "%s statements a request in every round, %g wanted", span(least[own], most[own]), wanted)
	for _, name := range slices.DeleteFunc(names, func(name string) bool { return name == own || most[name] == wanted }) {
		fmt.Fprintf(out, "      %s: %s takes %s statements\n", q.name, name, span(least[name], most[name]))
	}
}

func verdict(out io.Writer, pass bool, q query, text string, values ...any) {
	word := "MISS"
	if pass {
		word = "PASS"
	}
	fmt.Fprintf(out, "%s  %s: %s\n", word, q.name, fmt.Sprintf(text, values...))
}
