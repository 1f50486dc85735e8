package limit

import (
	"encoding/json"
	"fmt"
	"path/filepath"
	"strings"
	"testing"

	"github.com/vektah/gqlparser/v2/ast"
	"github.com/vektah/gqlparser/v2/validator"
	"github.com/vektah/gqlparser/v2/validator/rules"
	"golang.org/x/tools/txtar"
)

func newEstimate(s *ast.Schema, variables map[string]any) *estimate {
	return &estimate{schema: s, lengths: introspectionLengths(s), variables: variables}
}

func TestCost(t *testing.T) {
	const ids = `query ($ids: [ID!]!) { tracksById(ids: $ids) { id } }`
	const first = `query ($n: Int, $m: Int = 5) { tracks(first: $n) { nodes { creator { name } } } user(id: 1) { tracks(first: $m) { nodes { id } } } }`
	for name, test := range map[string]struct {
		query     string
		variables map[string]any
		want      amount
	}{
		"Object":     {`{ track(id: 1) { id title } }`, nil, amount{1, 3, 0}},
		"Values":     {`{ a: __typename b: __typename }`, nil, amount{0, 2, 0}},
		"LongKey":    {`{ ` + strings.Repeat("a", 640) + `: __typename }`, nil, amount{0, 11, 0}},
		"Aliases":    {`{ a: track(id: 1) { id } b: track(id: 1) { id } }`, nil, amount{2, 4, 0}},
		"Page":       {`{ tracks(first: 7) { nodes { id } totalCount } }`, nil, amount{1 + 7, 3 + 7, 50}},
		"Edges":      {`{ tracks(first: 7) { edges { node { id } } } }`, nil, amount{1 + 7*2, 2 + 7*2, 50}},
		"OfSchema":   {`{ tracks { nodes { id } } }`, nil, amount{1 + 20, 2 + 20, 50}},
		"Null":       {`{ tracks(first: null) { nodes { id } } }`, nil, amount{1 + 20, 2 + 20, 50}},
		"Empty":      {`{ tracks(first: 0) { nodes { creator { tracks { nodes { id } } } } } }`, nil, amount{1, 2, 100}},
		"Negative":   {`{ tracks(first: -5) { nodes { id } } }`, nil, amount{1, 2, 50}},
		"Refused":    {`{ tracks(first: 2000000000) { nodes { id } } }`, nil, amount{1 + 1000, 2 + 1000, 50}},
		"Nested":     {`{ user(id: 1) { playlists(first: 20) { nodes { tracks(first: 10) { nodes { id creator { id } } } } } } }`, nil, amount{2 + 20*(2+10*2), 3 + 20*(2+10*3), 100}},
		"IDs":        {`{ tracksById(ids: [1, 2, 3]) { id } }`, nil, amount{3, 1 + 3, 0}},
		"OneID":      {`{ tracksById(ids: 1) { id } }`, nil, amount{1, 1 + 1, 0}},
		"IDsGiven":   {ids, map[string]any{"ids": []any{"1", "2"}}, amount{2, 1 + 2, 0}},
		"IDGiven":    {ids, map[string]any{"ids": "1"}, amount{1, 1 + 1, 0}},
		"FirstGiven": {first, map[string]any{"n": json.Number("3")}, amount{1 + 3*2 + 1 + 1 + 5, 2 + 3*2 + 3 + 5, 100}},
		"FirstInt":   {first, map[string]any{"n": 3}, amount{1 + 3*2 + 1 + 1 + 5, 2 + 3*2 + 3 + 5, 100}},
		"FirstNull":  {first, map[string]any{"n": nil}, amount{1 + 20*2 + 1 + 1 + 5, 2 + 20*2 + 3 + 5, 100}},
		"NotGiven":   {first, nil, amount{1 + 20*2 + 1 + 1 + 5, 2 + 20*2 + 3 + 5, 100}},
		"Value":      {`{ accounts(userIds: [1, 2, 3]) { balance a: balanceAt(offset: 1) b: balanceAt(offset: 2) } }`, nil, amount{3, 1 + 9, 100}},
		"Skipped":    {`query ($no: Boolean!) { tracks @skip(if: true) { nodes { id } } ... @include(if: $no) { ledger { lag } } ...F @include(if: false) } fragment F on Query { ledger { lag } }`, map[string]any{"no": false}, amount{}},
		"Fragments":  {`{ tracks(first: 2) { ...C ...C } user(id: 1) { tracks(first: 3) { ...C } } } fragment C on TrackConnection { nodes { id } }`, nil, amount{1 + 2*2 + 2 + 3, (1 + 2*3) + (2 + 4), 100}},
		"Interface":  {`{ timeline(userId: 1, first: 3) { nodes { id ... on Comment { track { id } } ... on UserFollow { followee { id } } } } }`, nil, amount{1 + 3*3, 2 + 3*5, 50}},
		"Mutations":  {`mutation { a: deposit(input: {id: 1, userId: 1, amount: 1}) { replayed } b: transfers(inputs: [{id: 1, fromUserId: 1, toUserId: 2, amount: 1}, {id: 2, fromUserId: 1, toUserId: 2, amount: 1}]) { replayed } }`, nil, amount{1 + 2, 2 + 1 + 2, 200}},
	} {
		s := loadSchema(t)
		doc := validated(t, s, test.query)
		vars := test.variables
		if vars == nil {
			vars = map[string]any{}
		}
		given, err := validator.VariableValues(s, doc.Operations[0], vars)
		if err != nil {
			t.Fatal(name, err)
		}
		e := newEstimate(s, given)
		if got := e.set(doc.Operations[0].SelectionSet).sized(defaultPage); got != test.want {
			t.Errorf("%s: %+v, want %+v", name, got, test.want)
		}
	}
}

