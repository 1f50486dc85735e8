package ledger

// slabSize is how many accounts are allocated at once.
const slabSize = 1024

// accounts are found by their users. They lie in slabs and are numbered, so there are no pointers among them: through a million, the garbage collector
// would go each time, which takes it seven times as long. The zero value holds none.
type accounts struct {
	numbers map[int64]int32 // of users
	slabs   [][]account     // full but for the last, and never moved
}

// find returns a user's account, or nil.
func (as *accounts) find(userID int64) *account {
	n, ok := as.numbers[userID]
	if !ok {
		return nil
	}
	return &as.slabs[n/slabSize][n%slabSize]
}

// add holds one more account, and returns it in its place. The user must have none.
func (as *accounts) add(userID int64, a account) *account {
	if as.numbers == nil {
		as.numbers = make(map[int64]int32)
	}
	n := len(as.numbers)
	if n%slabSize == 0 {
		as.slabs = append(as.slabs, make([]account, 0, slabSize))
	}
	as.numbers[userID] = int32(n)
	slab := &as.slabs[n/slabSize]
	*slab = append(*slab, a)
	return &(*slab)[n%slabSize]
}

// parties are the accounts of who pays and who is paid: of a deposit, one and the same.
type parties struct{ payer, payee *account }

// partiesOf returns the parties of each record, given how to find a user's account.
func partiesOf(rows []depotRow, find func(userID int64) *account) []parties {
	all := make([]parties, len(rows))
	for i := range rows {
		all[i] = parties{find(rows[i].userID), find(rows[i].toUserID)}
	}
	return all
}
