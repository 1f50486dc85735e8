package ledger

import (
	"errors"
	"fmt"
	"math/rand/v2"
	"testing"

	"github.com/jackc/pgx/v5"

	"github.com/clumpql/clumpql/internal/pgtest"
)

// Invariant: however little a memory holds, and whether groups were decided with their append, were refused and undone, or microbatches followed
// each other while two were under way, it remembers of each account what funds have, or nothing.
func TestMemoryIsTheFunds(t *testing.T) {
	t.Parallel()
	for limit := 1; limit <= 3; limit++ {
		t.Run(fmt.Sprint(limit), func(t *testing.T) {
			t.Parallel()
			seed := rand.Uint64()
			t.Logf("seed %d", seed)
			m := &memoryModel{borrowed: newBorrowed(t, newDepot(t, pgtest.New(t))), random: rand.New(rand.NewPCG(seed, 0))}
			m.term.memory.limit = limit
			for range 40 {
				switch m.random.IntN(3) {
				case 0:
					if err := m.append(t, m.records()...); err != nil {
						t.Fatal(err)
					}
				case 1:
					m.refuse(t)
					m.decide(t) // what another has appended
				case 2:
					m.decide(t)
				}
				m.compare(t)
			}
			verifyOK(t, m.pool, m.appended)
			if report, err := Verify(testContext(t), m.pool, VerifyOptions{accounts: 1}); err != nil || !report.OK() {
				t.Errorf("with one account in memory: %v, %v", report, err)
			}
		})
	}
}

// memoryModel does by turns what changes a memory.
type memoryModel struct {
	borrowed
	random   *rand.Rand
	made     int
	appended int64
}

// records makes up one to three.
func (m *memoryModel) records() (records []Record) {
	for range 1 + m.random.IntN(3) {
		m.made++
		user, id := m.random.Int64N(6), fmt.Sprint(m.made)
		if m.random.IntN(3) == 0 {
			records = append(records, Deposit{id, user, 1 + m.random.Int64N(100)})
		} else {
			records = append(records, Transfer{id, user, (user + 1 + m.random.Int64N(5)) % 6, 1 + m.random.Int64N(80)})
		}
	}
	m.appended += int64(len(records))
	return records
}

// refuse has another process append before a group, which is undone by that.
func (m *memoryModel) refuse(t *testing.T) {
	t.Helper()
	m.appendElsewhere(t)
	refused := m.records()
	m.appended -= int64(len(refused))
	if err := m.append(t, refused...); !errors.Is(err, errApart) {
		t.Fatalf("a group after what another has appended: %v", err)
	}
	m.apart = 0
}

func (m *memoryModel) appendElsewhere(t *testing.T) {
	t.Helper()
	if _, err := newDepot(t, m.pool).Append(testContext(t), m.records()...); err != nil {
		t.Fatal(err)
	}
}

// decide has the worker decide in microbatches that are filled in two parts, two of them under way. The last one stays empty.
func (m *memoryModel) decide(t *testing.T) {
	t.Helper()
	ctx := testContext(t)
	m.term.use <- struct{}{}
	defer m.term.giveBack()
	var under []*sending
	commit := func() {
		t.Helper()
		if err := m.worker.commit(ctx, under[0]); err != nil {
			t.Fatal(err)
		}
		under = under[1:]
	}
	for range 1 + m.random.IntN(4) {
		mb := m.term.begin(m.term.next)
		for range 2 {
			m.appendElsewhere(t)
			if _, err := m.worker.fill(ctx, m.term, mb); err != nil {
				t.Fatal(err)
			}
		}
		if len(under) == mostUnderWay {
			commit()
		}
		under = append(under, m.term.send(mb, nil))
		if mb.touched != nil {
			t.Error("a microbatch that was sent keeps accounts")
		}
		m.term.next = mb.next
	}
	for len(under) > 0 {
		commit()
	}
	m.term.next = m.term.begin(m.term.next).next
}

// compare demands that nothing is under way.
func (m *memoryModel) compare(t *testing.T) {
	t.Helper()
	remembered := map[int64]account{}
	for _, as := range []accounts{m.term.memory.older, m.term.memory.younger} {
		for id := range as.numbers {
			remembered[id] = *as.find(id)
		}
	}
	for id, a := range remembered {
		want := account{stored: true, changed: a.changed}
		err := m.pool.QueryRow(testContext(t), "SELECT balance_minor, transfers FROM funds WHERE user_id = $1", id).
			Scan(&want.balanceMinor, &want.transfers)
		if errors.Is(err, pgx.ErrNoRows) {
			want.stored, err = false, nil
		}
		if a != want || err != nil {
			t.Fatalf("user %d is remembered with %+v, and has %+v; %v", id, a, want, err)
		}
	}
}
