package ledger

import (
	"context"
	"errors"
	"fmt"
	"io"
	"math/rand/v2"
	"slices"
	"sync"
	"testing"
	"testing/synctest"

	"github.com/google/go-cmp/cmp"
	"github.com/jackc/pgx/v5/pgxpool"

	"github.com/clumpql/clumpql/internal/pgtest"
)

// Invariant: while concurrent callers transfer and workers change, a follower sees each transfer of its user once, in the order of
// decisions, and of balances never the same twice in succession, and the last.
func TestFeedRandomWorkload(t *testing.T) {
	t.Parallel()
	withPartitions(t, testFeed)
}

const feedUsers = 6

func testFeed(t *testing.T, pool *pgxpool.Pool) {
	ctx := testContext(t)
	worked := newDepot(t, pool)
	stop := startWorker(t, worked, WorkerOptions{BatchSize: 7})
	for user := range int64(feedUsers) {
		settle(t, worked, Deposit{"start", user, 1000})
	}
	pstates := NewPStates(pool)
	// One process follows beside a worker, by notification; one has none, and polls.
	beside, alone := NewFeed(worked, pstates), NewFeed(newDepot(t, pool), pstates)
	followers, ended := followAll(ctx, t, []*Feed{beside, alone})

	var callers sync.WaitGroup
	var mu sync.Mutex // guards receipts
	var receipts []Receipt
	for seed := range uint64(4) {
		callers.Go(func() {
			r := rand.New(rand.NewPCG(seed, 0))
			for n := range 60 {
				from := r.Int64N(feedUsers)
				to := (from + 1 + r.Int64N(feedUsers-1)) % feedUsers
				record := Transfer{fmt.Sprint(seed, "-", n), from, to, 1 + r.Int64N(300)}
				got, err := worked.Append(ctx, record)
				if err != nil {
					t.Error(err)
				}
				mu.Lock()
				receipts = append(receipts, got...)
				mu.Unlock()
			}
		})
	}
	callers.Wait()
	stop()
	startWorker(t, worked, WorkerOptions{})
	if err := worked.Wait(ctx, receipts); err != nil {
		t.Fatal(err)
	}
	for user := range int64(feedUsers) { // the sign to stop
		settle(t, worked, Deposit{"more", user, 1000}, Transfer{"end", user, user + feedUsers, 1000}, Deposit{"odd", user, 1_000_000})
	}
	ended.Wait()
	for _, f := range followers {
		f.check(t, pool)
	}
}

// follower is what one follower saw.
type follower struct {
	userID    int64
	transfers []TransferRecord
	balances  []int64
}

// followAll follows every user in every feed, until the transfer "end" and a balance of a million.
func followAll(ctx context.Context, t *testing.T, feeds []*Feed) (followers []*follower, ended *sync.WaitGroup) {
	t.Helper()
	ended = &sync.WaitGroup{}
	for _, feed := range feeds {
		for user := range int64(feedUsers) {
			f := &follower{userID: user}
			followers = append(followers, f)
			ended.Go(func() {
				for r, err := range feed.Transfers(ctx, user, -1) {
					if err != nil {
						t.Error(err)
					}
					f.transfers = append(f.transfers, r)
					if r.ID == "end" {
						return
					}
				}
				t.Errorf("user %d: no more transfers: %v", user, ctx.Err())
			})
			ended.Go(func() {
				for balance, err := range feed.Balances(ctx, user) {
					if err != nil {
						t.Error(err)
					}
					f.balances = append(f.balances, balance)
					if balance >= 1_000_000 {
						return
					}
				}
				t.Errorf("user %d: no more balances: %v", user, ctx.Err())
			})
		}
	}
	return followers, ended
}

