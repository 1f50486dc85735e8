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
	"Counter": {leaves: strings.Fields("__typename value now"), fragments: []string{"Counter"}},
	"Item": {
		leaves:    strings.Fields("typenameI:__typename"),
		fragments: []string{"Node", "Book", "Point", "Titled", "Named", "Numbered"},
	},
}

func (g generator) query() string {
	roots := []func() string{
		func() string { return fmt.Sprintf("node(id: %d) %s", g.IntN(40), g.selection("Node", 4)) },
		func() string { return fmt.Sprintf("strictNode(id: %d) %s", g.IntN(6), g.selection("Node", 4)) },
		func() string { return fmt.Sprintf("nodes(ids: %s) %s", g.ids(), g.selection("Node", 3)) },
		func() string { return fmt.Sprintf("strictNodes(ids: %s) %s", g.ids(), g.selection("Node", 3)) },
		func() string {
			return fmt.Sprintf("grid(rows: %d, columns: %d) %s", g.IntN(3), g.IntN(4), g.selection("Node", 2))
		},
		func() string { return fmt.Sprintf("strictGrid(rows: %d) %s", g.IntN(3), g.selection("Node", 2)) },
		func() string { return fmt.Sprintf("named(id: %d) %s", g.IntN(40), g.selection("Named", 4)) },
		func() string { return fmt.Sprintf("strictNamed(id: %d) %s", g.IntN(6), g.selection("Named", 4)) },
		func() string { return fmt.Sprintf("allNamed(ids: %s) %s", g.ids(), g.selection("Named", 4)) },
		func() string { return fmt.Sprintf("strictAllNamed(ids: %s) %s", g.ids(), g.selection("Named", 3)) },
		func() string { return fmt.Sprintf("numbered(ids: %s) %s", g.ids(), g.selection("Numbered", 3)) },
		func() string { return fmt.Sprintf("items(ids: %s) %s", g.ids(), g.selection("Item", 4)) },
		func() string { return fmt.Sprintf("namedGrid(rows: %d) %s", g.IntN(4), g.selection("Named", 2)) },
		func() string { return fmt.Sprintf("strictNamedGrid(rows: %d) %s", g.IntN(4), g.selection("Named", 2)) },
		func() string { return "nilNamed " + g.selection("Named", 2) },
		func() string { return fmt.Sprintf("directed(ids: %s) %s", g.ids(), g.selection("Directed", 4)) },
		func() string { return fmt.Sprintf("directed(ids: %s) %s", g.ids(), g.selection("Directed", 4)) },
		func() string { return fmt.Sprintf("strictDirected(ids: %s) %s", g.ids(), g.selection("Directed", 3)) },
		func() string { return "maybeGuarded" },
		func() string {
			return fmt.Sprintf("checked(n: %d, strict: %d, input: {a: %d, c: %d})", g.IntN(7), 1+g.IntN(10), g.IntN(5), 1+g.IntN(10))
		},
	}
	var b strings.Builder
	b.WriteString("{")
	for i := range 1 + g.IntN(3) {
		fmt.Fprintf(&b, " r%d: %s", i, roots[g.IntN(len(roots))]())
	}
	b.WriteString(" }")
	return b.String()
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
		case n < 3 && depth > 0:
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
