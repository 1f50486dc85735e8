package graph_test

import (
	"context"
	"encoding/json"
	"fmt"
	"net/http"
	"net/url"
	"strings"
	"testing"
	"time"

	"github.com/jackc/pgx/v5/pgxpool"

	"github.com/clumpql/clumpql/graph"
	"github.com/clumpql/clumpql/internal/pgtest"
)

// codes returns the codes of an answer's errors.
func (a answer) codes() []string {
	var codes []string
	for _, e := range a.Errors {
		codes = append(codes, fmt.Sprint(e.Extensions["code"]))
	}
	return codes
}

// failed demands an answer whose only error has the code, and returns its message.
func (a *api) failed(t *testing.T, code, query string, variables any) string {
	t.Helper()
	got, err := a.ask(t.Context(), query, variables)
	if err != nil {
		t.Fatal(err)
	}
	if codes := got.codes(); len(codes) != 1 || codes[0] != code {
		t.Fatalf("%s: errors %v, want one of code %s", query, got.Errors, code)
	}
	return got.Errors[0].Message
}

func TestErrors_InternalIsToldToTheLogOnly(t *testing.T) {
	a := newAPI(t)
	if _, err := a.pool.Exec(t.Context(), `ALTER TABLE users RENAME TO secret`); err != nil {
		t.Fatal(err)
	}
	got, err := a.ask(t.Context(), `{ tracks { nodes { creator { name } } } }`, nil)
	if err != nil {
		t.Fatal(err)
	}
	if len(got.Errors) != 10 {
		t.Errorf("%d errors, want one for each of 10 tracks", len(got.Errors))
	}
	for _, e := range got.Errors {
		if e.Message != "internal error" || e.Extensions["code"] != "INTERNAL" || e.Extensions["requestId"] != "request-1" {
			t.Errorf("error %+v tells too much or too little", e)
		}
	}
	if text := *got.Extensions.Clump.Fetches[1].Error; text != "INTERNAL" {
		t.Errorf("the explanation tells %q", text)
	}
	lines := strings.Count(a.log.String(), "internal error")
	if lines != 1 || !strings.Contains(a.log.String(), "request=request-1") || !strings.Contains(a.log.String(), "users") {
		t.Errorf("the log has it %d times, want once, with request and cause:\n%s", lines, a.log)
	}
}

func TestErrors_PostgresAway(t *testing.T) {
	address, err := url.Parse(pgtest.URL(t))
	if err != nil {
		t.Fatal(err)
	}
	options := address.Query()
	options.Set("host", t.TempDir()) // a folder without a socket
	address.Host, address.RawQuery = "", options.Encode()
	pool, err := pgxpool.New(t.Context(), address.String())
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(pool.Close)
	a := serve(t, pool, false)
	for _, query := range []string{`{ user(id: "0") { name } }`, `{ account(userId: "0") { balance } }`, `{ ledger { lag } }`} {
		got, err := a.ask(t.Context(), query, nil)
		if err != nil || len(got.codes()) != 1 || got.codes()[0] != "UNAVAILABLE" {
			t.Errorf("%s: %v %v, want UNAVAILABLE", query, got.Errors, err)
		}
	}
}

func TestErrors_TooManyTransfers(t *testing.T) {
	a := newAPI(t)
	inputs := make([]map[string]any, 1001)
	for i := range inputs {
		inputs[i] = map[string]any{"id": fmt.Sprint(i), "fromUserId": 0, "toUserId": 1, "amount": 1}
	}
	a.failed(t, "BAD_USER_INPUT", `mutation ($in: [TransferInput!]!) { transfers(inputs: $in) { replayed } }`, map[string]any{"in": inputs})
	var none struct{ Transfers []any }
	a.query(t, `mutation ($in: [TransferInput!]!) { transfers(inputs: $in) { replayed } }`, map[string]any{"in": inputs[:0]}, &none)
}

