package ledger

import (
	"cmp"
	"fmt"
	"math"
	"math/rand/v2"
	"slices"
	"testing"

	gocmp "github.com/google/go-cmp/cmp"
	"github.com/jackc/pgx/v5"
	"github.com/jackc/pgx/v5/pgxpool"
)

// Users of a ledger in many segments: one is in all of them, one in three, one in one, and two have no transfers.
const (
	inAll, inThree, inOne, inNone, unknown = int64(1), int64(2), int64(3), int64(4), int64(99)
	other                                  = int64(5) // who deals with them
)

const segmentsFilled = 13

// segmented is a ledger in many segments, and what is in its histories by the tables alone.
type segmented struct {
	pool               *pgxpool.Pool
	depot              *Depot
	worker             *Worker
	random             *rand.Rand
	outgoing, incoming map[int64]Slice[TransferRecord]
	deposits           map[int64][]DepositRecord
	names              map[TransferKey]bool
}

// Invariant: wherever the records of users are, every page under every filter, in every order, after every cursor, is the page by definition; so
// are counts, deposits, past balances, records by their names and what a follower sees. A reader that knows of fewer segments than there are
// finds the others. It is the same whether users have short histories or long ones, which are listed by id, or are counted as such.
func TestPStatesManySegments(t *testing.T) {
	t.Parallel()
	const (
		countMore = `INSERT INTO funds (user_id, balance_minor, transfers) VALUES (1, 0, 256), (2, 0, 254), (3, 0, 255), (5, 0, 256)`
		listMore  = `UPDATE outgoing_transfers SET by_id = true WHERE position % 3 = 0;
UPDATE incoming_transfers SET by_id = true WHERE position % 3 = 1`
	)
	for name, test := range map[string]struct{ before, after string }{
		"short histories":         {"", ""},
		"short histories, marked": {"", listMore},
		"long histories":          {countMore, ""},
		"long histories, marked":  {countMore, listMore},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			testManySegments(t, test.before, test.after)
		})
	}
}

// testManySegments executes statements before anything is decided, and after it.
func testManySegments(t *testing.T, before, after string) {
	t.Helper()
	withPartitions(t, func(t *testing.T, pool *pgxpool.Pool) {
		seed := rand.Uint64()
		t.Logf("seed %d", seed)
		d := newDepot(t, pool)
		l := &segmented{
			pool: pool, depot: d, worker: NewWorker(d, WorkerOptions{BatchSize: 5, Logger: testLogger(t)}),
			random: rand.New(rand.NewPCG(seed, 0)), names: map[TransferKey]bool{},
		}
		mustExec(t, pool, before)
		reader := NewPStates(pool)
		for segment := range segmentsFilled {
			l.fill(t, segment)
			l.load(t)
			checkPages(t, reader, HistoryPage{First: 3}, users, l.outgoing, l.incoming)
		}
		if n := countRows(t, pool, "SELECT count(DISTINCT segment) FROM outgoing_transfers"); n <= segmentsFilled {
			t.Errorf("outgoing transfers are in %d segments", n)
		}
		mustExec(t, pool, after)
		l.checkPages(t, reader)
		l.checkDeposits(t, reader)
		l.checkNames(t, NewPStates(pool))
		l.checkPast(t, NewPStates(pool))
		l.checkFollowers(t, NewPStates(pool))
	})
}

var users = []int64{inAll, inThree, inOne, inNone, unknown, other}

// fill decides records around the end of a segment. Positions before them are passed over, as if there had been others.
func (l *segmented) fill(t *testing.T, segment int) {
	t.Helper()
	records := []Record{Deposit{l.name(other), other, 40}, Deposit{l.name(inAll), inAll, 20}}
	pair := func(user int64) {
		records = append(records,
			Transfer{l.name(user), user, other, 1 + l.random.Int64N(30)}, Transfer{l.name(other), other, user, 1 + l.random.Int64N(30)})
	}
	pair(inAll)
	pair(inAll)
	if segment == 2 || segment == 3 || segment == 9 {
		pair(inThree)
		same := fmt.Sprint("id3 of ", segment)
		records = append(records, Transfer{same, inAll, other, 1}, Transfer{same, inThree, other, 1})
	}
	if segment == 6 {
		pair(inOne)
		records = append(records, Deposit{l.name(inNone), inNone, 5}, Deposit{l.name(inThree), inThree, 5})
	}
	pair(inAll)
	// The other partitions go on from where they are: there, offsets are far from positions.
	passOver := int64(1<<segmentBits - len(records))
	if segment == 0 {
		passOver = 1<<segmentBits - 4
	}
	for _, table := range []string{"depot_heads", "progress"} {
		mustExec(t, l.pool, fmt.Sprintf("UPDATE %s SET next_offset = next_offset + %d WHERE partition = 0", table, passOver))
	}
	if _, err := l.depot.Append(testContext(t), records...); err != nil {
		t.Fatal(err)
	}
	decideAll(t, l.worker)
}

