package ledger

import "testing"

// Invariant: an account stays where it was added, however many come after it, and is found there; who was not added is not found.
func TestAccountsFind(t *testing.T) {
	var as accounts
	if a := as.find(0); a != nil {
		t.Errorf("none has %+v", a)
	}
	const n = 3*slabSize + 1
	id := func(i int64) int64 { return i * 7919 % n } // in no order
	added := map[int64]*account{}
	for i := range int64(n) {
		added[id(i)] = as.add(id(i), account{balanceMinor: i})
	}
	for i := range int64(n) {
		if a := as.find(id(i)); a != added[id(i)] || a.balanceMinor != i {
			t.Fatalf("user %d has %+v at %p, want %d at %p", id(i), a, a, i, added[id(i)])
		}
	}
	for _, id := range []int64{-1, n} {
		if a := as.find(id); a != nil {
			t.Errorf("user %d has %+v", id, a)
		}
	}
	if len(as.numbers) != n {
		t.Errorf("%d accounts, want %d", len(as.numbers), n)
	}
}
