package limit

import (
	"fmt"
	"strings"
	"testing"

	"github.com/vektah/gqlparser/v2/ast"
	"github.com/vektah/gqlparser/v2/validator"
)

func TestOverlap(t *testing.T) {
	const advice = " Use different aliases on the fields to fetch both if this was intentional."
	s := loadSchema(t)
	for name, test := range map[string]struct{ query, want string }{
		"Same":          {`{ track(id: 1) { id } track(id: 1) { title } }`, ""},
		"Names":         {`{ track(id: 1) { a: id a: title } }`, `Fields "a" conflict because "id" and "title" are different fields.` + advice},
		"Arguments":     {`{ track(id: 1) { id } track(id: 2) { id } }`, `Fields "track" conflict because they have differing arguments.` + advice},
		"Below":         {`{ track(id: 1) { a: id } track(id: 1) { ...T } } fragment T on Track { a: creatorId }`, `Fields "a" conflict because "id" and "creatorId" are different fields.` + advice},
		"Exclusive":     {`{ timeline(userId: 1) { nodes { ... on TrackPost { a: actor { id } } ... on UserFollow { a: followee { id } } } } }`, ""},
		"ExclusiveDown": {`{ timeline(userId: 1) { nodes { ... on TrackPost { a: actor { b: id } } ... on UserFollow { a: followee { b: name } } } } }`, `Fields "b" conflict because they return conflicting types "ID!" and "String!".` + advice},
		"Interface":     {`{ timeline(userId: 1) { nodes { a: actor { id } ... on UserFollow { a: followee { id } } } } }`, `Fields "a" conflict because "actor" and "followee" are different fields.` + advice},
		"Shapes":        {`{ timeline(userId: 1) { nodes { ... on TrackPost { a: track { id } } ... on Comment { a: body } } } }`, `Fields "a" conflict because they return conflicting types "Track" and "String!".` + advice},
		"Fragments":     {`{ track(id: 1) { ...A ...B } } fragment A on Track { x: id } fragment B on Track { x: title }`, `Fields "x" conflict because "id" and "title" are different fields.` + advice},
		"Loop":          {`{ track(id: 1) { ...A } } fragment A on Track { creator { tracks { nodes { ...A } } } }`, `Cannot spread fragment "A" within itself.`},
		"Objects":       {`mutation { deposit(input: {id: 1, userId: 2, amount: 3}) { replayed } deposit(input: {amount: 3, id: 1, userId: 2}) { replayed } }`, ""},
		"ObjectsDiffer": {`mutation { deposit(input: {id: 1, userId: 2, amount: 3}) { replayed } deposit(input: {amount: 3, id: 1, userId: 1}) { replayed } }`, `Fields "deposit" conflict because they have differing arguments.` + advice},
	} {
		var got []string
		for _, err := range validator.ValidateWithRules(s, parse(t, test.query), Rules()) {
			got = append(got, err.Message)
		}
		if strings.Join(got, "; ") != test.want {
			t.Errorf("%s: %q, want %q", name, got, test.want)
		}
	}
}

// Merging goes through each selection twice, once for the fields and once for their shapes, where gqlparser compares each field with each.
func TestOverlap_WorkIsLinear(t *testing.T) {
	s := loadSchema(t)
	for name, query := range map[string]string{
		"Same":      "{" + strings.Repeat("__typename ", 19_000) + "}",
		"SameDown":  "{" + strings.Repeat("track(id: 1) { creator { name } } ", 1000) + "}",
		"Fragments": manyFragments(900),
	} {
		doc := validated(t, s, query)
		o := &overlap{schema: s, addError: nil}
		o.check(doc.Operations[0])
		if length := measure(doc).length; o.found || o.steps > 2*length {
			t.Errorf("%s: %d steps for a length of %d", name, o.steps, length)
		}
	}
}

// Interfaces that are selected inside each other multiply; there is an end to it.
func TestOverlap_EndsAmongInterfaces(t *testing.T) {
	s := loadSchema(t)
	s.Types["User"].Fields = append(s.Types["User"].Fields, &ast.FieldDefinition{Name: "self", Type: ast.NamedType("TimelineItem", nil)})
	var inner strings.Builder
	for i := range 400 {
		fmt.Fprintf(&inner, "a%d: __typename ", i)
	}
	set := inner.String()
	for range 6 {
		set = "id actor { self {" + set + "} } ... on TrackPost { actor { name } } ... on Comment { actor { name } } ... on UserFollow { actor { name } } ... on PlaylistPost { actor { name } }"
	}
	doc := parse(t, "{ timeline(userId: 1) { nodes { "+set+" } } }")
	var messages []string
	for _, err := range validator.ValidateWithRules(s, doc, Rules()) {
		messages = append(messages, err.Message)
	}
	if want := "The fields of interfaces are selected inside each other too often."; strings.Join(messages, ";") != want {
		t.Errorf("%q, want %q", messages, want)
	}
}

// manyFragments is a query that spreads n fragments, of the same field each.
func manyFragments(n int) string {
	var spreads, fragments strings.Builder
	for i := range n {
		fmt.Fprintf(&spreads, "...F%d ", i)
		fmt.Fprintf(&fragments, "fragment F%d on Query { track(id: 1) { title } } ", i)
	}
	return "{ " + spreads.String() + "} " + fragments.String()
}
