package variables

import (
	"encoding/json"
	"fmt"
	"strings"
	"testing"

	"github.com/99designs/gqlgen/graphql"
	"github.com/99designs/gqlgen/graphql/executor"
	"github.com/google/go-cmp/cmp"
	"github.com/vektah/gqlparser/v2"
	"github.com/vektah/gqlparser/v2/ast"
	"github.com/vektah/gqlparser/v2/validator"
)

var schema = gqlparser.MustLoadSchema(&ast.Source{Input: `
type Query { take(things: [Thing!], plain: [ID]): Int }
scalar BigInt
enum Wait { SETTLED APPENDED }
input Thing { id: ID! amount: BigInt! name: String count: Int yes: Boolean = true share: Float wait: Wait! = SETTLED parts: [Thing] tags: [String!] of: Thing }`})

// executable has a schema and executes nothing.
type executable struct{ graphql.ExecutableSchema }

func (executable) Schema() *ast.Schema { return schema }

// usual are lists that need not be left to gqlparser; unusual are those that it refuses, changes, or may be asked about.
var (
	usual = []string{
		`[]`,
		`[{"id": "a", "amount": "1"}]`,
		`[{"id": "a", "amount": 1, "name": "n", "count": 2, "yes": false, "wait": "APPENDED", "parts": [null, {"id": 1, "amount": "2"}], "tags": ["a"], "of": null}]`,
		`[{"id": 7, "amount": [1], "name": null, "count": null, "yes": null, "parts": null, "tags": null}, {"id": "", "amount": {"a": 1}, "wait": "settled"}]`,
	}
	unusual = []string{
		`null`, `{"id": "a", "amount": 1}`, `"a"`, `[null]`, `[1]`, `[[]]`, `[{}]`, `[{"id": "a"}]`, `[{"amount": 1}]`, `[{"id": null, "amount": 1}]`,
		`[{"id": "a", "amount": 1, "other": 1}]`, `[{"id": "a", "amount": 1, "__typename": "Thing"}]`, `[{"id": true, "amount": 1}]`,
		`[{"id": "a", "amount": 1, "name": true}]`, `[{"id": "a", "amount": 1, "count": 1.5}]`, `[{"id": "a", "amount": 1, "count": "b"}]`,
		`[{"id": "a", "amount": 1, "yes": "true"}]`, `[{"id": "a", "amount": 1, "share": 1.5}]`, `[{"id": "a", "amount": 1, "share": "x"}]`,
		`[{"id": "a", "amount": 1, "wait": "LATER"}]`, `[{"id": "a", "amount": 1, "wait": null}]`, `[{"id": "a", "amount": 1, "wait": 0}]`,
		`[{"id": "a", "amount": 1, "parts": {"id": "b", "amount": 1}}]`, `[{"id": "a", "amount": 1, "parts": [{"id": "b"}]}]`,
		`[{"id": "a", "amount": 1, "tags": [null]}]`, `[{"id": "a", "amount": 1, "tags": "b"}]`, `[{"id": "a", "amount": 1, "of": {"id": "b"}}]`,
		`[{"id": "a", "amount": 1}, {"id": "a"}]`,
	}
)

func decode(t *testing.T, text string) (value any) {
	t.Helper()
	decoder := json.NewDecoder(strings.NewReader(text))
	decoder.UseNumber()
	if err := decoder.Decode(&value); err != nil {
		t.Fatal(err)
	}
	return value
}

const query = `query ($things: [Thing!], $plain: [ID] = ["x"]) { take(things: $things, plain: $plain) }`

// Invariant: with the extension an operation has the same variables, or is refused by the same error, as without it.
func TestLists_sameAsWithout(t *testing.T) {
	ctx := graphql.StartOperationTrace(t.Context())
	for i, text := range append(append([]string{}, usual...), unusual...) {
		variables := func() map[string]any {
			return map[string]any{"things": decode(t, text), "plain": []any{json.Number("1"), nil, "a"}}
		}
		with, without := newExecutor(true), newExecutor(false)
		for _, known := range []bool{false, true} {
			params := &graphql.RawParams{Query: query, Variables: variables()}
			got, gotErr := with.CreateOperationContext(ctx, params)
			want, wantErr := without.CreateOperationContext(ctx, &graphql.RawParams{Query: query, Variables: variables()})
			if diff := cmp.Diff(want.Variables, got.Variables); diff != "" || fmt.Sprint(wantErr) != fmt.Sprint(gotErr) {
				t.Errorf("%s: %v, want %v; variables (-want +got):\n%s", text, gotErr, wantErr, diff)
			}
			if seen, _ := params.Variables["things"].([]any); i < len(usual) && (wantErr != nil || known && len(seen) > 0) {
				t.Errorf("%s: %v; gqlparser has seen %v", text, wantErr, seen)
			}
		}
	}
}

func newExecutor(lists bool) *executor.Executor {
	e := executor.New(executable{})
	queries := graphql.MapCache[*ast.QueryDocument]{}
	e.SetQueryCache(queries)
	if lists {
		e.Use(&Lists{Cache: queries})
	}
	return e
}

// Invariant: what is usual is not left to gqlparser, and what is taken gqlparser would take and leave as it is.
func TestLists_valid(t *testing.T) {
	l := &Lists{}
	if err := l.Validate(executable{}); err != nil {
		t.Fatal(err)
	}
	document, errs := gqlparser.LoadQueryWithRules(schema, query, nil)
	if errs != nil {
		t.Fatal(errs)
	}
	things := document.Operations[0].VariableDefinitions[0]
	for _, text := range usual {
		if !l.valid(things.Type, decode(t, text)) {
			t.Errorf("%s is left to gqlparser", text)
		}
		given := map[string]any{"things": decode(t, text)}
		coerced, err := validator.VariableValues(schema, document.Operations[0], given)
		if diff := cmp.Diff(decode(t, text), coerced["things"]); diff != "" || err != nil {
			t.Errorf("%s: %v; coerced (-given +coerced):\n%s", text, err, diff)
		}
	}
	for _, text := range unusual[1:] { // null is no list
		if l.valid(things.Type, decode(t, text)) {
			t.Errorf("%s is taken without gqlparser", text)
		}
	}
}
