package ledger

import (
	"bytes"
	"encoding/hex"
	"strings"
	"testing"
	"time"
)

// chained is a microbatch over two partitions, with every field different.
func chained() ([]depotRow, []outcome) {
	at := time.Date(2024, 2, 29, 12, 0, 0, 123456000, time.FixedZone("", 3600))
	rows := []depotRow{
		{entry: Deposit{"salary", 7, 200}.entry(), partition: 0, offset: 3, position: 10, appendedAt: at},
		{entry: Transfer{"rent", 7, 9, 50}.entry(), partition: 0, offset: 4, position: 11, appendedAt: at},
		{entry: Transfer{"ü", 1 << 40, 7, 1}.entry(), partition: 2, offset: 6, position: 12, appendedAt: at.Add(time.Microsecond)},
	}
	outcomes := []outcome{
		{status: Succeeded, balanceMinor: 5, payeeMinor: 5},
		{status: Succeeded, balanceMinor: 205, payeeMinor: 1 << 33},
		{status: InsufficientFunds, balanceMinor: 0, payeeMinor: 155},
	}
	return rows, outcomes
}

// The bytes are stored for ever: these were computed apart from this program, with Python's hashlib, from what chain.go documents.
func TestLinksOf_fixedVectors(t *testing.T) {
	rows, outcomes := chained()
	links := linksOf(Hash{31: 1}, []int64{5, 0, 7}, rows, outcomes)
	want := []struct {
		advance
		hash, digests string
	}{
		{advance{10, 0, 5}, "66e412e6c191c63493adb546eeb5c273fd9fb7232dcac51df4d80a0c1b03bda2",
			"01ac4bcf34d4315bb982b86c3a3017b588"},
		{advance{10, 2, 7}, "8b3bdf12e12d7cb8b075e346f63f6675919cddbbe8e7b236db62fe8189210896",
			"01a268a9238472d837"},
	}
	if len(links) != len(want) {
		t.Fatalf("%d links, want %d", len(links), len(want))
	}
	for i, w := range want {
		l := links[i]
		if l.advance != w.advance || l.hash.String() != w.hash || hex.EncodeToString(l.digests) != w.digests {
			t.Errorf("link %d is\n%+v %v %x, want\n%+v %v %v", i, l.advance, l.hash, l.digests, w.advance, w.hash, w.digests)
		}
	}
	if got := linksOf(Hash{}, nil, nil, nil); len(got) != 0 {
		t.Errorf("no records made %v", got)
	}
}

// Invariant: whatever changes in a record, its outcome or what is before it changes the hash; and only the digest of that record.
func TestNewLink_everythingCounts(t *testing.T) {
	at := advance{10, 0, 5}
	linked := func(previous Hash, s advance, change func(*depotRow, *outcome)) link {
		rows, outcomes := chained()
		change(&rows[1], &outcomes[1])
		return newLink(previous, s, rows[:2], outcomes[:2])
	}
	same := func(*depotRow, *outcome) {}
	original := linked(Hash{}, at, same)
	for name, change := range map[string]func(*depotRow, *outcome){
		"kind":      func(r *depotRow, _ *outcome) { r.kind = kindDeposit },
		"partition": func(r *depotRow, _ *outcome) { r.partition++ },
		"offset":    func(r *depotRow, _ *outcome) { r.offset++ },
		"position":  func(r *depotRow, _ *outcome) { r.position++ },
		"payer":     func(r *depotRow, _ *outcome) { r.userID++ },
		"payee":     func(r *depotRow, _ *outcome) { r.toUserID++ },
		"amount":    func(r *depotRow, _ *outcome) { r.amountMinor++ },
		"id":        func(r *depotRow, _ *outcome) { r.id += "x" },
		"time":      func(r *depotRow, _ *outcome) { r.appendedAt = r.appendedAt.Add(time.Microsecond) },
		"status":    func(_ *depotRow, o *outcome) { o.status++ },
		"balance":   func(_ *depotRow, o *outcome) { o.balanceMinor++ },
		"payee has": func(_ *depotRow, o *outcome) { o.payeeMinor++ },
	} {
		changed := linked(Hash{}, at, change)
		const second = 1 + digestBytes
		if changed.hash == original.hash || !bytes.Equal(changed.digests[:second], original.digests[:second]) ||
			bytes.Equal(changed.digests[second:], original.digests[second:]) {
			t.Errorf("%s: %v %x, without the change %v %x", name, changed.hash, changed.digests, original.hash, original.digests)
		}
	}
	for name, other := range map[string]link{
		"previous":    linked(Hash{1}, at, same),
		"position":    linked(Hash{}, advance{11, 0, 5}, same),
		"partition":   linked(Hash{}, advance{10, 1, 5}, same),
		"next offset": linked(Hash{}, advance{10, 0, 6}, same),
	} {
		if other.hash == original.hash || !bytes.Equal(other.digests, original.digests) {
			t.Errorf("%s: %v %x, without the change %v %x", name, other.hash, other.digests, original.hash, original.digests)
		}
	}
}

func TestHashUnmarshalText(t *testing.T) {
	h := Hash{0xab, 31: 0x01}
	var got Hash
	if err := got.UnmarshalText([]byte(strings.ToUpper(h.String()))); err != nil || got != h {
		t.Errorf("%v, %v, want %v", got, err, h)
	}
	for _, text := range []string{"", "ab", h.String() + "00", h.String()[1:] + "g"} {
		if err := got.UnmarshalText([]byte(text)); err == nil || got != h {
			t.Errorf("%q: %v, %v", text, got, err)
		}
	}
}
