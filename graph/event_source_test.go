package graph_test

import (
	"errors"
	"io"
	"strings"
	"testing"

	"github.com/clumpql/clumpql/internal/subscriber"
)

// A browser's EventSource, which sends GET, subscribes and asks, and changes nothing.
func TestEventSource(t *testing.T) {
	a := newAPI(t)
	var event struct{ BalanceChanged, Account struct{ Balance string } }
	s := eventSource(t, a.url, `subscription { balanceChanged(userId: 1) { balance } }`)
	if err := s.Read(&event); err != nil || event.BalanceChanged.Balance != "0" {
		t.Fatalf("the first event: %+v %v", event, err)
	}
	deposit := `mutation { deposit(input: {id: "d", userId: 1, amount: 7}) { replayed } }`
	refused, err := eventSource(t, a.url, deposit).Next()
	if err != nil || len(refused.Errors) != 1 || refused.Errors[0].Extensions["code"] != "BAD_USER_INPUT" || !strings.Contains(refused.Errors[0].Message, "POST") {
		t.Errorf("a mutation: %+v %v", refused, err)
	}
	query := eventSource(t, a.url, `{ account(userId: 1) { balance } }`)
	if err := query.Read(&event); err != nil || event.Account.Balance != "0" {
		t.Errorf("a query after it: %+v %v", event, err)
	}
	if _, err := query.Next(); !errors.Is(err, io.EOF) {
		t.Errorf("the end of a query: %v", err)
	}
	a.run(t, deposit)
	if err := s.Read(&event); err != nil || event.BalanceChanged.Balance != "7" {
		t.Errorf("the event of a deposit: %+v %v", event, err)
	}
}

func eventSource(t *testing.T, url, query string) *subscriber.Subscription {
	t.Helper()
	s, err := subscriber.EventSource(t.Context(), url, query)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = s.Close() }) // it may have ended
	return s
}
