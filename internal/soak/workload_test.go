package main

import (
	"math"

	"pgregory.net/rapid"
)

// step is a part of a workload.
type step struct {
	Do      action
	Records []draft // of the appends
	Process int     // which of two processes does it
}

type action string

const (
	doAppend   action = "append"
	doAppendTx action = "append in a transaction"
	doRollBack action = "append in a transaction that is rolled back"
	doSettle   action = "wait until all is decided, and compare"
	doHandOver action = "the worker ends, and one of this process begins"
	doCut      action = "all connections are ended"
)

// draft is a record of a workload, before its users are known: they are 0, 1 and 2.
type draft struct {
	Deposit     bool
	ID          string
	From, To    int64
	AmountMinor int64
}

// workloads are short and have few users, ids and amounts: repetitions, conflicts, refusals and overflows are frequent, and shrinking is quick.
func workloads() *rapid.Generator[[]step] {
	drafts := rapid.Custom(func(t *rapid.T) draft {
		d := draft{
			Deposit:     rapid.Bool().Draw(t, "deposit"),
			ID:          rapid.SampledFrom([]string{"a", "b", "c", "d", "e"}).Draw(t, "id"),
			From:        rapid.Int64Range(0, 2).Draw(t, "from"),
			AmountMinor: rapid.SampledFrom([]int64{1, 1, 3, 10, math.MaxInt64}).Draw(t, "amount"),
		}
		d.To = d.From
		if !d.Deposit {
			d.To = (d.From + rapid.Int64Range(1, 2).Draw(t, "to")) % 3
		}
		return d
	})
	kinds := []action{doAppend, doAppend, doAppend, doAppend, doSettle, doSettle, doAppendTx, doRollBack, doHandOver, doCut}
	return rapid.SliceOfN(rapid.Custom(func(t *rapid.T) step {
		s := step{Do: rapid.SampledFrom(kinds).Draw(t, "do"), Process: rapid.IntRange(0, 1).Draw(t, "process")}
		switch s.Do {
		case doAppend, doAppendTx, doRollBack:
			s.Records = rapid.SliceOfN(drafts, 1, 4).Draw(t, "records")
		}
		return s
	}), 1, 25)
}