// Without a worker nothing is decided: who waits for that waits for the request's deadline, who does not is answered.
func TestMutations_WithoutAWorker(t *testing.T) {
	pool := pgtest.New(t)
	a := serve(t, pool, false)
	var appended struct {
		Transfer struct {
			Transfer struct {
				Status       string
				PayerBalance *string
				Cursor       *string
			}
			Replayed bool
		}
	}
	const transfer = `mutation { transfer(input: {id: "t", fromUserId: 0, toUserId: 1, amount: 1, waitFor: APPENDED}) { transfer { status payerBalance cursor } replayed } }`
	a.query(t, transfer, nil, &appended)
	if got := appended.Transfer; got.Transfer.Status != "PENDING" || got.Transfer.PayerBalance != nil || got.Transfer.Cursor != nil || got.Replayed {
		t.Errorf("appended: %+v", got)
	}
	var read struct {
		Transfer struct{ Status string }
		Account  struct{ OutgoingTransfers struct{ TotalCount int } }
		Ledger   struct{ Appended, Lag string }
	}
	a.query(t, `{ transfer(fromUserId: 0, id: "t") { status } account(userId: 0) { outgoingTransfers { totalCount } } ledger { appended lag } }`, nil, &read)
	if read.Transfer.Status != "PENDING" || read.Account.OutgoingTransfers.TotalCount != 0 || read.Ledger.Lag != "1" {
		t.Errorf("read: %+v", read)
	}

	var paid struct {
		Deposit struct {
			Deposit struct {
				Status  string
				Balance *string
			}
		}
	}
	const deposit = `mutation { deposit(input: {id: "p", userId: 0, amount: 1, waitFor: APPENDED}) { deposit { status balance } } }`
	a.query(t, deposit, nil, &paid)
	if got := paid.Deposit.Deposit; got.Status != "PENDING" || got.Balance != nil {
		t.Errorf("appended: %+v", got)
	}
	settled := serveWithin(t, pool, 200*time.Millisecond)
	settled.failed(t, "TIMEOUT", `mutation { deposit(input: {id: "d", userId: 0, amount: 1}) { replayed } }`, nil)
}

func TestHTTP_GetServesQueriesOnly(t *testing.T) {
	a := newAPI(t)
	for query, want := range map[string]string{
		`{ user(id: "0") { name } }`: `{"data":{"user":{"name":"alice"}}}`,
		`mutation { deposit(input: {id: "d", userId: 0, amount: 1}) { replayed } }`: "GET requests only allow query operations",
	} {
		request, err := http.NewRequestWithContext(t.Context(), http.MethodGet, a.url+"?query="+url.QueryEscape(query), nil)
		if err != nil {
			t.Fatal(err)
		}
		response, err := http.DefaultClient.Do(request)
		if err != nil {
			t.Fatal(err)
		}
		var body json.RawMessage
		err = json.NewDecoder(response.Body).Decode(&body)
		response.Body.Close()
		if err != nil || !strings.Contains(string(body), want) {
			t.Errorf("GET %s: %s %v", query, body, err)
		}
	}
}

func TestNewHandler_NeedsPoolAndDepot(t *testing.T) {
	if _, err := graph.NewHandler(graph.Config{}); err == nil {
		t.Error("made a handler of nothing")
	}
}

// A client that goes away while the API works leaves nothing behind, and the API goes on.
func TestHTTP_ClientGoesAway(t *testing.T) {
	a := newAPI(t)
	tx, err := a.pool.Begin(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	if _, err := tx.Exec(t.Context(), `LOCK TABLE users IN ACCESS EXCLUSIVE MODE`); err != nil {
		t.Fatal(err)
	}
	ctx, cancel := context.WithTimeout(t.Context(), 100*time.Millisecond)
	defer cancel()
	if _, err := a.ask(ctx, `{ user(id: "0") { name } }`, nil); err == nil {
		t.Fatal("answered while the table is locked")
	}
	if err := tx.Rollback(t.Context()); err != nil {
		t.Fatal(err)
	}
	var data struct{ User struct{ Name string } }
	a.query(t, `{ user(id: "0") { name } }`, nil, &data)
	if data.User.Name != "alice" {
		t.Errorf("name %q", data.User.Name)
	}
}
