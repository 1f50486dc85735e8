package oracle_test

import (
	"fmt"
	"math/rand/v2"
	"strings"
)

// generator makes random valid queries. Fields of the same response key have the same arguments and kind of type, or an alias of their
// own, so that they merge.
type generator struct {
	*rand.Rand
	document *document // nil: one operation, without fragments and variables
}

// selectable is what can be selected on a type: leaves, fields of other types, and fragments on types that may be the same object. What an
// object type promises and its interface does not has another key on the interface, as has what stock does not merge.
type selectable struct {
	leaves    []string
	branches  []branch
	fragments []string
}

// branch is a field with a selection on a type.
type branch struct{ field, typ string }

var selectables = map[string]selectable{
	"Node": {
		leaves: strings.Fields("__typename id number name label weight flag mood maybeMood odd secret tags maybeTags table plusOdd(odd:1) " +
			"risky strictRisky explosive strictName prefixed(prefix:\"-\",times:2) fetchedName(upper:true) quoted(mark:\"*\")"),
		branches: []branch{
			{"self", "Node"}, {"next", "Node"}, {"strictNext", "Node"}, {"children", "Node"}, {"maybeChildren", "Node"}, {"neighbours", "Node"},
			{"value", "Point"}, {"points", "Point"}, {"maybePoint", "Point"}, {"peer", "Node"}, {"friend", "Named"}, {"strictFriend", "Named"},
		},
		fragments: []string{"Node", "Node", "Named", "Numbered", "Item"},
	},
	"Point": {leaves: strings.Fields("__typename x y"), fragments: []string{"Point", "Item"}},
	"Book": {
		leaves:    strings.Fields("__typename id number labelO:label title quoted(mark:\"*\")"),
		branches:  []branch{{"peer", "Named"}, {"author", "Node"}, {"parts", "Item"}, {"strictParts", "Item"}, {"related", "Titled"}},
		fragments: []string{"Book", "Titled", "Named", "Numbered", "Item"},
	},
	"Shelf": {
		leaves:    strings.Fields("__typename id labelO:label title quoted(mark:\"*\")"),
		branches:  []branch{{"peer", "Titled"}},
		fragments: []string{"Shelf", "Titled", "Named"},
	},
	"Named": {
		leaves:    strings.Fields("__typename id labelO:label quoted(mark:\"*\")"),
		branches:  []branch{{"peer", "Named"}},
		fragments: []string{"Node", "Book", "Shelf", "Titled", "Named", "Numbered", "Item"},
	},
	"Titled": {
		leaves:    strings.Fields("__typename id labelO:label title quoted(mark:\"*\")"),
		branches:  []branch{{"peer", "Named"}},
		fragments: []string{"Book", "Shelf", "Titled", "Named", "Numbered", "Item"},
	},
	"Numbered": {
		leaves:    strings.Fields("typenameN:__typename numberN:number"),
		fragments: []string{"Node", "Book", "Titled", "Named", "Item"},
	},
	"Directed": {
		leaves: strings.Fields("__typename number plain maybePlain method methodX:method(mark:\"x\") methodN:method(mark:null) strictMethod clump " +
			"strictClump replaced strictReplaced"),
		branches:  []branch{{"next", "Directed"}, {"self", "Directed"}, {"replacedObject", "Directed"}},
		fragments: []string{"Directed"},
	},
	"Mutation": {
		leaves: []string{"__typename"},
		branches: []branch{
			{"add1:add(n:1)", "Counter"}, {"add2:add(n:2)", "Counter"}, {"must:mustAdd(n:5)", "Counter"}, {"try:addOrFail(n:4)", "Counter"},
			{"fail:addOrFail(n:-1)", "Counter"}, {"none:addOrFail(n:13)", "Counter"}, {"checked:checkedAdd(n:3)", "Counter"},
			{"refused:checkedAdd(n:9)", "Counter"}, {"guarded:guardedAdd(n:1)", "Counter"}, {"mustFail:mustAdd(n:-1)", "Counter"},
		},
		fragments: []string{"Mutation"},
	},
	"Link": {
		leaves: strings.Fields("__typename now nowN:now(is:NULL) nowE:now(is:ERROR) nowP:now(is:PANIC) nowT:now(is:TOLD) strictNow " +
			"strictNowN:strictNow(is:NULL) strictNowE:strictNow(is:ERROR) strictNowT:strictNow(is:TOLD) later laterN:later(is:NULL) " +
			"laterE:later(is:ERROR) laterP:later(is:PANIC) laterT:later(is:TOLD) strictLater strictLaterP:strictLater(is:PANIC) " +
			"nowO:now(is:OWN) laterO:later(is:OWN) nowS:now(is:ERRORS) strictLaterS:strictLater(is:ERRORS)"),
		branches: []branch{
			{"link", "Link"}, {"link", "Link"}, {"linkT:link(is:TOLD)", "Link"}, {"laterLink", "Link"}, {"laterLinkE:laterLink(is:ERROR)", "Link"},
			{"strictLink", "Link"}, {"strictLinkT:strictLink(is:TOLD)", "Link"}, {"strictLaterLink", "Link"},
			{"strictLaterLinkN:strictLaterLink(is:NULL)", "Link"}, {"strictLaterLinkT:strictLaterLink(is:TOLD)", "Link"},
			{"list(second:NULL)", "Element"}, {"listT:list(is:TOLD)", "Element"}, {"laterListN:laterList(is:NULL)", "Element"},
			{"strictList(second:ERROR)", "Element"}, {"strictListN:strictList(is:NULL)", "Element"}, {"listOfStrict(second:PANIC)", "Element"},
			{"strictLaterList(second:NULL)", "Element"}, {"strictLaterListE:strictLaterList(is:ERROR)", "Element"},
			{"laterListOfStrict(second:NULL)", "Element"}, {"strictListOfStrict(second:NULL)", "Element"},
			{"strictLaterListOfStrict", "Element"}, {"strictLaterListOfStrictE:strictLaterListOfStrict(second:ERROR)", "Element"},
		},
		fragments: []string{"Link"},
	},
	"Element": { // of a list of links, in which an error that a resolver reports itself has another path
		leaves:   strings.Fields("__typename now strictNow later strictLater nowE:now(is:ERROR) strictNowN:strictNow(is:NULL) nowO:now(is:OWN) laterS:later(is:ERRORS)"),
		branches: []branch{{"link", "Element"}, {"strictLaterLink", "Element"}, {"listOfStrict(second:ERROR)", "Element"}},
	},
	"Counter": {leaves: strings.Fields("__typename value now"), fragments: []string{"Counter"}},
	"Item": {
		leaves:    strings.Fields("typenameI:__typename"),
		fragments: []string{"Node", "Book", "Point", "Titled", "Named", "Numbered"},
	},
}

