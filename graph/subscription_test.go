package graph_test

import (
	"context"
	"errors"
	"fmt"
	"io"
	"maps"
	"net/http/httptest"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/clumpql/clumpql/graph"
	"github.com/clumpql/clumpql/internal/pgtest"
	"github.com/clumpql/clumpql/internal/subscriber"
	"github.com/clumpql/clumpql/ledger"
)

// transports are both ways to subscribe.
var transports = map[string]func(ctx context.Context, url, query string) (*subscriber.Subscription, error){
	"WebSocket": subscriber.WebSocket, "SSE": subscriber.Events,
}

func subscribe(t *testing.T, transport, url, query string) *subscriber.Subscription {
	t.Helper()
	ctx, cancel := context.WithTimeout(t.Context(), time.Minute) // no wait of a test is longer
	t.Cleanup(cancel)
	s, err := transports[transport](ctx, url, query)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = s.Close() }) // most have ended
	return s
}

const (
	subscribedUsers = 5
	bank            = 1000 // pays the transfers that begin and end a test
)

// seen is what the subscribers of one user saw.
type seen struct{ transfers, balances []string }

// Each subscriber sees exactly the transfers of its user, once and in order, and its last balance, while clients transfer at once and one
// server's worker decides for the subscribers of two.
func TestSubscriptions_EachTransferOnceInOrder(t *testing.T) {
	a := newAPI(t)
	other := serve(t, a.pool, false) // its subscribers are told by polling
	a.run(t, fmt.Sprintf(`mutation { deposit(input: {id: "d", userId: %d, amount: 1000000}) { replayed } }`, bank))
	for user := range subscribedUsers {
		a.run(t, fmt.Sprintf(`mutation { deposit(input: {id: "d", userId: %d, amount: 100}) { replayed } }`, user))
	}
	var subscribers sync.WaitGroup
	var all []*seen
	begun := make(chan struct{}, 4*subscribedUsers)
	for _, url := range []string{a.url, other.url} {
		for transport := range transports {
			for user := range subscribedUsers {
				s := &seen{}
				all = append(all, s)
				query := fmt.Sprintf(`subscription { transferSettled(userId: %d) { id fromUserId toUserId amount status } }`, user)
				settled := subscribe(t, transport, url, query)
				changed := subscribe(t, transport, url, fmt.Sprintf(`subscription { balanceChanged(userId: %d) { balance } }`, user))
				s.readBalance(t, changed) // that of now, before anything is paid
				subscribers.Go(func() { s.readTransfers(t, settled, begun) })
				subscribers.Go(func() { s.readBalances(t, changed) })
			}
		}
	}
	begin(t, a, begun)

	var clients sync.WaitGroup
	for client := range 8 {
		clients.Go(func() {
			for n := range 20 {
				from := (client + n) % subscribedUsers
				a.run(t, fmt.Sprintf(`mutation { transfer(input: {id: "%d-%d", fromUserId: %d, toUserId: %d, amount: %d}) { replayed } }`,
					client, n, from, (from+1+n%(subscribedUsers-1))%subscribedUsers, 1+(client*n)%60))
			}
		})
	}
	clients.Wait()
	for user := range subscribedUsers {
		a.run(t, fmt.Sprintf(`mutation { transfer(input: {id: "end-%d", fromUserId: %d, toUserId: %d, amount: 100000}) { replayed } }`, user, bank, user))
	}
	subscribers.Wait()
	for i, s := range all {
		a.checkSeen(t, i%subscribedUsers, s)
	}
}

// begin pays every user until all subscriptions are known to have begun: no message tells that of transferSettled.
func begin(t *testing.T, a *api, begun <-chan struct{}) {
	for missing, n := cap(begun), 0; missing > 0; n++ {
		for user := range subscribedUsers {
			a.run(t, fmt.Sprintf(`mutation { transfer(input: {id: "begin-%d-%d", fromUserId: %d, toUserId: %d, amount: 1}) { replayed } }`, user, n, bank, user))
		}
		for waiting := true; waiting; {
			select {
			case <-begun:
				missing--
			case <-time.After(10 * time.Millisecond): // it has not begun, or not told yet: pay again
				waiting = false
			}
		}
	}
}

