package main

import (
	"context"
	"errors"
	"io"
	"syscall"
	"testing"
	"time"

	"github.com/clumpql/clumpql/internal/pgtest"
	"github.com/clumpql/clumpql/internal/subscriber"
)

// Open subscriptions do not keep a server from ending; clients are told that they may connect elsewhere. A subscriber of one server
// sees what another one decides.
func TestServe_subscriptions(t *testing.T) {
	url := pgtest.URL(t)
	first := startServer(t, "--database-url", url, "--drain-timeout", patience.String())
	second := startServer(t, "--database-url", url)
	const query = `subscription { balanceChanged(userId: "1") { balance } }`
	ctx, cancel := context.WithTimeout(t.Context(), patience)
	defer cancel()
	socket, err := subscriber.WebSocket(ctx, first.url+"/graphql", query)
	if err != nil {
		t.Fatal(err)
	}
	events, err := subscriber.Events(ctx, first.url+"/graphql", query)
	if err != nil {
		t.Fatal(err)
	}
	defer events.Close()
	both := []*subscriber.Subscription{socket, events}
	balances := func(want string) {
		t.Helper()
		for i, s := range both {
			var e struct{ BalanceChanged struct{ Balance string } }
			if err := s.Read(&e); err != nil || e.BalanceChanged.Balance != want {
				t.Fatalf("subscriber %d: balance %q, %v, want %s", i, e.BalanceChanged.Balance, err, want)
			}
		}
	}
	balances("0")
	second.query(t, `mutation { deposit(input: {id: "d", userId: "1", amount: 7}) { replayed } }`, nil)
	balances("7")

	begun := time.Now()
	if err := first.command.Process.Signal(syscall.SIGTERM); err != nil {
		t.Fatal(err)
	}
	if _, err := socket.Next(); !errors.Is(err, io.EOF) && subscriber.CloseCode(err) != 1001 {
		t.Errorf("the WebSocket ended with %v", err)
	} else if errors.Is(err, io.EOF) { // the operation was completed first
		if _, err := socket.Next(); subscriber.CloseCode(err) != 1001 {
			t.Errorf("the WebSocket ended with %v", err)
		}
	}
	if _, err := events.Next(); !errors.Is(err, io.EOF) {
		t.Errorf("the events ended with %v", err)
	}
	select {
	case code := <-first.exited:
		if code != 0 || time.Since(begun) > patience/4 {
			t.Errorf("exit code %d after %s:\n%s", code, time.Since(begun), first.log())
		}
	case <-time.After(patience):
		t.Fatalf("open subscriptions keep the server from ending:\n%s", first.log())
	}
}
