package ledger

import (
	"context"

	"github.com/jackc/pgx/v5"
	"github.com/jackc/pgx/v5/pgxpool"
)

// rememberedAccounts is how many accounts a generation of a memory has. Each takes 52 bytes, so two generations take 110 MB.
const rememberedAccounts = 1 << 20

// memory holds accounts as they are after the last decision of a term, committed or not, so that a microbatch need not read
// what its predecessors wrote.
//
// Nobody but the holder of the lease writes funds, and whoever takes the lease raises the epoch: what was decided on
// other funds than the stored ones is never committed. So a memory lives and dies with its term, which any error ends.
//
// It is bounded by two generations. What is used is copied to the younger; when that is full it becomes the older one, and what
// was not used since is forgotten. So an account has another place after the memory has aged: whoever points to one has sent by then what was decided on it.
type memory struct {
	pool           *pgxpool.Pool
	limit          int // of a generation, give or take the accounts of one microbatch
	younger, older accounts
	begun          int // microbatches, since the younger was begun
}

func newMemory(pool *pgxpool.Pool) memory {
	return memory{pool: pool, limit: rememberedAccounts}
}

// age makes room. It is called as a microbatch begins, when of those before only the last may be uncommitted, mostUnderWay of them. What they
// use is in the younger generation, unless it has aged since the first of them began: then it does not age again yet, so nothing
// uncommitted is forgotten.
func (m *memory) age() {
	if len(m.younger.numbers) >= m.limit && m.begun >= mostUnderWay {
		m.younger, m.older, m.begun = accounts{}, m.younger, 0
	}
	m.begun++
}

// recall returns the parties of each record. It reads the accounts that it does not remember.
func (m *memory) recall(ctx context.Context, rows []depotRow) ([]parties, error) {
	var missing []int64
	known := func(id int64) *account {
		if a := m.younger.find(id); a != nil {
			return a
		}
		if a := m.older.find(id); a != nil {
			return m.younger.add(id, *a)
		}
		missing = append(missing, id)
		return m.younger.add(id, account{}) // with no row and nothing to spend, as far as is known
	}
	all := partiesOf(rows, known)
	if len(missing) == 0 {
		return all, nil
	}
	err := readByIndex(ctx, m.pool, plannedOnce, func(found pgx.Rows) error {
		var id, balanceMinor int64
		var transfers int16
		_, err := pgx.ForEachRow(found, []any{&id, &balanceMinor, &transfers}, func() error {
			*m.younger.find(id) = account{balanceMinor: balanceMinor, transfers: transfers, stored: true}
			return nil
		})
		return err
	}, readAccounts, missing)
	return all, err
}