// name returns a record id that no record of the user has yet, but those of others may. Their order is not that of positions.
func (l *segmented) name(user int64) string {
	for {
		name := fmt.Sprint("id", l.random.IntN(150))
		if k := (TransferKey{user, name}); !l.names[k] {
			l.names[k] = true
			return name
		}
	}
}

// load reads the histories without a regard to segments.
func (l *segmented) load(t *testing.T) {
	t.Helper()
	ctx := testContext(t)
	var partitions int32
	if err := l.pool.QueryRow(ctx, "SELECT count(*) FROM depot_heads").Scan(&partitions); err != nil {
		t.Fatal(err)
	}
	transfers := func(owner, payee string) map[int64]Slice[TransferRecord] {
		rows, _ := l.pool.Query(ctx, `SELECT position, from_user_id, to_user_id, amount_minor, record_id, depot_offset, appended_at, status,
payer_balance_minor, `+payee)
		all := map[int64]Slice[TransferRecord]{}
		var r TransferRecord
		_, err := pgx.ForEachRow(rows, []any{&r.Position, &r.FromUserID, &r.ToUserID, &r.AmountMinor, &r.ID, &r.Offset, &r.AppendedAt,
			&r.Status, &r.PayerBalanceMinor, &r.PayeeBalanceMinor}, func() error {
			user := r.FromUserID
			if owner == "payee" {
				user = r.ToUserID
			}
			r.Partition = partitionOf(r.FromUserID, partitions)
			all[user] = Slice[TransferRecord]{Records: append(all[user].Records, r)}
			return nil
		})
		if err != nil {
			t.Fatal(err)
		}
		return all
	}
	l.outgoing = transfers("payer", "NULL::bigint FROM outgoing_transfers")
	l.incoming = transfers("payee", "payee_balance_minor FROM incoming_transfers")
	l.deposits = map[int64][]DepositRecord{}
	rows, _ := l.pool.Query(ctx, `SELECT user_id, position, amount_minor, record_id, depot_offset, appended_at, status, balance_minor
FROM deposits ORDER BY position DESC`)
	var r DepositRecord
	_, err := pgx.ForEachRow(rows, []any{&r.UserID, &r.Position, &r.AmountMinor, &r.ID, &r.Offset, &r.AppendedAt, &r.Status, &r.BalanceMinor},
		func() error {
			r.Partition = partitionOf(r.UserID, partitions)
			l.deposits[r.UserID] = append(l.deposits[r.UserID], r)
			return nil
		})
	if err != nil {
		t.Fatal(err)
	}
}

// places are positions of records, between them, and at the ends of segments.
func (l *segmented) places() []int64 {
	all := []int64{0, 1<<segmentBits - 1, 5 << segmentBits, 5<<segmentBits - 1, 9<<segmentBits + 1000}
	for i, r := range l.incoming[other].Records {
		if i%7 == 0 {
			all = append(all, r.Position)
		}
	}
	return all
}

func (l *segmented) checkPages(t *testing.T, s *PStates) {
	t.Helper()
	cursors := []HistoryCursor{{}, {Position: -1}, {Position: math.MaxInt64, ID: "x"}, {Position: math.MinInt64}}
	for _, position := range l.places() {
		cursors = append(cursors, HistoryCursor{Position: position, ID: fmt.Sprint("id", l.random.IntN(150)), FromUserID: l.random.Int64N(7)})
	}
	for _, r := range l.outgoing[inThree].Records {
		cursors = append(cursors, r.Cursor())
	}
	filters := []HistoryFilter{{}, {IDFrom: "id12", HasIDFrom: true, IDTo: "id6", HasIDTo: true}}
	for _, filter := range filters {
		for _, order := range []HistoryOrder{Newest, Oldest, ByID} {
			for i, cursor := range cursors {
				first := []int{0, 1, 4, 30}[l.random.IntN(4)]
				checkPages(t, s, HistoryPage{First: first, Order: order, HistoryFilter: filter, After: cursor, HasAfter: i > 0}, users, l.outgoing, l.incoming)
			}
		}
		checkCounts(t, s, filter, users, l.outgoing, l.incoming)
	}
}

