package graph_test

import (
	"encoding/base64"
	"net/http/httptest"
	"strings"
	"testing"
	"time"

	"github.com/clumpql/clumpql/graph"
	"github.com/clumpql/clumpql/internal/pgtest"
	"github.com/clumpql/clumpql/ledger"
)

// What passes validation and is wrong all the same is told as input, never as an internal error, and changes nothing.
func TestErrors_BadInput(t *testing.T) {
	const (
		deposit = `mutation ($id: ID = "d", $amount: BigInt = 1, $wait: WaitFor) {
			deposit(input: {id: $id, userId: 0, amount: $amount, waitFor: $wait}) { replayed } }`
		page = `query ($after: String, $from: ID) { account(userId: 0) {
			outgoingTransfers(after: $after, idFrom: $from, orderBy: ID) { nodes { id } totalCount } } }`
	)
	cursor := base64.RawURLEncoding.EncodeToString([]byte("t1:0:\xff"))
	cases := map[string]struct {
		query     string
		variables map[string]any
		want      string
	}{
		"NullID":        {deposit, map[string]any{"id": nil}, "id must not be null"},
		"NullAmount":    {deposit, map[string]any{"amount": nil}, "amount must not be null"},
		"FloatAmount":   {`mutation { deposit(input: {id: "d", userId: 0, amount: 1.0}) { replayed } }`, nil, "amount: the float 1 is not a 64-bit integer"},
		"EnumOtherCase": {deposit, map[string]any{"wait": "appended"}, `waitFor has no value "appended"`},
		"SkipIfNull":    {`query ($if: Boolean = true) { account(userId: 0) { userId @skip(if: $if) } }`, map[string]any{"if": nil}, "account cannot be selected from: skip: argument 'if' is not a boolean"},
		"RootIfNull":    {`query ($if: Boolean = true) { __typename @include(if: $if) }`, map[string]any{"if": nil}, "cannot be selected from: include: argument 'if' is not a boolean"},
		"GenreNUL":      {`{ tracks(genre: "\u0000") { nodes { id } totalCount } }`, nil, "genre must be valid UTF-8 without NUL"},
		"IDFromNUL":     {page, map[string]any{"from": "\x00"}, "idFrom must be valid UTF-8 without NUL"},
		"CursorNoText":  {page, map[string]any{"after": cursor}, "after is not a cursor of this list"},
	}
	a := newAPI(t)
	for name, c := range cases {
		t.Run(name, func(t *testing.T) {
			if got := a.failed(t, "BAD_USER_INPUT", c.query, c.variables); got != c.want {
				t.Errorf("message %q, want %q", got, c.want)
			}
		})
	}
	var data struct{ Ledger struct{ Appended string } }
	a.query(t, `{ ledger { appended } }`, nil, &data)
	if data.Ledger.Appended != "0" || strings.Contains(a.log.String(), "ERROR") {
		t.Errorf("appended %s; log:\n%s", data.Ledger.Appended, a.log)
	}
}

// Validation takes time that grows with the square of the fields, so the length of a query is bounded; the longest mutation is within.
func TestErrors_LengthOfQueries(t *testing.T) {
	a := newAPI(t)
	a.failed(t, "GRAPHQL_PARSE_FAILED", `{`+strings.Repeat(`__typename `, 20_000)+`}`, nil)
	transfer := `{id: "x", fromUserId: 0, toUserId: 0, amount: 1, waitFor: SETTLED} `
	a.failed(t, "BAD_USER_INPUT", `mutation { transfers(inputs: [`+strings.Repeat(transfer, 1000)+`]) { replayed } }`, nil)
}

// A request whose time is over when its execution would begin is answered as such.
func TestErrors_EndedBeforeItBegan(t *testing.T) {
	pool := pgtest.New(t)
	depot := ledger.NewDepot(pool)
	t.Cleanup(depot.Close)
	handler, err := graph.NewHandler(graph.Config{Pool: pool, Depot: depot, Timeout: time.Nanosecond})
	if err != nil {
		t.Fatal(err)
	}
	server := httptest.NewServer(handler)
	defer server.Close()
	a := &api{url: server.URL}
	got := a.failed(t, "TIMEOUT", `{ user(id: "0") { name } }`, nil)
	if want := "the request took too long; it is safe to try again, a mutation with the same ids"; got != want {
		t.Errorf("message %q, want %q", got, want)
	}
}
