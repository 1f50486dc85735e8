package ledger

import (
	"context"
	"fmt"
	"slices"
	"testing"
	"time"

	"github.com/jackc/pgx/v5/pgxpool"

	"github.com/clumpql/clumpql/internal/pgtest"
)

// immediateTable is a column of the table of appends that are decided at once: a process that works and appends, and another one.
type immediateTable struct {
	pool        *pgxpool.Pool
	faults      *faults
	mine, other *client
	next        successor
	rounds      int64
	records     int64 // in the depot
	aliceMinor  int64
}

// immediateRounds are the calls of the table: the statements of a microbatch of one record are others than those of several.
var immediateRounds = []func(id string) []Record{
	func(id string) []Record { return []Record{Deposit{id, alice, 7}, Transfer{id, alice, bob, 1}} },
	func(id string) []Record { return []Record{Transfer{id, alice, bob, 1}} },
	func(id string) []Record { return []Record{Deposit{id, newUser(id), 1}} },
}

// newUser is one for each round: there are statements for those who have no funds yet.
func newUser(id string) (user int64) {
	_, _ = fmt.Sscanf(id, "r%d", &user)
	return 1000 + user
}

// Invariant: whatever statement of a transaction that appends and decides fails, in whatever way, before or after it took effect, and whoever repeats the
// call if it has to be and decides then, the records are in the depot once and decided once; and an append that succeeds at once is not told that
// somebody else did it.
func TestDepotDecidedAtOnce_faultTable(t *testing.T) {
	t.Parallel()
	forEachFault(t, func(t *testing.T, how failure, next successor) {
		pool, f := pgtest.New(t), newFaults()
		table := &immediateTable{
			pool: pool, faults: f, mine: newClient(t, newFaultyPool(t, pool, f)), other: newClient(t, pool), next: next,
		}
		presumeOthers(table.mine.depot)
		stop := table.start(t)
		table.check(t, nil, immediateRounds[0]) // adds the accounts
		stop()
		var done []point
		for _, round := range immediateRounds {
			stop := table.start(t)
			points := rows(t, table.record(t, round), how)
			stop()
			for _, at := range points {
				if !slices.Contains(done, at) {
					t.Run(at.String(), func(t *testing.T) { table.row(t, at, how, round) })
				}
			}
			done = append(done, points...)
		}
		compareWithModel(t, pool)
	})
}

// row lets a statement fail in a round.
func (i *immediateTable) row(t *testing.T, at point, how failure, round func(id string) []Record) {
	stop := i.start(t)
	var fired <-chan struct{}
	for start := time.Now(); !isClosed(fired); {
		waitIdle(t, i.mine.depot)
		if fired == nil {
			fired = i.faults.arm(at, how, i.next == another)
		}
		i.check(t, fired, round)
		if time.Since(start) > time.Minute {
			t.Fatal("the statement was never executed again")
		}
	}
	stop()
	verifyOK(t, i.pool, i.records)
}

// record returns the points of a transaction that appends and decides, each as the first of its kind.
func (i *immediateTable) record(t *testing.T, round func(id string) []Record) (points []point) {
	t.Helper()
	for start := time.Now(); len(points) == 0; {
		waitIdle(t, i.mine.depot) // it may renew its lease just after that
		i.faults.record()
		i.check(t, nil, round)
		points = ofMessage(i.faults.disarm(), immediateSettings, immediateRecordSettings)
		if time.Since(start) > time.Minute {
			t.Fatal("nothing is decided as it is appended")
		}
	}
	return points
}

// ofMessage returns the points of the message that has one of these statements, each as the first of its kind. There are none where another message
// was sent meanwhile.
func ofMessage(seen []point, statements ...string) (points []point) {
	at := slices.IndexFunc(seen, func(p point) bool { return slices.Contains(statements, p.statement) })
	if at < 1 {
		return nil
	}
	for i, p := range seen[at-1:] { // it begins with begin
		points = append(points, point{p.statement, 1})
		if p.statement == endOfMessage && seen[at-1:][i-1].statement == stmtCommit.sql {
			return points
		}
	}
	return nil
}

// start returns when the worker listens. That statement is sent once, beside the others: who took it for one of theirs would wait for it in vain.
func (i *immediateTable) start(t *testing.T) (stop func()) {
	t.Helper()
	stop = startWorker(t, i.mine.depot, WorkerOptions{ID: "first", Lease: shortLease})
	waitListening(t, i.mine.depot)
	return stop
}

// check makes a round, in which the process may be lost. Then another one repeats the call, and its worker decides.
func (i *immediateTable) check(t *testing.T, fired <-chan struct{}, round func(id string) []Record) {
	t.Helper()
	id := fmt.Sprintf("r%d", i.rounds)
	records := round(id)
	ctx := testContext(t)
	using, lose := context.WithCancel(ctx)
	defer lose()
	if i.next == another && fired != nil {
		go func() { // the process that is lost waits for nothing
			select {
			case <-fired:
				lose()
			case <-using.Done():
			}
		}()
	}
	receipts, err := i.mine.settle(using, records)
	first := receipts
	if err != nil {
		who := i.mine
		if i.next == another {
			who = i.other
			defer startWorker(t, i.other.depot, WorkerOptions{ID: "second", Lease: shortLease})()
		}
		if receipts, err = who.settle(ctx, records); err != nil {
			t.Fatalf("the repetition: %v", err)
		}
	}
	i.faults.comeBack()
	i.compare(t, records, receipts, first)
	i.rounds++
}

// compare compares the receipts of a round, and of its first call if that succeeded, and what became of the records with what is wanted.
func (i *immediateTable) compare(t *testing.T, records []Record, receipts, first []Receipt) {
	t.Helper()
	for n, r := range receipts {
		if r.Offset != i.records+int64(n) || first != nil && (first[n].Offset != r.Offset || first[n].Replayed) {
			t.Errorf("receipts are %+v at first and then %+v, from %d on", first, receipts, i.records)
		}
		switch e := records[n].entry(); {
		case e.kind == kindTransfer:
			key := TransferKey{e.userID, e.id}
			found, err := i.other.pstates.Transfers(testContext(t), []TransferKey{key})
			if got := found[key]; err != nil || got.Status != Succeeded || *got.PayerBalanceMinor != i.aliceMinor || got.Offset != r.Offset {
				t.Errorf("%v, and the transfer is %+v in round %d", err, got, i.rounds)
			}
			i.aliceMinor -= e.amountMinor
		case e.userID == alice:
			i.aliceMinor += e.amountMinor
		}
	}
	i.records += int64(len(records))
	if n := countRows(t, i.pool, "SELECT count(*) FROM depot"); n != i.records {
		t.Errorf("the depot has %d records, want %d", n, i.records)
	}
}

// settle appends records and waits until they are decided.
func (c *client) settle(ctx context.Context, records []Record) ([]Receipt, error) {
	receipts, err := c.depot.Append(ctx, records...)
	if err == nil {
		err = c.depot.Wait(ctx, receipts)
	}
	return receipts, err
}