type settledEvent struct {
	TransferSettled struct{ ID, FromUserID, ToUserID, Amount, Status string }
}

// readTransfers keeps what comes between the transfers that begin and end the test.
func (s *seen) readTransfers(t *testing.T, settled *subscriber.Subscription, begun chan<- struct{}) {
	var first sync.Once
	for {
		var e settledEvent
		if err := settled.Read(&e); err != nil {
			t.Errorf("after %d transfers: %v", len(s.transfers), err)
			return
		}
		switch id := e.TransferSettled.ID; {
		case strings.HasPrefix(id, "begin-"):
			first.Do(func() { begun <- struct{}{} })
		case strings.HasPrefix(id, "end-"):
			return
		default:
			s.transfers = append(s.transfers, fmt.Sprint(e.TransferSettled))
		}
	}
}

func (s *seen) readBalances(t *testing.T, changed *subscriber.Subscription) {
	for s.readBalance(t, changed) {
	}
}

// readBalance reads one and says whether it is not the last.
func (s *seen) readBalance(t *testing.T, changed *subscriber.Subscription) (more bool) {
	var e struct{ BalanceChanged struct{ Balance string } }
	if err := changed.Read(&e); err != nil {
		t.Errorf("after balances %v: %v", s.balances, err)
		return false
	}
	s.balances = append(s.balances, e.BalanceChanged.Balance)
	return len(e.BalanceChanged.Balance) <= 5
}

// checkSeen compares with the depot's own order.
func (a *api) checkSeen(t *testing.T, user int, s *seen) {
	t.Helper()
	rows, err := a.pool.Query(t.Context(), `SELECT concat_ws(' ', h.record_id, h.from_user_id, h.to_user_id, h.amount_minor,
			CASE h.status WHEN 1 THEN 'SUCCEEDED' ELSE 'INSUFFICIENT_FUNDS' END)
		FROM outgoing_transfers h WHERE $1 IN (h.from_user_id, h.to_user_id) AND h.from_user_id <> $2 ORDER BY h.position`, user, bank)
	if err != nil {
		t.Fatal(err)
	}
	var want []string
	for rows.Next() {
		var line string
		if err := rows.Scan(&line); err != nil {
			t.Fatal(err)
		}
		want = append(want, "{"+line+"}")
	}
	if diff := cmp.Diff(want, s.transfers); diff != "" || len(want) == 0 || rows.Err() != nil {
		t.Errorf("user %d: transfers (decided, seen): %v\n%s", user, rows.Err(), diff)
	}
	var balance string
	if err := a.pool.QueryRow(t.Context(), `SELECT balance_minor::text FROM funds WHERE user_id = $1`, user).Scan(&balance); err != nil {
		t.Fatal(err)
	}
	last := s.balances[len(s.balances)-1]
	if last != balance || s.balances[0] != "100" || len(slices.Compact(slices.Clone(s.balances))) != len(s.balances) {
		t.Errorf("user %d: balances %v, now %s", user, s.balances, balance)
	}
}

// run sends a mutation, from any goroutine.
func (a *api) run(t *testing.T, query string) {
	got, err := a.ask(t.Context(), query, nil)
	if err != nil || len(got.Errors) > 0 {
		t.Errorf("%s: %v %v", query, err, got.Errors)
	}
}

