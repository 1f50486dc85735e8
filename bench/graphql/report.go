package main

import (
	"fmt"
	"io"
	"text/tabwriter"
	"time"
)

// report writes the table: for each cell all contenders, and clumpql's ratio to each.
func report(out io.Writer, p plan, all results) {
	table := tabwriter.NewWriter(out, 0, 8, 2, ' ', tabwriter.AlignRight)
	fmt.Fprintln(table, "query\tconn.\tcontender\treq/s\tp50 ms\tp99 ms\tCPU µs\tallocs\tkB\tstatements\t"+
		"clumpql's req/s\tp50\tCPU\tallocs\t")
	for _, q := range p.queries {
		for _, connections := range p.connections {
			outcomes := all[cell{q.name, connections}]
			ours := of(outcomes, isLibrary(own))[0]
			for _, r := range rows(outcomes) {
				fmt.Fprintf(table, "%s\t%d\t%s\t", q.name, connections, r.name)
				writeRow(table, ours, r.outcome)
			}
			best := bestOf(of(outcomes, isStock), bySpeed)
			fmt.Fprintf(table, "%s\t%d\tbest stock: %s\t", q.name, connections, best)
			writeRow(table, ours, best)
		}
	}
	_ = table.Flush() // of what has no errors to tell
}

type row struct {
	name string
	outcome
}

// rows are the outcomes of a cell as they are shown: of the windows of a library the usual one and the best.
func rows(outcomes []outcome) (shown []row) {
	seen := make(map[string]bool)
	for _, o := range outcomes {
		if o.window == 0 {
			shown = append(shown, row{o.String(), o})
			continue
		}
		if seen[o.library] {
			continue
		}
		seen[o.library] = true
		windowed := of(outcomes, isLibrary(o.library))
		usual := of(windowed, func(o outcome) bool { return o.window == usualWindow })[0]
		best := bestOf(windowed, bySpeed)
		shown = append(shown, row{usual.String(), usual}, row{fmt.Sprintf("%s best, %s", best.library, best.window), best})
	}
	return shown
}

func writeRow(table io.Writer, ours, o outcome) {
	fmt.Fprintf(table, "%.0f\t%s\t%s\t%.0f\t%.0f\t%.1f\t%s\t%.2f\t%.2f\t%.2f\t%.2f\t\n",
		o.perSecond, milliseconds(o.p50), milliseconds(o.p99), float64(o.cpu)/float64(time.Microsecond),
		o.allocations, o.kilobytes, span(o.least, o.most), ours.perSecond/o.perSecond, float64(ours.p50)/float64(o.p50),
		float64(ours.cpu)/float64(o.cpu), ours.allocations/o.allocations)
}

func milliseconds(d time.Duration) string {
	return fmt.Sprintf("%.2f", float64(d)/float64(time.Millisecond))
}

// span writes one number where two are the same.
func span(least, most float64) string {
	if least == most {
		return fmt.Sprintf("%.4g", least)
	}
	return fmt.Sprintf("%.3f..%.3f", least, most)
}
