package oracle_test

import (
	"encoding/json"
	"fmt"
	"math/rand/v2"
	"net/http"
	"slices"
	"strings"
	"testing"

	"github.com/99designs/gqlgen/graphql"
	"github.com/99designs/gqlgen/graphql/executor"
	"github.com/google/go-cmp/cmp"

	"github.com/clumpql/clumpql/loader/gqlexec"
)

const directedLeaves = "number plain maybePlain method strictMethod clump strictClump replaced strictReplaced"

func allDirected() string {
	ids := make([]string, 30)
	for i := range ids {
		ids[i] = fmt.Sprint(i)
	}
	return strings.Join(ids, ", ")
}

func TestDirectives_Fixed(t *testing.T) {
	cases := map[string]string{
		"PlainField":       `{ directed(ids: [1, 2, 3, 4]) { plain maybePlain } }`,
		"Method":           `{ directed(ids: [1, 2, 3, 4, 7, 8]) { method a: method(mark: "x") b: method(mark: null) strictMethod } }`,
		"Clump":            `{ directed(ids: [1, 2, 3, 5, 7]) { clump } a: directed(ids: [1, 2, 3, 4, 8]) { strictClump } }`,
		"OfTheObjectType":  `{ directed(ids: [0, 1, 2, 12]) { number self { number } next { number next { number self { number } } } } }`,
		"Replaced":         `{ directed(ids: [1, 2, 3, 4, 5, 11, 12]) { replaced replacedObject { number } } }`,
		"ReplacedInStrict": `{ directed(ids: [1, 2, 3, 4, 11, 12]) { strictReplaced } a: strictDirected(ids: [11]) { strictReplaced } }`,
		"Panic":            `{ directed(ids: [12, 11]) { method self { number } } a: strictDirected(ids: [12]) { strictMethod } }`,
		"RootField":        `{ maybeGuarded directed(ids: [1]) { number } }`,
		"StrictRootField":  `{ guarded directed(ids: [1]) { number } }`,
		"NotImplemented":   `{ missing directed(ids: [1]) { number } }`,
		"Arguments":        `{ checked a: checked(n: 5, strict: 9) b: checked(n: 6) }`,
		"ArgumentNull":     `{ a: checked(n: 0) b: checked(n: null) }`,
		"StrictArgument":   `{ a: checked(strict: 10) }`,
		"StrictNull":       `{ a: checked(strict: 0) }`,
		"ArgumentOfType":   `{ a: checked(n: 99) }`,
		"Input":            `{ a: checked(input: {}) b: checked(input: {a: 3, b: 6, c: 4}) c: checked(input: {a: 0, b: 0}) }`,
		"InputField":       `{ a: checked(input: {a: 4}) }`,
		"InputFieldStrict": `{ a: checked(input: {c: 0}) }`,
		"InputObject":      `{ a: checked(input: {a: 1, b: 1, c: 9}) }`,
		"InputFieldOfType": `{ a: checked(input: {b: 99}) }`,
		"MethodArgument":   `{ directed(ids: [1, 2]) { number method(mark: "99") } }`,
		"All":              `{ directed(ids: [` + allDirected() + `]) { number plain maybePlain method clump next { clump method replaced replacedObject { plain } } } }`,
		"AllStrict":        `{ directed(ids: [` + allDirected() + `]) { strictMethod strictClump } a: directed(ids: [` + allDirected() + `]) { self { strictReplaced } } }`,
	}
	for name, query := range cases {
		t.Run(name, func(t *testing.T) {
			compare(t, query, nil)
			compareWith(t, inlineSchema(), query, nil)
		})
	}
}

func TestDirectives_Variables(t *testing.T) {
	const query = `query ($n: Int, $in: CheckedInput) { checked(n: $n, input: $in) }`
	for _, variables := range []string{`{}`, `{"n": null, "in": null}`, `{"n": 4, "in": {"a": 1}}`, `{"n": 7}`, `{"in": {"a": 9}}`} {
		var v map[string]any
		if err := json.Unmarshal([]byte(variables), &v); err != nil {
			t.Fatal(err)
		}
		compare(t, query, v)
	}
}

func TestDirectives_Random(t *testing.T) {
	for seed := range uint64(300) {
		g := generator{Rand: rand.New(rand.NewPCG(seed, 2))}
		query := fmt.Sprintf("{ directed(ids: %s) %s a: directed(ids: %s) %[2]s }", g.ids(), g.directed(3), g.ids())
		compare(t, query, nil)
		compareWith(t, inlineSchema(), query, nil)
	}
}

func (g generator) directed(depth int) string {
	leaves := strings.Fields(directedLeaves)
	var b strings.Builder
	b.WriteString("{ ")
	for range 1 + g.IntN(4) {
		if branch := []string{"next", "self", "replacedObject"}[g.IntN(3)]; depth > 0 && g.IntN(3) > 0 {
			b.WriteString(branch + " " + g.directed(depth-1) + " ")
			continue
		}
		b.WriteString(leaves[g.IntN(len(leaves))] + " ")
	}
	return b.String() + "}"
}

// What the directives of all objects wait for goes into one batch a wave.
func TestDirectives_OneBatchAWave(t *testing.T) {
	const query = `{ directed(ids: [2, 3, 4]) { next { number next { number } } } b: directed(ids: [7]) { next { number } } }`
	e := executor.New(oursSchema())
	e.Use(gqlexec.Explain{})
	ctx := graphql.StartOperationTrace(t.Context())
	operation, _ := e.CreateOperationContext(ctx, &graphql.RawParams{Query: query, Headers: http.Header{gqlexec.ExplainHeader: {"1"}}})
	handler, ctx := e.DispatchOperation(ctx, operation)
	var got []string
	for _, f := range handler(ctx).Extensions["clump"].(gqlexec.Explanation).Fetches {
		slices.Sort(f.Paths) // the directives of the objects run side by side
		got = append(got, fmt.Sprintf("%d %s %d %v", f.Wave, f.Source, f.Keys, f.Paths))
	}
	want := []string{"1 directed 4 [b.next directed.next]", "2 directed 1 [directed.next.next]"}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("fetches (want, got):\n%s", diff)
	}
}