// Errors of the subscription itself end it; both transports tell them with their code.
func TestSubscriptions_Refused(t *testing.T) {
	a := newAPI(t)
	for query, want := range map[string]string{
		`subscription { balanceChanged(userId: "x") { balance } }`:                                           "BAD_USER_INPUT",
		`subscription { transferSettled(userId: "x") { id } }`:                                               "BAD_USER_INPUT",
		`subscription { balanceChanged(userId: 1) { balance } transferSettled(userId: 1) { id } }`:           "GRAPHQL_VALIDATION_FAILED",
		`subscription { balanceChanged(userId: 1) { balance ... @defer { user { name } } } }`:                "GRAPHQL_VALIDATION_FAILED",
		`subscription { balanceChanged(userId: 1) { balance }`:                                               "GRAPHQL_PARSE_FAILED",
		`subscription ($u: ID!) { balanceChanged(userId: $u) { balance } }`:                                  "GRAPHQL_VALIDATION_FAILED",
		`subscription { a: balanceChanged(userId: 1) { balance } b: balanceChanged(userId: 2) { balance } }`: "BAD_USER_INPUT",
	} {
		for transport := range transports {
			s := subscribe(t, transport, a.url, query)
			e, err := s.Next()
			if err != nil || len(e.Errors) != 1 || e.Errors[0].Extensions["code"] != want {
				t.Errorf("%s of %s: %v %v, want %s", transport, query, e.Errors, err, want)
			}
		}
	}
	for _, query := range []string{`subscription { balanceChanged(userId: 1) { balance } }`} {
		if message := a.failed(t, "BAD_USER_INPUT", query, nil); !strings.Contains(message, "WebSocket") {
			t.Errorf("without a stream: %q", message)
		}
	}
}

// A stream that cannot go on tells why before it ends, and its details are in the log alone.
func TestSubscriptions_FailMidway(t *testing.T) {
	for transport := range transports {
		t.Run(transport, func(t *testing.T) {
			pool := pgtest.New(t)
			a := serve(t, pool, false)
			s := subscribe(t, transport, a.url, `subscription { balanceChanged(userId: 1) { balance } }`)
			var first struct{ BalanceChanged struct{ Balance string } }
			if err := s.Read(&first); err != nil {
				t.Fatal(err)
			}
			// What wakes the stream, in place of a worker, and finds that the balance cannot be read.
			for _, sql := range []string{"ALTER TABLE funds RENAME balance_minor TO secret", "UPDATE progress SET next_offset = 1"} {
				if _, err := pool.Exec(t.Context(), sql); err != nil {
					t.Fatal(err)
				}
			}
			e, err := s.Next()
			if err != nil || len(e.Errors) != 1 {
				t.Fatalf("the stream ended with %v %v", e, err)
			}
			want := map[string]any{"code": "INTERNAL", "requestId": "request-1"}
			if got := e.Errors[0]; !maps.Equal(got.Extensions, want) || got.Message != "internal error" || fmt.Sprint(got.Path) != "[balanceChanged]" {
				t.Errorf("told %+v, want %v", got, want)
			}
			if !strings.Contains(a.log.String(), "balance_minor") {
				t.Errorf("the log does not tell the reason:\n%s", a.log)
			}
			if transport == "SSE" { // over a WebSocket the error is the end
				if _, err := s.Next(); !errors.Is(err, io.EOF) {
					t.Errorf("after the error: %v", err)
				}
			}
		})
	}
}

