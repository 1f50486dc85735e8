package ledger

import (
	"fmt"
	"strconv"
	"strings"
)

// channel is where processes tell each other what happened in a database. Each notification is sent in the transaction
// it tells of, so that it arrives after the commit and only if there was one. Its loss costs time, never correctness.
//
// What is settled is told only while somebody else is there to hear it: the other processes' workers, who wait for the lease,
// tell of themselves every second.
const channel = "clumpql_ledger"

const listen = `LISTEN ` + channel

const notify = `SELECT pg_notify('` + channel + `', $1)`

const (
	noteAppended = "appended" // the depot grew
	noteReleased = "released" // the lease is free
	noteHere     = "here"     // somebody who does not hold the lease listens
	noteSettled  = "settled"  // and, after a space each, partition:next_offset
)

// settledNote renders the progress of the partitions that advanced.
func settledNote(from, to []int64) string {
	var note strings.Builder
	note.WriteString(noteSettled)
	for p := range to {
		if to[p] != from[p] {
			fmt.Fprintf(&note, " %d:%d", p, to[p])
		}
	}
	return note.String()
}

// parseSettledNote calls settled for each partition in a note. What it does not understand it skips: another
// version may have sent it, and polling finds the rest.
func parseSettledNote(note string, settled func(partition int32, next int64)) {
	for _, field := range strings.Fields(note)[1:] {
		p, next, _ := strings.Cut(field, ":")
		partition, err := strconv.ParseInt(p, 10, 32)
		if err != nil || partition < 0 || partition >= MaxPartitions {
			continue
		}
		if offset, err := strconv.ParseInt(next, 10, 64); err == nil {
			settled(int32(partition), offset)
		}
	}
}
