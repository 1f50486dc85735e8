package ledger

import (
	"cmp"
	"errors"
	"fmt"
	"slices"
	"testing"

	gocmp "github.com/google/go-cmp/cmp"

	"github.com/clumpql/clumpql/internal/pgtest"
)

// naivePage is a page by definition: everything in order, filtered, cut.
func naivePage(all []TransferRecord, page HistoryPage) Slice[TransferRecord] {
	byID := func(a, b HistoryCursor) int {
		return cmp.Or(cmp.Compare(a.ID, b.ID), cmp.Compare(a.FromUserID, b.FromUserID))
	}
	order := map[HistoryOrder]func(a, b HistoryCursor) int{
		Newest: func(a, b HistoryCursor) int { return cmp.Compare(b.Position, a.Position) },
		Oldest: func(a, b HistoryCursor) int { return cmp.Compare(a.Position, b.Position) },
		ByID:   byID,
	}[page.Order]
	sorted := slices.Clone(all)
	slices.SortFunc(sorted, func(a, b TransferRecord) int { return order(a.Cursor(), b.Cursor()) })
	var slice Slice[TransferRecord]
	for _, r := range sorted {
		switch {
		case page.HasIDFrom && r.ID < page.IDFrom || page.HasIDTo && r.ID > page.IDTo:
		case page.HasAfter && order(r.Cursor(), page.After) <= 0:
			slice.HasPrevious = true
		case len(slice.Records) == page.First:
			slice.HasNext = true
		default:
			slice.Records = append(slice.Records, r)
		}
	}
	return slice
}

// Invariant: every page under every filter, in every order, after every cursor, is the page by definition; so are counts.
func TestPStatesPages(t *testing.T) {
	t.Parallel()
	pool := pgtest.New(t)
	d := newDepot(t, pool)
	records := []Record{Deposit{"d", alice, 100}, Deposit{"d", bob, 100}}
	// Ids whose order by bytes is not that of a dictionary, the same ids of two payers, and refusals in between.
	for i, id := range []string{"b", "B", "a", "é", "Z", "aa", "_", "ab", "0", "10", "9"} {
		records = append(records, Transfer{id, alice, charlie, int64(i)*3 + 1}, Transfer{id, bob, charlie, 40})
	}
	if _, err := d.Append(testContext(t), records...); err != nil {
		t.Fatal(err)
	}
	decideAll(t, NewWorker(d, WorkerOptions{Logger: testLogger(t)}))

	ctx := testContext(t)
	s := NewPStates(pool)
	users := []int64{alice, bob, charlie, 77}
	whole := HistoryPage{First: 1000, Order: Oldest}
	outgoing, err := s.OutgoingPages(ctx, whole, users)
	if err != nil {
		t.Fatal(err)
	}
	incoming, err := s.IncomingPages(ctx, whole, users)
	if err != nil {
		t.Fatal(err)
	}
	if len(outgoing[alice].Records) != 11 || len(incoming[charlie].Records) != 22 {
		t.Fatalf("histories have %d and %d records", len(outgoing[alice].Records), len(incoming[charlie].Records))
	}

	filters := []HistoryFilter{
		{}, {IDFrom: "a", HasIDFrom: true}, {IDTo: "a", HasIDTo: true},
		{IDFrom: "10", HasIDFrom: true, IDTo: "b", HasIDTo: true}, {IDFrom: "b", HasIDFrom: true, IDTo: "a", HasIDTo: true},
	}
	cursors := []HistoryCursor{{Position: 5, ID: "aaa", FromUserID: 7}} // not the place of a record
	for _, r := range incoming[charlie].Records {
		cursors = append(cursors, r.Cursor())
	}
	for _, filter := range filters {
		for _, order := range []HistoryOrder{Newest, Oldest, ByID} {
			for i := -1; i < len(cursors); i++ {
				page := HistoryPage{First: i % 4, Order: order, HistoryFilter: filter}
				if page.First < 0 {
					page.First = 3
				}
				if i >= 0 {
					page.After, page.HasAfter = cursors[i], true
				}
				checkPages(t, s, page, users, outgoing, incoming)
			}
		}
		checkCounts(t, s, filter, users, outgoing, incoming)
	}
}

func checkPages(t *testing.T, s *PStates, page HistoryPage, users []int64, outgoing, incoming map[int64]Slice[TransferRecord]) {
	t.Helper()
	ctx := testContext(t)
	gotOut, err := s.OutgoingPages(ctx, page, users)
	if err != nil {
		t.Fatal(err)
	}
	gotIn, err := s.IncomingPages(ctx, page, users)
	if err != nil {
		t.Fatal(err)
	}
	for _, user := range users {
		want := naivePage(outgoing[user].Records, page)
		if diff := gocmp.Diff(want, gotOut[user]); diff != "" {
			t.Errorf("outgoing of %d, %+v (-want +got):\n%s", user, page, diff)
		}
		if diff := gocmp.Diff(naivePage(incoming[user].Records, page), gotIn[user]); diff != "" {
			t.Errorf("incoming of %d, %+v (-want +got):\n%s", user, page, diff)
		}
	}
}

