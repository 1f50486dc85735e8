package oracle_test

import (
	"fmt"
	"regexp"
	"slices"
	"strings"
	"testing"

	"github.com/vektah/gqlparser/v2/ast"
	"github.com/vektah/gqlparser/v2/gqlerror"
	"github.com/vektah/gqlparser/v2/parser"
)

// located is an error as answers are compared: its path, its message, its extensions and, behind an @, where in the document it is.
func located(err *gqlerror.Error) string {
	s := fmt.Sprintf("%s: %s", err.Path, err.Message)
	if len(err.Extensions) > 0 {
		s += fmt.Sprint(" ", err.Extensions)
	}
	for _, l := range err.Locations {
		s += fmt.Sprintf(" @%d:%d", l.Line, l.Column)
	}
	return s
}

// withLocationsOf lends ours' locations to the errors that stock gives none: nulls where the schema allows none, panics, arguments,
// marshalers, and what directives return of another type. See [TestLocations_WhereStockHasNone].
func (a answer) withLocationsOf(ours answer) answer {
	lent := make([]bool, len(ours.Errors))
	errors := slices.Clone(a.Errors)
	for i, e := range errors {
		if at.MatchString(e) {
			continue
		}
		for j, other := range ours.Errors {
			if !lent[j] && at.ReplaceAllString(other, "") == e {
				errors[i], lent[j] = other, true
				break
			}
		}
	}
	slices.Sort(errors)
	return answer{a.Data, errors}
}

var (
	at      = regexp.MustCompile(`( @\d+:\d+)+$`)
	indexes = regexp.MustCompile(`\[\d+\]`)
)

// checkLocations demands of each error with a path that it has one location: that of a field with this path, or of the field whose argument
// the path leads into. Those that a resolver reports itself, by graphql.AddError, have none.
func checkLocations(t *testing.T, query, operation string, errors []string) {
	t.Helper()
	var places map[string][]string
	for _, e := range errors {
		path, message, _ := strings.Cut(e, ": ")
		if path == "" || strings.HasPrefix(message, "told ") || message == "intercepted" {
			continue
		}
		if places == nil {
			places = placesIn(t, query, operation)
		}
		path = indexes.ReplaceAllString(path, "")
		for places[path] == nil && strings.Contains(path, ".") {
			path = path[:strings.LastIndex(path, ".")]
		}
		if possible := places[path]; !slices.Contains(possible, at.FindString(e)) {
			t.Errorf("%s\n%q is at %s", query, e, possible)
		}
	}
}

// placesIn are the locations of an operation's fields, by their paths without indexes. Those of fragments are there for any type.
func placesIn(t *testing.T, query, operation string) map[string][]string {
	t.Helper()
	doc, err := parser.ParseQuery(&ast.Source{Input: query})
	if err != nil {
		t.Fatal(err)
	}
	places := map[string][]string{}
	met := map[string]bool{} // fragments at a path
	var add func(around string, set ast.SelectionSet)
	add = func(around string, set ast.SelectionSet) {
		for _, s := range set {
			switch s := s.(type) {
			case *ast.Field:
				path := strings.TrimPrefix(around+"."+s.Alias, ".")
				places[path] = append(places[path], fmt.Sprintf(" @%d:%d", s.Position.Line, s.Position.Column))
				add(path, s.SelectionSet)
			case *ast.InlineFragment:
				add(around, s.SelectionSet)
			case *ast.FragmentSpread:
				if !met[around+" "+s.Name] {
					met[around+" "+s.Name] = true
					add(around, doc.Fragments.ForName(s.Name).SelectionSet)
				}
			}
		}
	}
	add("", doc.Operations.ForName(operation).SelectionSet)
	return places
}

// Which errors stock gqlgen answers without a location; ours has the field's, as the specification asks.
func TestLocations_WhereStockHasNone(t *testing.T) {
	for name, c := range map[string]struct{ query, want string }{
		"NullElement":      {"{\n  strictNodes(ids: [6]) { id }\n}", "strictNodes[0]: the requested element is null which the schema does not allow @2:3"},
		"NullField":        {"{\n  a: strictNamed(id: 6) { id }\n}", "a: must not be null @2:3"},
		"NullObject":       {"{ node(id: 4) {\n...F\n} }\nfragment F on Node { strictNext { id } }", "node.strictNext: the requested element is null which the schema does not allow @4:22"},
		"Panic":            {"{ node(id: 2) {\n\texplosive } }", "node.explosive: panic @2:2"},
		"PanicInResolver":  {"{\n\n node(id: 16) { id } }", "node: panic @3:2"},
		"Argument":         {"{ node(id: 1) {\n  a: plusOdd(\n odd: 2) } }", "node.a.odd: 2 is not odd @2:3"},
		"InputField":       {"{ e:\necho(input: {inner: {odd: 4}}) }", "e.input.inner.odd: 4 is not odd @1:3"},
		"DirectedArgument": {"{\nchecked(n: 6) }", "checked.n: 6 is more than 5 at checked.n @2:1"},
		"Marshaler":        {"{\n node(id: 1) { id }\n nodes(ids: [4]) { strictSecret } }", "nodes[0].strictSecret: no secret @3:20"},
		"TypeOfDirective":  {"{ directed(ids: [2]) {\n replaced } }", "directed[0].replaced: unexpected type string from middleware/directive chain, should be *int @2:2"},
		"SecondOfTwo":      {"{ node(id: 2) { id } node(id: 2) {\n explosive } }", "node.explosive: panic @2:2"},
		"FirstOfMerged":    {"{ node(id: 2) {\n explosive\n explosive } }", "node.explosive: panic @2:2"},
	} {
		t.Run(name, func(t *testing.T) {
			want := []string{at.ReplaceAllString(c.want, "")}
			if got := ask(t, stockSchema(), c.query, nil).Errors; !slices.Equal(got, want) {
				t.Errorf("stock: %q, want %q", got, want)
			}
			if got := ask(t, oursSchema(), c.query, nil).Errors; !slices.Equal(got, []string{c.want}) {
				t.Errorf("ours: %q, want %q", got, c.want)
			}
		})
	}
}
