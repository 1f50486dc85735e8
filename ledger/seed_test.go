package ledger

import (
	"context"
	"fmt"
	"log/slog"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"github.com/google/go-cmp/cmp/cmpopts"
	"github.com/jackc/pgx/v5/pgxpool"

	"github.com/clumpql/clumpql/internal/pgtest"
)

// alice, bob and charlie are the users of the bank-transfer example.
const alice, bob, charlie = int64(0), int64(1), int64(2)

// seedRecords are the records of the example, in order.
func seedRecords() []Record {
	return []Record{
		Deposit{ID: "salary", UserID: alice, AmountMinor: 200},
		Deposit{ID: "salary", UserID: bob, AmountMinor: 100},
		Deposit{ID: "salary", UserID: charlie, AmountMinor: 100},
		Transfer{ID: "bob1", FromUserID: alice, ToUserID: bob, AmountMinor: 50},
		Transfer{ID: "charlie1", FromUserID: alice, ToUserID: charlie, AmountMinor: 160}, // 150 are left: refused
		Transfer{ID: "charlie2", FromUserID: alice, ToUserID: charlie, AmountMinor: 25},
		Transfer{ID: "bob1", FromUserID: charlie, ToUserID: bob, AmountMinor: 10},
	}
}

// testContext ends long before the test's own deadline, so that a test that hangs says where.
func testContext(t testing.TB) context.Context {
	t.Helper()
	ctx, cancel := context.WithTimeout(t.Context(), 30*time.Second)
	t.Cleanup(cancel)
	return ctx
}

// newDepot returns a depot that is closed before the test's database goes.
func newDepot(t testing.TB, pool *pgxpool.Pool) *Depot {
	t.Helper()
	d := NewDepot(pool)
	t.Cleanup(d.Close)
	return d
}

// narrowed returns another pool on the database of pool, with so many connections at most.
func narrowed(t testing.TB, pool *pgxpool.Pool, conns int32) *pgxpool.Pool {
	t.Helper()
	config := pool.Config()
	config.MaxConns = conns
	narrow, err := pgxpool.NewWithConfig(context.Background(), config)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(narrow.Close)
	return narrow
}

// withPartitions runs a test on a database of one partition and on one of three.
func withPartitions(t *testing.T, test func(t *testing.T, pool *pgxpool.Pool)) {
	for _, partitions := range []int{1, 3} {
		t.Run(fmt.Sprintf("%d partitions", partitions), func(t *testing.T) {
			t.Parallel()
			pool := pgtest.New(t)
			if err := SetPartitions(testContext(t), pool, partitions); err != nil {
				t.Fatal(err)
			}
			test(t, pool)
		})
	}
}

// startWorker runs a worker until the returned function or the end of the test stops it.
func startWorker(t testing.TB, d *Depot, options WorkerOptions) (stop func()) {
	t.Helper()
	options.Logger = testLogger(t)
	return run(t, NewWorker(d, options))
}

// run is startWorker for a worker that is made already.
func run(t testing.TB, worker *Worker) (stop func()) {
	t.Helper()
	ctx, cancel := context.WithCancel(context.Background())
	done := make(chan error, 1)
	go func() { done <- worker.Run(ctx) }()
	stopped := false
	stop = func() {
		t.Helper()
		if stopped {
			return
		}
		stopped = true
		cancel()
		if err := <-done; err != nil {
			t.Errorf("Run: %v", err)
		}
	}
	t.Cleanup(stop)
	return stop
}

// testLogger logs into the test's output.
func testLogger(t testing.TB) *slog.Logger { return slog.New(slog.NewTextHandler(t.Output(), nil)) }

// settle appends records and waits until they are decided.
func settle(t testing.TB, d *Depot, records ...Record) []Receipt {
	t.Helper()
	ctx := testContext(t)
	receipts, err := d.Append(ctx, records...)
	if err != nil {
		t.Fatalf("Append: %v", err)
	}
	if err := d.Wait(ctx, receipts); err != nil {
		t.Fatalf("Wait: %v", err)
	}
	return receipts
}

func minor(amount int64) *int64 { return &amount }

func TestLedgerSeedScenario(t *testing.T) {
	t.Parallel()
	pool := pgtest.New(t)
	d := newDepot(t, pool)
	startWorker(t, d, WorkerOptions{})
	settle(t, d, seedRecords()...)

	ctx := testContext(t)
	s := NewPStates(pool)
	users := []int64{alice, bob, charlie, 99}
	balances, err := s.Balances(ctx, users)
	if err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff(map[int64]int64{alice: 125, bob: 160, charlie: 115, 99: 0}, balances); diff != "" {
		t.Errorf("balances (-want +got):\n%s", diff)
	}

	bob1 := TransferRecord{
		Transfer: Transfer{ID: "bob1", FromUserID: alice, ToUserID: bob, AmountMinor: 50},
		Offset:   3, Position: 3, Status: Succeeded, PayerBalanceMinor: minor(200),
	}
	charlie1 := TransferRecord{
		Transfer: Transfer{ID: "charlie1", FromUserID: alice, ToUserID: charlie, AmountMinor: 160},
		Offset:   4, Position: 4, Status: InsufficientFunds, PayerBalanceMinor: minor(150),
	}
	charlie2 := TransferRecord{
		Transfer: Transfer{ID: "charlie2", FromUserID: alice, ToUserID: charlie, AmountMinor: 25},
		Offset:   5, Position: 5, Status: Succeeded, PayerBalanceMinor: minor(150),
	}
	charlieBob1 := TransferRecord{
		Transfer: Transfer{ID: "bob1", FromUserID: charlie, ToUserID: bob, AmountMinor: 10},
		Offset:   6, Position: 6, Status: Succeeded, PayerBalanceMinor: minor(125),
	}
	ignoreTime := cmpopts.IgnoreFields(TransferRecord{}, "AppendedAt")
	page := HistoryPage{First: 10, Order: Oldest}

	outgoing, err := s.OutgoingPages(ctx, page, users)
	if err != nil {
		t.Fatal(err)
	}
	want := map[int64]Slice[TransferRecord]{
		alice: {Records: []TransferRecord{bob1, charlie1, charlie2}}, bob: {}, charlie: {Records: []TransferRecord{charlieBob1}}, 99: {},
	}
	if diff := cmp.Diff(want, outgoing, ignoreTime); diff != "" {
		t.Errorf("outgoing (-want +got):\n%s", diff)
	}

	incoming, err := s.IncomingPages(ctx, page, users)
	if err != nil {
		t.Fatal(err)
	}
	bob1.PayeeBalanceMinor, charlieBob1.PayeeBalanceMinor = minor(100), minor(150)
	charlie1.PayeeBalanceMinor, charlie2.PayeeBalanceMinor = minor(100), minor(100)
	want = map[int64]Slice[TransferRecord]{
		alice: {}, bob: {Records: []TransferRecord{bob1, charlieBob1}}, charlie: {Records: []TransferRecord{charlie1, charlie2}}, 99: {},
	}
	if diff := cmp.Diff(want, incoming, ignoreTime); diff != "" {
		t.Errorf("incoming (-want +got):\n%s", diff)
	}
}
