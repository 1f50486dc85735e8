package ledger

import (
	"bytes"
	"fmt"
)

// parts calls f with each link of the stretch, its records and their outcomes. It ends where records are missing.
func (s *stretch) parts(outcomes []outcome, f func(l link, rows []depotRow, outcomes []outcome)) {
	rows := s.rows
	for _, l := range s.links {
		n := 0
		for n < len(rows) && rows[n].partition == l.partition && rows[n].offset < l.next {
			n++
		}
		if n == 0 || rows[n-1].offset != l.next-1 {
			return
		}
		f(l, rows[:n], outcomes[:n])
		rows, outcomes = rows[n:], outcomes[n:]
	}
}

// compareLinks compares stored links with those that the records make now. It judges each by the hash that is stored before it, so
// that one change is not told again of all that follows.
func (v *verification) compareLinks(s *stretch, outcomes []outcome) {
	s.parts(outcomes, func(stored link, rows []depotRow, outcomes []outcome) {
		if stored.digests == nil {
			if d := stored.missing(v.chained, rows); d != nil {
				v.deviate(*d)
			}
			return
		}
		if d := stored.differs(v.report.Head, rows, outcomes); d != nil {
			v.deviate(*d)
		}
		v.chained = true
		v.report.Head = stored.hash
		v.headFound = v.headFound || stored.hash == v.options.Head
	})
}

// missing returns the deviation of a link without a hash, which is none where the chain has not begun yet.
func (l link) missing(chained bool, rows []depotRow) *Deviation {
	if !chained {
		return nil
	}
	return &Deviation{"microbatches", l.partition, rows[0].offset, -1, "the microbatch has no hash, though earlier ones have"}
}

// differs returns how a stored link differs from the one that its records and their outcomes make, or nil.
func (l link) differs(previous Hash, rows []depotRow, outcomes []outcome) *Deviation {
	want := newLink(previous, l.advance, rows, outcomes)
	d := &Deviation{"microbatches", l.partition, rows[0].offset, -1, ""}
	if bytes.Equal(l.digests, want.digests) {
		if l.hash == want.hash {
			return nil
		}
		d.Reason = "the hash of the microbatch does not follow from the one before and its records"
		return d
	}
	if len(l.digests) != len(want.digests) || l.digests[0] != chainFormat {
		d.Reason = fmt.Sprintf("the microbatch has no digests of its %d records in format %d", len(rows), chainFormat)
		return d
	}
	for i, row := range rows {
		at := 1 + i*digestBytes
		if !bytes.Equal(l.digests[at:at+digestBytes], want.digests[at:at+digestBytes]) {
			// The balances of those behind it may differ because of it, so they are not told.
			return &Deviation{"depot", row.partition, row.offset, row.userID,
				fmt.Sprintf("record %q or its outcome is not what was digested when it was decided", row.id)}
		}
	}
	return nil
}
