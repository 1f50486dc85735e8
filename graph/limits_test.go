package graph_test

import (
	"encoding/json"
	"fmt"
	"io"
	"net/http"
	"strings"
	"testing"
)

// post sends a body as it is.
func (a *api) post(t *testing.T, body string) (status int, got answer) {
	t.Helper()
	request, err := http.NewRequestWithContext(t.Context(), http.MethodPost, a.url, strings.NewReader(body))
	if err != nil {
		t.Fatal(err)
	}
	request.Header.Set("Content-Type", "application/json")
	response, err := http.DefaultClient.Do(request)
	if err != nil {
		t.Fatal(err)
	}
	defer response.Body.Close()
	text, err := io.ReadAll(response.Body)
	if err == nil {
		err = json.Unmarshal(text, &got)
	}
	if err != nil {
		t.Fatalf("%.200s: %v", text, err)
	}
	return response.StatusCode, got
}

func TestLimits_CostOfVariables(t *testing.T) {
	a := newAPI(t)
	const query = `query ($n: Int, $ids: [ID!]!) { usersById(ids: $ids) { tracks(first: $n) { nodes { creator { name } } } } }`
	body, err := json.Marshal(map[string]any{"query": query, "variables": map[string]any{"n": 1000, "ids": make([]int, 50)}})
	if err != nil {
		t.Fatal(err)
	}
	status, got := a.post(t, string(body))
	want := map[string]any{"code": "QUERY_TOO_COMPLEX", "cost": float64(50*(2+2*1000) + (1+50*(1+1+2*1000))/10 + 50), "limit": 100_000.0}
	if status != http.StatusUnprocessableEntity || len(got.Errors) != 1 || fmt.Sprint(got.Errors[0].Extensions) != fmt.Sprint(want) {
		t.Errorf("status %d, errors %v, want %v", status, got.Errors, want)
	}
	var data struct{ UsersByID []any }
	a.query(t, query, map[string]any{"n": 10, "ids": []int{0, 1}}, &data)
}

func TestLimits_NumberOfIDs(t *testing.T) {
	a := newAPI(t)
	const query = `query ($ids: [ID!]!) { %s(%s: $ids) { __typename } }`
	for field, argument := range map[string]string{"tracksById": "ids", "usersById": "ids", "enrichedTracks": "ids", "accounts": "userIds"} {
		got := a.failed(t, "BAD_USER_INPUT", fmt.Sprintf(query, field, argument), map[string]any{"ids": make([]int, 1001)})
		if want := argument + " has 1001 ids, more than 1000"; got != want {
			t.Errorf("%s: message %q, want %q", field, got, want)
		}
		var data map[string][]any
		a.query(t, fmt.Sprintf(query, field, argument), map[string]any{"ids": make([]int, 1000)}, &data)
	}
}

// What is no request is told in a line: neither the whole body, nor a type of Go.
func TestLimits_BodyIsNotARequest(t *testing.T) {
	a := newAPI(t)
	filler := strings.Repeat("x", 10_000)
	for body, want := range map[string]string{
		`[{"query": "{ ledger { lag } }"}, {"query": "` + filler + `"}]`: "the body is an array: send one request at a time",
		`{"query": ` + filler: "json request body could not be decoded: invalid character 'x'",
	} {
		status, got := a.post(t, body)
		if status != http.StatusBadRequest || len(got.Errors) != 1 || !strings.HasPrefix(got.Errors[0].Message, want) || len(got.Errors[0].Message) > 200 {
			t.Errorf("status %d, errors %.300v, want %q", status, got.Errors, want)
		}
	}
}

// A long text that is not valid is refused as a short one is, but nothing is proposed in place of what it names.
func TestLimits_LongTextThatIsNotValid(t *testing.T) {
	a := newAPI(t)
	short := a.failed(t, "GRAPHQL_VALIDATION_FAILED", `{ legder { lag } }`, nil)
	long := a.failed(t, "GRAPHQL_VALIDATION_FAILED", `{ legder { lag } }`+strings.Repeat(" ", 20_000), nil)
	if !strings.Contains(short, `Did you mean "ledger"?`) || long != `Cannot query field "legder" on type "Query".` {
		t.Errorf("short: %s\nlong: %s", short, long)
	}
}

// Thousands of mutations in one request would take their turns for longer than a request may take.
func TestLimits_MutationsInOneRequest(t *testing.T) {
	a := newAPI(t)
	var fields strings.Builder
	for i := range 1000 {
		fmt.Fprintf(&fields, "d%d: deposit(input: $in) { replayed } ", i)
	}
	a.failed(t, "QUERY_TOO_COMPLEX", `mutation ($in: DepositInput!) { `+fields.String()+`}`,
		map[string]any{"in": map[string]any{"id": "d", "userId": 0, "amount": 1}})
	var data struct{ Ledger struct{ Appended string } }
	a.query(t, `{ ledger { appended } }`, nil, &data)
	if data.Ledger.Appended != "0" {
		t.Errorf("%s records are in the depot", data.Ledger.Appended)
	}
}
