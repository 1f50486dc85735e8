package graph_test

import (
	"fmt"
	"slices"
	"testing"
)

type settledCursor struct {
	TransferSettled struct{ ID, Cursor string }
}

// Who subscribes anew after the cursor of what was seen last sees all that was decided meanwhile, once and in order; so does who has begun
// with a history. The cursor is that of the transfer everywhere.
func TestTransferSettled_After(t *testing.T) {
	a := newAPI(t)
	a.run(t, `mutation { deposit(input: {id: "d", userId: 0, amount: 1000}) { replayed } }`)
	pay := func(id string) {
		t.Helper()
		a.run(t, fmt.Sprintf(`mutation { transfer(input: {id: %q, fromUserId: 0, toUserId: 1, amount: 400}) { replayed } }`, id))
	}
	pay("a")
	var history struct {
		Account struct {
			IncomingTransfers struct{ PageInfo struct{ StartCursor string } }
		}
	}
	a.query(t, `{ account(userId: 1) { incomingTransfers { pageInfo { startCursor } } } }`, nil, &history)
	for transport := range transports {
		t.Run(transport, func(t *testing.T) {
			after := history.Account.IncomingTransfers.PageInfo.StartCursor
			for _, id := range []string{"b", "c", "d"} { // the third is refused; the second transport finds all of them decided
				pay(id)
			}
			var seen []string
			for len(seen) < 3 { // anew for each
				s := subscribe(t, transport, a.url, fmt.Sprintf(`subscription { transferSettled(userId: 1, after: %q) { id cursor } }`, after))
				var e settledCursor
				if err := s.Read(&e); err != nil {
					t.Fatal(err)
				}
				if err := s.Close(); err != nil {
					t.Fatal(err)
				}
				seen, after = append(seen, e.TransferSettled.ID), e.TransferSettled.Cursor
			}
			if want := []string{"b", "c", "d"}; !slices.Equal(seen, want) {
				t.Errorf("seen %v, want %v", seen, want)
			}
			var last struct{ Transfer struct{ Cursor string } }
			a.query(t, `{ transfer(fromUserId: 0, id: "d") { cursor } }`, nil, &last)
			if last.Transfer.Cursor != after {
				t.Errorf("the transfer has cursor %q, its subscription %q", last.Transfer.Cursor, after)
			}
			s := subscribe(t, transport, a.url, `subscription { transferSettled(userId: 1, after: "x") { id } }`)
			if e, err := s.Next(); err != nil || len(e.Errors) != 1 || e.Errors[0].Extensions["field"] != "after" {
				t.Errorf("after no cursor: %v %v", e.Errors, err)
			}
		})
	}
}
