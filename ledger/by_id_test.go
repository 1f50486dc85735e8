package ledger

import (
	"errors"
	"fmt"
	"math/rand/v2"
	"slices"
	"testing"

	"github.com/jackc/pgx/v5/pgxpool"

	"github.com/clumpql/clumpql/internal/pgtest"
)

// Invariant: pages, counts and lookups by id are those by definition also of users who have more transfers than a short history, whoever decided them: one
// worker after the other, one record at a time or many, and Rebuild. Exactly those behind a short history are listed.
func TestPStatesLongHistories(t *testing.T) {
	t.Parallel()
	withPartitions(t, func(t *testing.T, pool *pgxpool.Pool) {
		seed := rand.Uint64()
		t.Logf("seed %d", seed)
		d := newDepot(t, pool)
		l := &segmented{pool: pool, depot: d, random: rand.New(rand.NewPCG(seed, 0))}
		appended := 0
		for _, portion := range []int{300, 170, 20, 1, 1, 20, 1, 200} {
			mustExec(t, pool, endLease)
			l.worker = NewWorker(d, WorkerOptions{Logger: testLogger(t)})
			l.appendBetween(t, appended, portion)
			appended += portion
		}
		if _, err := d.Append(testContext(t), Transfer{"a", alice, bob, 1}); err != nil { // comes before all by its id
			t.Fatal(err)
		}
		decideAll(t, l.worker)
		l.load(t)
		for _, user := range []int64{alice, bob} {
			if all := len(l.outgoing[user].Records) + len(l.incoming[user].Records); all <= shortHistory {
				t.Fatalf("user %d has %d transfers", user, all)
			}
		}
		l.checkLong(t)
		if _, err := Rebuild(testContext(t), pool, RebuildOptions{}); err != nil {
			t.Fatal(err)
		}
		l.checkLong(t)
	})
}

// endLease lets the next worker begin.
const endLease = "UPDATE lease SET expires_at = now() - interval '1 s'"

// appendBetween appends and decides transfers between alice and bob, a few of them refused, and some with charlie. Ids do not grow with positions.
func (l *segmented) appendBetween(t *testing.T, from, n int) {
	t.Helper()
	records := []Record{Deposit{fmt.Sprint("d", from), alice, 1000}, Deposit{fmt.Sprint("d", from), bob, 1000}}
	if n == 1 {
		records = nil // to be alone
	}
	for i := from; i < from+n; i++ {
		r := Transfer{fmt.Sprint("id", i*7919%1000), alice, bob, 1 + l.random.Int64N(8)}
		switch {
		case i%50 == 49:
			r.ToUserID = charlie
		case i%10 == 9:
			r.AmountMinor = 1_000_000
		case i%2 == 1:
			r.FromUserID, r.ToUserID = bob, alice
		}
		records = append(records, r)
	}
	if _, err := l.depot.Append(testContext(t), records...); err != nil {
		t.Fatal(err)
	}
	decideAll(t, l.worker)
}

func (l *segmented) checkLong(t *testing.T) {
	t.Helper()
	const wronglyListed = `SELECT count(*) FROM (
    SELECT by_id, row_number() OVER (PARTITION BY user_id ORDER BY position) AS nth FROM (
        SELECT from_user_id AS user_id, position, by_id FROM outgoing_transfers
        UNION ALL SELECT to_user_id, position, by_id FROM incoming_transfers) AS h) AS h
WHERE by_id <> (nth > 256)`
	if n := countRows(t, l.pool, wronglyListed); n != 0 {
		t.Errorf("%d transfers are listed and should not be, or the other way round", n)
	}
	s := NewPStates(l.pool)
	users := []int64{alice, bob, charlie, unknown}
	filters := []HistoryFilter{{}, {IDFrom: "id3", HasIDFrom: true}, {IDFrom: "id45", HasIDFrom: true, IDTo: "id460", HasIDTo: true}, {IDTo: "id2", HasIDTo: true}}
	for _, filter := range filters {
		for _, after := range []HistoryCursor{{}, {ID: "a", FromUserID: bob}, {ID: "id1"}, {ID: "id455", FromUserID: bob}, {ID: "id9", FromUserID: 1 << 40}} {
			for _, first := range []int{0, 5, 1000} {
				page := HistoryPage{First: first, Order: ByID, After: after, HasAfter: after.ID != "", HistoryFilter: filter}
				checkPages(t, s, page, users, l.outgoing, l.incoming)
			}
		}
		checkCounts(t, s, filter, users, l.outgoing, l.incoming)
	}
	l.deposits = nil
	l.checkNames(t, s)
	if report, err := Verify(testContext(t), l.pool, VerifyOptions{}); err != nil || !report.OK() {
		t.Errorf("verify: %v, %v", report.Deviations, err)
	}
	for sql, found := range map[string]bool{
		"UPDATE outgoing_transfers SET by_id = true WHERE position < 5":                         false, // is no fault
		"UPDATE funds SET transfers = 256":                                                      false,
		"UPDATE outgoing_transfers SET by_id = false WHERE position > 600 AND from_user_id = 0": true,
		"UPDATE incoming_transfers SET by_id = false WHERE position > 600 AND to_user_id = 0":   true,
		"UPDATE funds SET transfers = 255 WHERE user_id = 1":                                    true,
	} {
		if report := plant(t, l.pool, sql); report.OK() == found {
			t.Errorf("%s: verify finds %v", sql, report.Deviations)
		}
	}
}

// Invariant: pages and counts by id are of one moment also where a segment begins meanwhile: of what is decided behind the progress that they have read they show
// nothing, neither what is listed nor what is not.
func TestPStatesByID_ofOneMoment(t *testing.T) {
	t.Parallel()
	pool := pgtest.New(t)
	const decided = `INSERT INTO funds (user_id, balance_minor, transfers) VALUES (0, 1, 256), (1, 1, 256);
INSERT INTO outgoing_transfers SELECT 0, p, 1, 1, 1, p, now(), 1, 'r' || p, p >> 18, p > 262144 FROM unnest('{5,262144,262145}'::bigint[]) p;
INSERT INTO incoming_transfers SELECT 1, position, 0, 1, 1, 1, position, appended_at, 1, record_id, segment, by_id FROM outgoing_transfers`
	mustExec(t, pool, decided)
	for progress, want := range map[int64]int{262143: 1, 262146: 3} {
		mustExec(t, pool, fmt.Sprint("UPDATE progress SET next_offset = ", progress))
		s := NewPStates(pool)
		page, filter := HistoryPage{First: 10, Order: ByID}, HistoryFilter{IDFrom: "r", HasIDFrom: true}
		outgoing, err := s.OutgoingPages(testContext(t), page, []int64{alice})
		incoming, err2 := s.IncomingPages(testContext(t), page, []int64{bob})
		paid, err3 := s.OutgoingCounts(testContext(t), filter, []int64{alice})
		received, err4 := s.IncomingCounts(testContext(t), filter, []int64{bob})
		got := []int{len(outgoing[alice].Records), len(incoming[bob].Records), int(paid[alice]), int(received[bob])}
		if err := errors.Join(err, err2, err3, err4); err != nil || !slices.Equal(got, []int{want, want, want, want}) {
			t.Errorf("at progress %d: %v, %v, want %d each", progress, got, err, want)
		}
	}
}
