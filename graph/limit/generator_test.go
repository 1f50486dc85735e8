package limit

import (
	"fmt"
	"slices"
	"strings"

	"github.com/vektah/gqlparser/v2/ast"
	"github.com/vektah/gqlparser/v2/validator"
	"github.com/vektah/gqlparser/v2/validator/rules"
)

// generator writes small queries of the schema, each decided by data.
type generator struct {
	schema    *ast.Schema
	data      []byte
	fragments []string // the types of the fragments; each may spread those after it
	current   int      // the fragment that is being written; -1: the operation
	budget    int      // of selections
}

// generatorVariables are those that a generated query has.
var generatorVariables = map[string]any{"n": int64(4), "ids": []any{"1", "2", "3"}, "yes": true, "no": false}

func (g *generator) query() string {
	g.budget = 60
	types := []string{"Query", "User", "Track", "TrackConnection", "TimelineItem", "TrackPost", "Comment", "User", "Track", "UserFollow"}
	for range g.next(6) {
		g.fragments = append(g.fragments, types[g.next(len(types))])
	}
	g.current = -1
	var b strings.Builder
	b.WriteString("query ($n: Int, $m: Int = 2, $ids: [ID!]!, $yes: Boolean!, $no: Boolean!) ")
	b.WriteString(g.set(g.schema.Query, 0))
	for i, typ := range g.fragments {
		g.current = i
		fmt.Fprintf(&b, "\nfragment F%d on %s %s", i, typ, g.set(g.schema.Types[typ], 2))
	}
	return b.String()
}

// next returns a number below n.
func (g *generator) next(n int) int {
	if len(g.data) == 0 {
		return 0
	}
	b := g.data[0]
	g.data = g.data[1:]
	return int(b) % n
}

func (g *generator) set(def *ast.Definition, depth int) string {
	parts := []string{}
	for range 1 + g.next(4) {
		parts = append(parts, g.selection(def, depth))
	}
	return "{ " + strings.Join(parts, " ") + " }"
}

func (g *generator) selection(def *ast.Definition, depth int) string {
	g.budget--
	if depth > 6 || g.budget < 0 {
		return "__typename"
	}
	switch g.next(6) {
	case 0:
		typ := def
		if def.Kind == ast.Interface {
			typ = g.narrower(def)
		}
		return "... on " + typ.Name + g.directive() + " " + g.set(typ, depth+1)
	case 1:
		for i := g.current + 1; i < len(g.fragments); i++ {
			if g.fragments[i] == def.Name && g.next(2) == 0 {
				return fmt.Sprintf("...F%d%s", i, g.directive())
			}
		}
	}
	fields := slices.DeleteFunc(slices.Clone(def.Fields), func(f *ast.FieldDefinition) bool { return strings.HasPrefix(f.Name, "__") })
	f := fields[g.next(len(fields))]
	text := []string{"", "", "a: ", "b: "}[g.next(4)] + f.Name + g.arguments(f) + g.directive()
	if typ := g.schema.Types[f.Type.Name()]; !typ.IsLeafType() {
		text += " " + g.set(typ, depth+1)
	}
	return text
}

// narrower is the interface or one of its types, in the order of their names.
func (g *generator) narrower(def *ast.Definition) *ast.Definition {
	types := append([]*ast.Definition{def}, g.schema.GetPossibleTypes(def)...)
	slices.SortFunc(types, func(a, b *ast.Definition) int { return strings.Compare(a.Name, b.Name) })
	return types[g.next(len(types))]
}

func (g *generator) directive() string {
	return []string{"", "", "", "", "", " @skip(if: $yes)", " @include(if: $yes)", " @include(if: $no)"}[g.next(8)]
}

func (g *generator) arguments(f *ast.FieldDefinition) string {
	var given []string
	for _, a := range f.Arguments {
		switch {
		case a.Name == "first":
			if value := []string{"", "0", "3", "1001", "$n", "$m", "null"}[g.next(7)]; value != "" {
				given = append(given, "first: "+value)
			}
		case a.Type.Elem != nil:
			given = append(given, a.Name+": "+[]string{"[]", "[1, 2]", "$ids", "7"}[g.next(4)])
		case a.Type.NonNull:
			given = append(given, a.Name+": "+[]string{"1", "2"}[g.next(2)])
		}
	}
	if len(given) == 0 {
		return ""
	}
	return "(" + strings.Join(given, ", ") + ")"
}

// conflicts returns the messages that a rule has about a document that is valid but for fields that share a response key; ok tells
// whether it is.
func (g *generator) conflicts(doc *ast.QueryDocument, overlapping *rules.Rules) (messages []string, ok bool) {
	overlapping.RemoveRule(rules.NoUnusedVariablesRule.Name)
	used := make(map[string]bool)
	mark(doc, doc.Operations[0].SelectionSet, used)
	doc.Fragments = slices.DeleteFunc(doc.Fragments, func(f *ast.FragmentDefinition) bool { return !used[f.Name] })
	for _, err := range validator.ValidateWithRules(g.schema, doc, overlapping) {
		if err.Rule != overlapRule {
			return nil, false
		}
		messages = append(messages, err.Message)
	}
	return messages, true
}

// mark notes the fragments that a selection set spreads, also by others.
func mark(doc *ast.QueryDocument, set ast.SelectionSet, used map[string]bool) {
	for _, sel := range set {
		switch sel := sel.(type) {
		case *ast.Field:
			mark(doc, sel.SelectionSet, used)
		case *ast.InlineFragment:
			mark(doc, sel.SelectionSet, used)
		case *ast.FragmentSpread:
			used[sel.Name] = true
			mark(doc, doc.Fragments.ForName(sel.Name).SelectionSet, used)
		}
	}
}