// A thousand aliases of a field cost a thousand times as much.
func TestCost_Aliases(t *testing.T) {
	s := loadSchema(t)
	const field = `tracks(first: 100) { nodes { id } } `
	one := newEstimate(s, nil).cost(validated(t, s, `{ `+field+`}`).Operations[0])
	var many strings.Builder
	for i := range 1000 {
		fmt.Fprintf(&many, "a%d: %s", i, field)
	}
	all := newEstimate(s, nil).cost(validated(t, s, `{ `+many.String()+`}`).Operations[0])
	if all < 1000*one || one < 1+100+pageCost {
		t.Errorf("one costs %d, a thousand %d", one, all)
	}
}

// The cost of what grows without bounds stops at the ceiling, and each selection is visited once.
func TestCost_WorkIsLinear(t *testing.T) {
	s := loadSchema(t)
	const fragments = 60
	doc := parse(t, doublingDown(fragments, "tracks(first: 1000)", "nodes", "creator"))
	// Without rules it only finds the definitions: the document itself would be refused before.
	if errs := validator.ValidateWithRules(s, doc, &rules.Rules{}); len(errs) > 0 {
		t.Fatal(errs)
	}
	e := newEstimate(s, nil)
	if cost := e.cost(doc.Operations[0]); cost != ceiling {
		t.Errorf("cost %d, want %d", cost, ceiling)
	}
	if want := 3 + 8*fragments + 1; e.visited != want {
		t.Errorf("visited %d selections, want %d", e.visited, want)
	}
}

func TestNumbers_StopAtTheCeiling(t *testing.T) {
	if plus(ceiling, ceiling) != ceiling || times(ceiling, 2) != ceiling || times(1<<30, 1<<30) != ceiling || times(ceiling, 0) != 0 || times(3, 4) != 12 {
		t.Error("a number is wrong")
	}
}

// What people ask for costs a small part of the limit: the queries of the golden cases, the benchmark, and GraphiQL's.
func TestCost_OfWhatPeopleAsk(t *testing.T) {
	s := loadSchema(t)
	queries := map[string]string{
		"introspection": introspectionQuery,
		"playlists":     `{ user(id: 1) { playlists(first: 20) { nodes { id title tracks(first: 10) { nodes { id title creator { id name } } } } } } }`,
		"timeline": `{ timeline(userId: 1, first: 100) { nodes { __typename id occurredAt actor { id name } ... on TrackPost { track { id title } }
			... on TrackRepost { track { id title } } ... on PlaylistPost { playlist { id title } } ... on PlaylistRepost { playlist { id title } }
			... on Comment { body track { id title } } ... on UserFollow { followee { id name } } } } }`,
		"enriched": `{ enrichedTracks(ids: [` + strings.Repeat("1 ", 100) + `]) { track { id title durationMs } creator { id name } } }`,
	}
	files, err := filepath.Glob("../testdata/*.txtar")
	if err != nil || len(files) == 0 {
		t.Fatalf("no golden cases: %v", err)
	}
	for _, file := range files {
		archive, err := txtar.ParseFile(file)
		if err != nil {
			t.Fatal(err)
		}
		for _, part := range archive.Files {
			if filepath.Base(file) != "limits.txtar" && strings.HasSuffix(part.Name, "/query") {
				queries[file+" "+part.Name] = string(part.Data)
			}
		}
	}
	for name, query := range queries {
		doc := parse(t, query)
		if errs := validator.ValidateWithRules(s, doc, Rules()); len(errs) > 0 {
			continue // the case is about that
		}
		if cost := newEstimate(s, nil).cost(doc.Operations[0]); cost > 100_000/8 {
			t.Errorf("%s costs %d", name, cost)
		}
		if depth := measure(doc).deepest.levels(); depth > 12 {
			t.Errorf("%s is %d deep", name, depth)
		}
	}
}