func (l *segmented) checkDeposits(t *testing.T, s *PStates) {
	t.Helper()
	for i, after := range append([]int64{0, math.MinInt64, math.MaxInt64}, l.places()...) {
		page := DepositPage{First: i % 4, After: after, HasAfter: i > 0}
		got, err := s.DepositPages(testContext(t), page, users)
		if err != nil {
			t.Fatal(err)
		}
		want := map[int64]Slice[DepositRecord]{}
		for _, user := range users {
			slice := Slice[DepositRecord]{}
			for _, r := range l.deposits[user] {
				switch {
				case page.HasAfter && r.Position >= after:
					slice.HasPrevious = true
				case len(slice.Records) == page.First:
					slice.HasNext = true
				default:
					slice.Records = append(slice.Records, r)
				}
			}
			want[user] = slice
		}
		if diff := gocmp.Diff(want, got); diff != "" {
			t.Errorf("deposits, %+v (-want +got):\n%s", page, diff)
		}
	}
}

// checkNames looks every record up by its name, those of other kinds among them, and one that is not decided yet.
func (l *segmented) checkNames(t *testing.T, s *PStates) {
	t.Helper()
	var keys []TransferKey
	var depositKeys []DepositKey
	want, wantDeposits := map[TransferKey]TransferRecord{}, map[DepositKey]DepositRecord{}
	for _, user := range users {
		for _, r := range l.outgoing[user].Records {
			want[TransferKey{user, r.ID}] = r
			keys, depositKeys = append(keys, TransferKey{user, r.ID}), append(depositKeys, DepositKey{user, r.ID})
		}
		for _, r := range l.deposits[user] {
			wantDeposits[DepositKey{user, r.ID}] = r
			keys, depositKeys = append(keys, TransferKey{user, r.ID}), append(depositKeys, DepositKey{user, r.ID})
		}
	}
	transfers, err := s.Transfers(testContext(t), keys)
	if diff := gocmp.Diff(want, transfers); diff != "" || err != nil {
		t.Errorf("transfers, %v (-want +got):\n%s", err, diff)
	}
	// Of some only these are found, though others may have the ids that were asked of them.
	var some []TransferKey
	for i, k := range keys {
		if i%3 == 0 {
			some = append(some, k)
		} else {
			delete(want, k)
		}
	}
	transfers, err = s.Transfers(testContext(t), some)
	if diff := gocmp.Diff(want, transfers); diff != "" || err != nil {
		t.Errorf("some transfers, %v (-want +got):\n%s", err, diff)
	}
	deposits, err := s.Deposits(testContext(t), depositKeys)
	if diff := gocmp.Diff(wantDeposits, deposits); diff != "" || err != nil {
		t.Errorf("deposits, %v (-want +got):\n%s", err, diff)
	}
}

func (l *segmented) checkPast(t *testing.T, s *PStates) {
	t.Helper()
	for _, position := range l.places() {
		want := map[int64]int64{}
		for _, user := range users {
			want[user] = 0
			for _, r := range l.deposits[user] {
				if r.Position <= position && r.Status == Succeeded {
					want[user] += r.AmountMinor
				}
			}
			for sign, records := range map[int64][]TransferRecord{-1: l.outgoing[user].Records, 1: l.incoming[user].Records} {
				for _, r := range records {
					if r.Position <= position && r.Status == Succeeded {
						want[user] += sign * r.AmountMinor
					}
				}
			}
		}
		got, err := s.BalancesAt(testContext(t), position, users)
		if diff := gocmp.Diff(want, got); diff != "" || err != nil {
			t.Errorf("balances at %d, %v (-want +got):\n%s", position, err, diff)
		}
	}
}

// checkFollowers reads for a follower of each user, who is somewhere else each time.
func (l *segmented) checkFollowers(t *testing.T, s *PStates) {
	t.Helper()
	places := append(l.places(), -1, math.MaxInt64)
	for range 20 {
		var keys []afterPosition
		want := map[afterPosition][]TransferRecord{}
		for _, user := range users {
			k := afterPosition{user, places[l.random.IntN(len(places))]}
			keys = append(keys, k)
			both := append(slices.Clone(l.outgoing[user].Records), l.incoming[user].Records...)
			slices.SortFunc(both, func(a, b TransferRecord) int { return cmp.Compare(a.Position, b.Position) })
			for _, r := range both {
				if r.Position > k.position && len(want[k]) < feedPage {
					want[k] = append(want[k], r)
				}
			}
		}
		got, err := s.transfersAfter(testContext(t), keys)
		if diff := gocmp.Diff(want, got); diff != "" || err != nil {
			t.Errorf("transfers after %v, %v (-want +got):\n%s", keys, err, diff)
		}
	}
}
