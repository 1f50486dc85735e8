package ledger

import (
	"bytes"
	"fmt"

	"github.com/jackc/pgx/v5"
)

// scanLink reads a row of microbatches. One from before there was a chain has no digests.
func scanLink(row pgx.CollectableRow) (l link, err error) {
	var hash []byte
	err = row.Scan(&l.position, &l.partition, &l.next, &hash, &l.digests)
	l.hash = storedHash(hash)
	return l, err
}

// compareLinks compares stored links with those that the records make now. Behind a hole in the depot there are fewer records.
func (v *verification) compareLinks(links []link, rows []depotRow, outcomes []outcome) {
	for _, stored := range links {
		n := 0
		for n < len(rows) && rows[n].partition == stored.partition && rows[n].offset < stored.next {
			n++
		}
		if n == 0 || rows[n-1].offset != stored.next-1 {
			return
		}
		v.compareLink(stored, rows[:n], outcomes[:n])
		rows, outcomes = rows[n:], outcomes[n:]
	}
}

// compareLink judges each link by the hash that is stored before it, so that one change is not told again of all that follows.
func (v *verification) compareLink(stored link, rows []depotRow, outcomes []outcome) {
	first := rows[0]
	deviate := func(reason string) {
		v.deviate(Deviation{"microbatches", first.partition, first.offset, -1, reason})
	}
	if stored.digests == nil {
		if v.chained {
			deviate("the microbatch has no hash, though earlier ones have")
		}
		return
	}
	v.chained = true
	want := newLink(v.report.Head, stored.segment, rows, outcomes)
	v.report.Head = stored.hash
	v.headFound = v.headFound || stored.hash == v.expectedHead
	if bytes.Equal(stored.digests, want.digests) {
		if stored.hash != want.hash {
			deviate("the hash of the microbatch does not follow from the one before and its records")
		}
		return
	}
	if len(stored.digests) != len(want.digests) || stored.digests[0] != chainFormat {
		deviate(fmt.Sprintf("the microbatch has no digests of its %d records in format %d", len(rows), chainFormat))
		return
	}
	for i, row := range rows {
		at := 1 + i*digestBytes
		if !bytes.Equal(stored.digests[at:at+digestBytes], want.digests[at:at+digestBytes]) {
			v.deviate(Deviation{"depot", row.partition, row.offset, row.userID,
				fmt.Sprintf("record %q or its outcome is not what was digested when it was decided", row.id)})
			return // the balances of those behind it may differ because of it
		}
	}
}
