package main

import (
	"fmt"
	"io"
	"time"
)

// Names of contenders.
const (
	pgbenchBusy     = "pgbench-8"
	pgbenchAlone    = "pgbench-1"
	pgbenchHotPayee = "pgbench-hot-payee"
	pgbenchHotPayer = "pgbench-hot-payer"
	depotMany       = "depot-32x100"
	depotSingle     = "depot-512x1"
	depotHotPayee   = "depot-hot-payee"
	depotHotPayer   = "depot-hot-payer"
	httpBulk        = "http-4x500"
	httpBusy        = "http-256"
	httpAlone       = "http-1"
)

// speeds are the records a second that contenders are to have, as multiples of another's.
var speeds = []struct {
	name, rival string
	least       float64
}{
	{depotMany, pgbenchBusy, 8},
	{depotSingle, pgbenchBusy, 4},
	{httpBulk, pgbenchBusy, 5},
	{httpBusy, pgbenchBusy, 1.2},
	{depotHotPayee, depotMany, 0.9}, // as fast, but for what rounds of the same differ by
	{depotHotPayer, depotMany, 0.9},
}

const (
	mostBusyP99  = 150 * time.Millisecond
	mostAloneP50 = 3.0 // times the p50 of pgbenchAlone
)

// judge writes which targets were met, of those whose contenders were measured.
func judge(out io.Writer, all []outcome) {
	byName := make(map[string]outcome)
	for _, o := range all {
		byName[o.name] = o
	}
	for _, s := range speeds {
		ours, ok := byName[s.name]
		rival, found := byName[s.rival]
		if !ok || !found {
			continue
		}
		ratio := ours.perSecond / rival.perSecond
		verdict(out, ratio >= s.least, "%s: %.2f times the records/s of %s, at least %g wanted", s.name, ratio, s.rival, s.least)
	}
	if ours, ok := byName[httpBusy]; ok {
		verdict(out, ours.p99 < mostBusyP99, "%s: p99 %s ms, less than %s wanted", httpBusy, milliseconds(ours.p99), milliseconds(mostBusyP99))
	}
	ours, ok := byName[httpAlone]
	if rival, found := byName[pgbenchAlone]; ok && found {
		ratio := float64(ours.p50) / float64(rival.p50)
		verdict(out, ratio < mostAloneP50, "%s: %.2f times the p50 of %s, less than %g wanted", httpAlone, ratio, pgbenchAlone, mostAloneP50)
	}
}

func verdict(out io.Writer, pass bool, text string, values ...any) {
	word := "MISS"
	if pass {
		word = "PASS"
	}
	fmt.Fprintf(out, "%s  %s\n", word, fmt.Sprintf(text, values...))
}