// root is a field of Query with its arguments, and how deep its selections are; one that is a leaf has no type.
type root struct {
	field, typ string
	depth      int
}

func (g generator) root() root {
	roots := []root{
		{fmt.Sprintf("node(id: %d)", g.IntN(40)), "Node", 4},
		{fmt.Sprintf("strictNode(id: %d)", g.IntN(6)), "Node", 4},
		{fmt.Sprintf("nodes(ids: %s)", g.ids()), "Node", 3},
		{fmt.Sprintf("strictNodes(ids: %s)", g.ids()), "Node", 3},
		{fmt.Sprintf("grid(rows: %d, columns: %d)", g.IntN(3), g.IntN(4)), "Node", 2},
		{fmt.Sprintf("strictGrid(rows: %d)", g.IntN(3)), "Node", 2},
		{fmt.Sprintf("named(id: %d)", g.IntN(40)), "Named", 4},
		{fmt.Sprintf("strictNamed(id: %d)", g.IntN(6)), "Named", 4},
		{fmt.Sprintf("allNamed(ids: %s)", g.ids()), "Named", 4},
		{fmt.Sprintf("strictAllNamed(ids: %s)", g.ids()), "Named", 3},
		{fmt.Sprintf("numbered(ids: %s)", g.ids()), "Numbered", 3},
		{fmt.Sprintf("items(ids: %s)", g.ids()), "Item", 4},
		{fmt.Sprintf("namedGrid(rows: %d)", g.IntN(4)), "Named", 2},
		{fmt.Sprintf("strictNamedGrid(rows: %d)", g.IntN(4)), "Named", 2},
		{"nilNamed", "Named", 2},
		{fmt.Sprintf("directed(ids: %s)", g.ids()), "Directed", 4},
		{fmt.Sprintf("directed(ids: %s)", g.ids()), "Directed", 4},
		{fmt.Sprintf("strictDirected(ids: %s)", g.ids()), "Directed", 3},
		{"maybeGuarded", "", 0},
		{fmt.Sprintf("checked(n: %d, strict: %d, input: {a: %d, c: %d})", g.IntN(7), 1+g.IntN(10), g.IntN(5), 1+g.IntN(10)), "", 0},
		{"link", "Link", 4},
		{"given { any(value: " + g.literal(3) + ") map(value: {a: " + g.literal(2) + "}) }", "", 0},
	}
	return roots[g.IntN(len(roots))]
}