// The time limit holds for what is executed, and not for the stream.
func TestSubscriptions_Timeout(t *testing.T) {
	a := newAPI(t)
	depot := ledger.NewDepot(a.pool)
	t.Cleanup(depot.Close)
	const limit = 300 * time.Millisecond
	handler, err := graph.NewHandler(graph.Config{Pool: a.pool, Depot: depot, Timeout: limit})
	if err != nil {
		t.Fatal(err)
	}
	server := httptest.NewServer(handler)
	t.Cleanup(server.Close)
	for transport := range transports {
		t.Run(transport, func(t *testing.T) {
			s := subscribe(t, transport, server.URL, `subscription { balanceChanged(userId: 0) { userId user { name } } }`)
			var first struct {
				BalanceChanged struct{ User struct{ Name string } }
			}
			if err := s.Read(&first); err != nil || first.BalanceChanged.User.Name != "alice" {
				t.Fatal(first, err)
			}
			<-time.After(2 * limit) // nothing is to happen in the meantime
			lock, err := a.pool.Begin(t.Context())
			if err != nil {
				t.Fatal(err)
			}
			if _, err := lock.Exec(t.Context(), `LOCK TABLE users IN ACCESS EXCLUSIVE MODE`); err != nil {
				t.Fatal(err)
			}
			a.run(t, fmt.Sprintf(`mutation { deposit(input: {id: "%s1", userId: 0, amount: 1}) { replayed } }`, transport))
			e, err := s.Next()
			if err != nil || len(e.Errors) != 1 || e.Errors[0].Extensions["code"] != "TIMEOUT" {
				t.Errorf("an event that takes too long: %v %v", e.Errors, err)
			}
			if err := lock.Rollback(t.Context()); err != nil {
				t.Fatal(err)
			}
			a.run(t, fmt.Sprintf(`mutation { deposit(input: {id: "%s2", userId: 0, amount: 1}) { replayed } }`, transport))
			if err := s.Read(&first); err != nil {
				t.Errorf("the event after it: %v", err)
			}
		})
		t.Run(transport+" query", func(t *testing.T) {
			s := subscribe(t, transport, server.URL, fmt.Sprintf(`mutation { transfer(input: {id: "%s", fromUserId: 0, toUserId: 1, amount: 1}) { replayed } }`, transport))
			if e, err := s.Next(); err != nil || len(e.Errors) > 0 {
				t.Errorf("a mutation: %v %v", e.Errors, err)
			}
			if _, err := s.Next(); !errors.Is(err, io.EOF) {
				t.Errorf("after the mutation: %v", err)
			}
		})
	}
}

// A page of another host may not open a WebSocket, unless the configuration names it.
func TestSubscriptions_Origins(t *testing.T) {
	a := newAPI(t)
	depot := ledger.NewDepot(a.pool)
	t.Cleanup(depot.Close)
	handler, err := graph.NewHandler(graph.Config{Pool: a.pool, Depot: depot, Origins: []string{"*.example.org"}})
	if err != nil {
		t.Fatal(err)
	}
	server := httptest.NewServer(handler)
	t.Cleanup(server.Close)
	for origin, allowed := range map[string]bool{
		"": true, server.URL: true, "https://app.example.org": true, "https://example.org": false, "https://evil.example.com": false, "null": false,
	} {
		s, err := subscriber.Dial(t.Context(), server.URL, origin)
		if (err == nil) != allowed {
			t.Errorf("origin %q: %v, want allowed %v", origin, err, allowed)
		}
		if err == nil {
			_ = s.Close()
		}
	}
	if _, err := graph.NewHandler(graph.Config{Pool: a.pool, Depot: depot, Origins: []string{"[a"}}); err == nil {
		t.Error("made a handler with an origin that is no pattern")
	}
}

// One WebSocket has a bounded number of operations under way, and takes more when some have ended.
func TestSubscriptions_OperationsOfAConnection(t *testing.T) {
	a := newAPI(t)
	ctx, cancel := context.WithTimeout(t.Context(), time.Minute)
	defer cancel()
	socket, err := subscriber.Dial(ctx, a.url, "")
	if err != nil {
		t.Fatal(err)
	}
	defer socket.Close()
	for n := range 101 {
		s, err := socket.Subscribe(ctx, fmt.Sprint(n), `subscription { balanceChanged(userId: 1) { balance } }`)
		if err != nil {
			t.Fatal(err)
		}
		e, err := s.Next()
		if refused := len(e.Errors) > 0; err != nil || refused != (n == 100) {
			t.Fatalf("operation %d: %v %v", n, e.Errors, err)
		}
	}
}