func (f *follower) check(t *testing.T, pool *pgxpool.Pool) {
	t.Helper()
	ctx, s := testContext(t), NewPStates(pool)
	all := HistoryPage{First: 10_000, Order: Oldest}
	outgoing, err := s.OutgoingPages(ctx, all, []int64{f.userID})
	if err != nil {
		t.Fatal(err)
	}
	incoming, err := s.IncomingPages(ctx, all, []int64{f.userID})
	if err != nil {
		t.Fatal(err)
	}
	want := append(outgoing[f.userID].Records, incoming[f.userID].Records...)
	slices.SortFunc(want, func(a, b TransferRecord) int { return int(a.Position - b.Position) })
	if diff := cmp.Diff(want, f.transfers); diff != "" || len(want) <= feedPage {
		t.Errorf("user %d: %d transfers (in the histories, followed):\n%s", f.userID, len(want), diff)
	}
	balances, err := s.Balances(ctx, []int64{f.userID})
	if err != nil {
		t.Fatal(err)
	}
	if len(slices.Compact(slices.Clone(f.balances))) != len(f.balances) || f.balances[len(f.balances)-1] != balances[f.userID] {
		t.Errorf("user %d: balances %v, now %d", f.userID, f.balances, balances[f.userID])
	}
}

// Invariant: a follower that begins at what is processed sees nothing of what was before.
func TestFeedTransfersAfterProcessed(t *testing.T) {
	t.Parallel()
	pool := pgtest.New(t)
	d := newDepot(t, pool)
	startWorker(t, d, WorkerOptions{})
	settle(t, d, seedRecords()...)
	pstates := NewPStates(pool)
	status, err := pstates.ReadStatus(testContext(t))
	if err != nil {
		t.Fatal(err)
	}
	settle(t, d, Transfer{"later", 0, 1, 1})
	for r, err := range NewFeed(d, pstates).Transfers(testContext(t), 0, status.Processed-1) {
		if r.ID != "later" || err != nil {
			t.Errorf("saw %+v, %v", r, err)
		}
		break
	}
}

// Invariant: what may pass is tried again, without a pair; what does not is the last pair; and the end of the context ends both waits.
func TestFeedErrors(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		d := NewDepot(nil)
		defer d.Close()
		refused := errors.New("relation does not exist")
		answers := []error{io.EOF, io.ErrUnexpectedEOF, nil, refused}
		feed := &Feed{depot: d, balances: newGather(func(_ context.Context, keys []int64) (map[int64]int64, error) {
			err := answers[0]
			answers = answers[1:]
			return map[int64]int64{keys[0]: int64(len(answers))}, err
		}, func(userID int64) int64 { return userID })}
		var seen []string
		for balance, err := range feed.Balances(t.Context(), 1) {
			seen = append(seen, fmt.Sprint(balance, " ", err))
			d.waiters.settled([]int64{1}) // there is more to look at
		}
		if diff := cmp.Diff([]string{"1 <nil>", "0 follow balance: relation does not exist"}, seen); diff != "" {
			t.Errorf("pairs (want, got):\n%s", diff)
		}

		d.waiters.close() // no polling: there is no database
		ctx, cancel := context.WithCancel(t.Context())
		answers = []error{nil, nil}
		pairs := 0
		done := make(chan struct{})
		go func() {
			defer close(done)
			for _, err := range feed.Balances(ctx, 1) {
				if err != nil {
					t.Error(err)
				}
				pairs++
			}
		}()
		synctest.Wait()
		cancel()
		<-done
		if pairs != 1 {
			t.Errorf("%d pairs, want the present balance alone", pairs)
		}
	})
}

// Invariant: WaitBeyond counts the records of all partitions, and returns what is known without a wait for -1.
func TestDepotWaitBeyond(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		d := NewDepot(nil)
		d.waiters.close()
		defer d.Close()
		if decided, err := d.WaitBeyond(t.Context(), -1); decided != 0 || err != nil {
			t.Errorf("without a wait: %d, %v", decided, err)
		}
		returned := make(chan int64, 1)
		go func() {
			decided, err := d.WaitBeyond(t.Context(), 4)
			if err != nil {
				t.Error(err)
			}
			returned <- decided
		}()
		for _, note := range []string{"settled 0:2", "settled 2:2"} {
			synctest.Wait()
			d.waiters.settledNote(note, 1)
		}
		synctest.Wait()
		select {
		case decided := <-returned:
			t.Fatalf("returned at %d", decided)
		default:
		}
		d.waiters.settledNote("settled 0:3", 1)
		if decided := <-returned; decided != 5 {
			t.Errorf("decided %d, want 5", decided)
		}
		ctx, cancel := context.WithCancel(t.Context())
		cancel()
		if _, err := d.WaitBeyond(ctx, 5); !errors.Is(err, context.Canceled) {
			t.Errorf("after the end of the context: %v", err)
		}
	})
}
