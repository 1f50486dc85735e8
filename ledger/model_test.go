package ledger

import (
	"context"
	"errors"
	"fmt"
	"maps"
	"math"
	"math/rand/v2"
	"sync"
	"testing"

	"github.com/jackc/pgx/v5"
	"github.com/jackc/pgx/v5/pgxpool"

	"github.com/clumpql/clumpql/internal/pgtest"
)

// model is a ledger in memory, written as plainly as possible.
type model struct {
	balances map[int64]uint64
	statuses map[recordKey]Status
}

func (m *model) decide(e entry) {
	status := Succeeded
	switch {
	case e.kind == kindTransfer && m.balances[e.userID] < uint64(e.amountMinor):
		status = InsufficientFunds
	case m.balances[e.toUserID]+uint64(e.amountMinor) > math.MaxInt64:
		status = BalanceOverflow
	default:
		if e.kind == kindTransfer {
			m.balances[e.userID] -= uint64(e.amountMinor)
		}
		m.balances[e.toUserID] += uint64(e.amountMinor)
	}
	m.statuses[e.key()] = status
}

// randomRecord makes records of few users and few ids, so that repetitions, conflicts and refusals are frequent.
func randomRecord(r *rand.Rand) Record {
	id := fmt.Sprint("id", r.IntN(60))
	user, amount := r.Int64N(6), 1+r.Int64N(100)
	switch {
	case r.IntN(40) == 0:
		amount = math.MaxInt64 - r.Int64N(3)
		fallthrough
	case r.IntN(4) == 0:
		return Deposit{id, user, amount}
	}
	return Transfer{id, user, (user + 1 + r.Int64N(5)) % 6, amount}
}

// Invariant: whatever concurrent callers append, and however often workers change, the tables are what a ledger in memory
// makes of the depot in the order of decisions.
func TestLedgerRandomWorkloadMatchesModel(t *testing.T) {
	t.Parallel()
	withPartitions(t, func(t *testing.T, pool *pgxpool.Pool) {
		seed := rand.Uint64()
		t.Logf("seed %d", seed)
		runRandomWorkload(t, pool, seed)
		compareWithModel(t, pool)
	})
}

func runRandomWorkload(t *testing.T, pool *pgxpool.Pool, seed uint64) {
	ctx := testContext(t)
	depots := []*Depot{newDepot(t, pool), newDepot(t, pool)}
	for _, d := range depots {
		startWorker(t, d, WorkerOptions{BatchSize: 7})
	}
	var group sync.WaitGroup
	for a := range 6 {
		group.Go(func() {
			r := rand.New(rand.NewPCG(seed, uint64(a)))
			for range 25 {
				records := make([]Record, 1+r.IntN(5))
				for i := range records {
					records[i] = randomRecord(r)
				}
				d := depots[r.IntN(2)]
				receipts, err := d.Append(ctx, records...)
				var conflict *ConflictError
				if errors.As(err, &conflict) {
					continue
				}
				if err == nil {
					err = d.Wait(ctx, receipts)
				}
				if err != nil {
					t.Errorf("append and wait: %v", err)
					return
				}
			}
		})
	}
	group.Wait()
}

// compareWithModel replays the depot in the order that microbatches document.
func compareWithModel(t *testing.T, pool *pgxpool.Pool) {
	t.Helper()
	ctx := testContext(t)
	const inOrder = `SELECT d.kind, d.user_id, d.to_user_id, d.amount_minor, d.record_id
FROM depot d
JOIN LATERAL (
    SELECT m.position FROM microbatches m
    WHERE m.partition = d.partition AND m.next_offset > d.depot_offset ORDER BY m.position LIMIT 1
) m ON true
ORDER BY m.position, d.partition, d.depot_offset`
	rows, _ := pool.Query(ctx, inOrder)
	m := model{balances: map[int64]uint64{}, statuses: map[recordKey]Status{}}
	var e entry
	var past []map[int64]uint64 // the balances after each decision
	_, err := pgx.ForEachRow(rows, []any{&e.kind, &e.userID, &e.toUserID, &e.amountMinor, &e.id}, func() error {
		m.decide(e)
		past = append(past, maps.Clone(m.balances))
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
	comparePast(t, NewPStates(pool), past)

	const outcomes = `SELECT 1::smallint, from_user_id, record_id, status FROM outgoing_transfers
UNION ALL SELECT 0, user_id, record_id, status FROM deposits`
	rows, _ = pool.Query(ctx, outcomes)
	var key recordKey
	var status Status
	counts := map[Status]int{}
	_, err = pgx.ForEachRow(rows, []any{&key.kind, &key.userID, &key.id, &status}, func() error {
		if want := m.statuses[key]; status != want {
			t.Errorf("%+v: %v, the model says %v", key, status, want)
		}
		counts[status]++
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
	if n := counts[Succeeded] + counts[InsufficientFunds] + counts[BalanceOverflow]; n != len(m.statuses) || counts[Succeeded] == 0 {
		t.Errorf("%v outcomes, the model has %d", counts, len(m.statuses))
	}
	balances, err := NewPStates(pool).Balances(ctx, []int64{0, 1, 2, 3, 4, 5})
	if err != nil {
		t.Fatal(err)
	}
	for user, balance := range balances {
		if uint64(balance) != m.balances[user] {
			t.Errorf("user %d has %d, the model says %d", user, balance, m.balances[user])
		}
	}
	verifyOK(t, pool, int64(len(m.statuses)))
}

// Invariant: whoever reads all funds at once, at whatever moment, finds the money that was deposited.
func TestLedgerConservesMoney(t *testing.T) {
	t.Parallel()
	pool := pgtest.Plain(t)
	d := newDepot(t, pool)
	startWorker(t, d, WorkerOptions{BatchSize: 5})
	const users, each = 8, 1000
	deposits := make([]Record, users)
	for u := range deposits {
		deposits[u] = Deposit{"salary", int64(u), each}
	}
	settle(t, d, deposits...)

	ctx, stop := context.WithCancel(testContext(t))
	var readers sync.WaitGroup
	reads := 0
	readers.Go(func() {
		for ctx.Err() == nil {
			var total int64
			err := pool.QueryRow(ctx, "SELECT sum(balance_minor)::bigint FROM funds").Scan(&total)
			if err == nil && total != users*each {
				t.Errorf("the funds sum to %d, want %d", total, users*each)
			}
			reads++
		}
	})
	var writers sync.WaitGroup
	for a := range 4 {
		writers.Go(func() {
			r := rand.New(rand.NewPCG(1, uint64(a)))
			for i := range 20 {
				bulk := make([]Record, 10)
				for j := range bulk {
					from := r.Int64N(users)
					bulk[j] = Transfer{fmt.Sprintf("%d-%d-%d", a, i, j), from, (from + 1 + r.Int64N(users-1)) % users, 1 + r.Int64N(500)}
				}
				settle(t, d, bulk...)
			}
		})
	}
	writers.Wait()
	stop()
	readers.Wait()
	if reads == 0 {
		t.Error("nothing was read while the transfers ran")
	}
	verifyOK(t, pool, users+800)
}