// query has up to three root fields, of which some come again: with another selection, on their own or in a fragment, or under another key.
func (g generator) query() string {
	var b strings.Builder
	b.WriteString("{")
	for i := range 1 + g.IntN(3) {
		r := g.root()
		field := func(key string) string {
			if r.typ == "" {
				return key + r.field + " "
			}
			return key + r.field + g.directive() + " " + g.selection(r.typ, r.depth) + " "
		}
		key := fmt.Sprintf("r%d: ", i)
		b.WriteString(" " + field(key))
		switch g.IntN(12) {
		case 0:
			b.WriteString(field(key))
		case 1:
			b.WriteString(g.fragment("Query", "{ "+field(key)+"}"))
		case 2:
			b.WriteString(field("again" + key))
		}
	}
	b.WriteString("}")
	return b.String()
}

// literal is any JSON, as a document has it.
func (g generator) literal(depth int) string {
	switch n := g.IntN(8); {
	case n < 2 && depth > 0:
		return fmt.Sprintf("{a: %s, b_%d: %s}", g.literal(depth-1), n, g.literal(depth-1))
	case n < 4 && depth > 0:
		return fmt.Sprintf("[%s, %s]", g.literal(depth-1), g.literal(0))
	default:
		return []string{"null", "true", "5", "1.5", `""`, `" a\\ {\" : "`, "[]", "{}"}[n]
	}
}

// mutation has root fields that count, some of which fail or are refused by a directive.
func (g generator) mutation() string { return g.selection("Mutation", 3) }

func (g generator) ids() string {
	ids := make([]int, g.IntN(5))
	for i := range ids {
		ids[i] = g.IntN(40)
	}
	return strings.ReplaceAll(fmt.Sprint(ids), " ", ", ")
}

// selection is a selection on a type, at most depth levels deep.
func (g generator) selection(typ string, depth int) string {
	s := selectables[typ]
	var b strings.Builder
	b.WriteString("{ ")
	for range 1 + g.IntN(4) {
		switch n := g.IntN(10); {
		case n < 3 && depth > 0 && len(s.fragments) > 0:
			on := s.fragments[g.IntN(len(s.fragments))]
			b.WriteString(g.fragment(on, g.selection(on, depth-1)))
		case n < 7 && depth > 0 && len(s.branches) > 0:
			branch := s.branches[g.IntN(len(s.branches))]
			fmt.Fprintf(&b, "%s%s %s ", branch.field, g.directive(), g.selection(branch.typ, depth-1))
		default:
			fmt.Fprintf(&b, "%s%s ", s.leaves[g.IntN(len(s.leaves))], g.directive())
		}
	}
	b.WriteString("}")
	return b.String()
}

func (g generator) directive() string {
	yes, no := "true", "false"
	if g.document != nil {
		yes, no = "$t", "$f"
	}
	switch g.IntN(16) {
	case 0:
		return " @skip(if: " + yes + ")"
	case 1:
		return " @include(if: " + yes + ")"
	case 2:
		return " @skip(if: " + no + ") @include(if: " + yes + ")"
	}
	return ""
}