func checkCounts(t *testing.T, s *PStates, filter HistoryFilter, users []int64, outgoing, incoming map[int64]Slice[TransferRecord]) {
	t.Helper()
	gotOut, err := s.OutgoingCounts(testContext(t), filter, users)
	if err != nil {
		t.Fatal(err)
	}
	gotIn, err := s.IncomingCounts(testContext(t), filter, users)
	if err != nil {
		t.Fatal(err)
	}
	all := HistoryPage{First: 1000, HistoryFilter: filter}
	for _, user := range users {
		if want := len(naivePage(outgoing[user].Records, all).Records); gotOut[user] != int64(want) {
			t.Errorf("outgoing count of %d under %+v is %d, want %d", user, filter, gotOut[user], want)
		}
		if want := len(naivePage(incoming[user].Records, all).Records); gotIn[user] != int64(want) {
			t.Errorf("incoming count of %d under %+v is %d, want %d", user, filter, gotIn[user], want)
		}
	}
}

func TestPStatesPagesRefuseBadText(t *testing.T) {
	t.Parallel()
	s := NewPStates(pgtest.New(t))
	for field, page := range map[string]HistoryPage{
		"idFrom":  {HistoryFilter: HistoryFilter{IDFrom: "\x00", HasIDFrom: true}},
		"idTo":    {HistoryFilter: HistoryFilter{IDTo: "\xff", HasIDTo: true}},
		"after":   {Order: ByID, HasAfter: true, After: HistoryCursor{ID: "\xff"}},
		"orderBy": {Order: 9},
	} {
		_, err := s.OutgoingPages(testContext(t), page, []int64{alice})
		var invalid *InvalidError
		if !errors.As(err, &invalid) || invalid.Field != field {
			t.Errorf("%+v: %v, want an InvalidError of %s", page, err, field)
		}
	}
}

// Invariant: a record is pending while only the depot holds it, and deposits page like transfers do.
func TestPStatesPendingAndDeposits(t *testing.T) {
	t.Parallel()
	pool := pgtest.New(t)
	d := newDepot(t, pool)
	ctx := testContext(t)
	s := NewPStates(pool)
	var deposits []Record
	for i := range 5 {
		deposits = append(deposits, Deposit{fmt.Sprint(i), alice, 10})
	}
	if _, err := d.Append(ctx, append(deposits, Transfer{"t", alice, bob, 7})...); err != nil {
		t.Fatal(err)
	}
	transferKeys := []TransferKey{{alice, "t"}, {bob, "t"}, {alice, "bad\x00"}}
	depositKeys := []DepositKey{{alice, "3"}, {alice, "t"}}
	transfers, err := s.Transfers(ctx, transferKeys)
	if err != nil {
		t.Fatal(err)
	}
	found, err := s.Deposits(ctx, depositKeys)
	if err != nil {
		t.Fatal(err)
	}
	if r := transfers[transferKeys[0]]; len(transfers) != 1 || r.Status != Pending || r.PayerBalanceMinor != nil || r.Offset != 5 {
		t.Errorf("pending transfers are %+v", transfers)
	}
	if r := found[depositKeys[0]]; len(found) != 1 || r.Status != Pending || r.BalanceMinor != nil || r.Offset != 3 {
		t.Errorf("pending deposits are %+v", found)
	}

	decideAll(t, NewWorker(d, WorkerOptions{Logger: testLogger(t)}))
	if transfers, err = s.Transfers(ctx, transferKeys); err != nil {
		t.Fatal(err)
	}
	if found, err = s.Deposits(ctx, depositKeys); err != nil {
		t.Fatal(err)
	}
	if r := transfers[transferKeys[0]]; len(transfers) != 1 || r.Status != Succeeded || *r.PayerBalanceMinor != 50 {
		t.Errorf("decided transfers are %+v", transfers)
	}
	if r := found[depositKeys[0]]; len(found) != 1 || r.Status != Succeeded || *r.BalanceMinor != 30 || r.AmountMinor != 10 {
		t.Errorf("decided deposits are %+v", found)
	}

	var ids []string
	page := DepositPage{First: 2}
	for {
		slices, err := s.DepositPages(ctx, page, []int64{alice, bob})
		if err != nil {
			t.Fatal(err)
		}
		slice := slices[alice]
		if slice.HasPrevious != page.HasAfter || len(slices[bob].Records) != 0 {
			t.Errorf("page %+v is %+v", page, slices)
		}
		for _, r := range slice.Records {
			ids = append(ids, r.ID)
			page.After, page.HasAfter = r.Position, true
		}
		if !slice.HasNext {
			break
		}
	}
	if diff := gocmp.Diff([]string{"4", "3", "2", "1", "0"}, ids); diff != "" {
		t.Errorf("deposits, newest first (-want +got):\n%s", diff)
	}
}
