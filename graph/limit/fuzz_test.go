package limit

import (
	"math/rand/v2"
	"testing"

	"github.com/vektah/gqlparser/v2/ast"
	"github.com/vektah/gqlparser/v2/validator"
	"github.com/vektah/gqlparser/v2/validator/rules"
)

// addSeeds adds inputs from which most of the schema is reached.
func addSeeds(f *testing.F) {
	for i := range uint64(300) {
		random := rand.New(rand.NewPCG(1, i))
		data := make([]byte, 20+10*i%200)
		for j := range data {
			data[j] = byte(random.Uint32())
		}
		f.Add(data)
	}
}

// naive evaluates the definition of the cost as it is written: top down, each fragment wherever it is spread, the page of a
// connection known where its lists are met.
type naive struct{ *estimate }

func (n naive) set(set ast.SelectionSet, page int) (a amount) {
	for _, sel := range set {
		var b amount
		switch sel := sel.(type) {
		case *ast.Field:
			if n.included(sel.Directives) {
				b = n.field(sel, page)
			}
		case *ast.InlineFragment:
			if n.included(sel.Directives) {
				b = n.set(sel.SelectionSet, page)
			}
		case *ast.FragmentSpread:
			if n.included(sel.Directives) {
				b = n.set(sel.Definition.SelectionSet, page)
			}
		}
		a = amount{a.objects + b.objects, a.values + b.values, a.fixed + b.fixed}
	}
	return a
}

func (n naive) field(f *ast.Field, around int) amount {
	a := amount{values: 1 + len(f.Alias)/64}
	if n.schema.Types[f.Definition.Type.Name()].IsLeafType() {
		if len(f.Definition.Arguments) > 0 {
			a.fixed = 50
		}
		return a
	}
	page, paged := 20, f.Definition.Arguments.ForName("first") != nil
	arguments := f.ArgumentMap(n.variables)
	switch first := arguments["first"].(type) {
	case int64:
		page = int(max(0, min(first, 1000)))
	case nil:
	default:
		panic(first)
	}
	elements := 1
	if f.Definition.Type.Elem != nil {
		elements = around
		if paged {
			elements = page
		}
		for name, value := range arguments {
			if f.Definition.Arguments.ForName(name).Type.Elem == nil {
				continue
			}
			elements = 1
			if list, ok := value.([]any); ok {
				elements = len(list)
			}
		}
	}
	inner := n.set(f.SelectionSet, page)
	a.objects += elements * (1 + inner.objects)
	a.values += elements * inner.values
	a.fixed += inner.fixed
	if paged {
		a.fixed += 50
	}
	return a
}

// The cost is what its definition says, for any query.
func FuzzCost_NaiveEvaluator(f *testing.F) {
	addSeeds(f)
	s := loadSchema(f)
	f.Fuzz(func(t *testing.T, data []byte) {
		g := &generator{schema: s, data: data}
		query := g.query()
		doc := parse(t, query)
		if _, ok := g.conflicts(doc, Rules()); !ok {
			t.Fatalf("the generated query is not valid:\n%s", query)
		}
		variables, err := validator.VariableValues(s, doc.Operations[0], generatorVariables)
		if err != nil {
			t.Fatal(err)
		}
		e := newEstimate(s, variables)
		got := e.set(doc.Operations[0].SelectionSet).sized(defaultPage)
		want := naive{estimate: newEstimate(s, variables)}.set(doc.Operations[0].SelectionSet, 20)
		if got != want {
			t.Errorf("cost %+v, want %+v, of\n%s", got, want, query)
		}
	})
}

// Fields that share a response key are refused by our rule when they are by gqlparser's.
func FuzzOverlap_GqlparsersRule(f *testing.F) {
	addSeeds(f)
	s := loadSchema(f)
	f.Fuzz(func(t *testing.T, data []byte) {
		g := &generator{schema: s, data: data}
		query := g.query()
		ours, _ := g.conflicts(parse(t, query), Rules())
		theirs, ok := g.conflicts(parse(t, query), rules.NewDefaultRules())
		if !ok {
			t.Fatalf("the generated query is not valid:\n%s", query)
		}
		if (len(ours) > 0) != (len(theirs) > 0) {
			t.Errorf("our rule tells %q, gqlparser's %q, of\n%s", ours, theirs, query)
		}
	})
}
