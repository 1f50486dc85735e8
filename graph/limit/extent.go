package limit

import "github.com/vektah/gqlparser/v2/ast"

// introspectionDepth is how deep __schema and __type may be, whatever the limit is: the query of graphql-js, with nine ofType, is 15.
const introspectionDepth = 20

// extents measures a document that may not be valid.
type extents struct {
	fragments map[string]*extent
	written   int // the document's length as it is written
	visited   int // selections

	length  int   // of all that validation goes through: each operation and each fragment, with its fragments written out
	deepest *step // the deepest way down an operation
	looped  bool  // whether a fragment spreads itself
}

// extent is how long a part of a document is with its fragments written out, and how deep.
type extent struct {
	set     ast.SelectionSet
	begun   bool
	done    bool
	length  int
	deepest *step
}

// step is a field on the longest way down.
type step struct {
	field *ast.Field
	depth int // of fields, itself included
	next  *step
}

func (s *step) levels() int {
	if s == nil {
		return 0
	}
	return s.depth
}

// deeper returns the deeper of two ways down, the first if they are equal.
func deeper(a, b *step) *step {
	if b.levels() > a.levels() {
		return b
	}
	return a
}

// measure measures a document.
func measure(doc *ast.QueryDocument) *extents {
	e := &extents{fragments: make(map[string]*extent, len(doc.Fragments))}
	for _, f := range doc.Fragments {
		e.written = plus(e.written, written(f.SelectionSet))
		if e.fragments[f.Name] == nil { // validation refuses a second of the name
			e.fragments[f.Name] = &extent{set: f.SelectionSet}
		}
	}
	for _, op := range doc.Operations {
		length, way := e.set(op.SelectionSet)
		e.length, e.deepest = plus(e.length, length), deeper(e.deepest, way)
	}
	for _, f := range doc.Fragments {
		e.length = plus(e.length, e.fragment(f.Name).length)
	}
	return e
}

// set returns the length of a selection set and the deepest way down.
func (e *extents) set(set ast.SelectionSet) (length int, deepest *step) {
	for _, sel := range set {
		e.visited++
		var inner int
		var way *step
		switch sel := sel.(type) {
		case *ast.Field:
			inner, way = e.set(sel.SelectionSet)
			way = &step{sel, way.levels() + 1, way}
			if (sel.Name == "__schema" || sel.Name == "__type") && way.depth <= introspectionDepth {
				way = &step{field: sel, depth: 1}
			}
		case *ast.InlineFragment:
			inner, way = e.set(sel.SelectionSet)
		case *ast.FragmentSpread:
			f := e.fragment(sel.Name)
			inner, way = f.length, f.deepest
		}
		length, deepest = plus(length, plus(inner, ownLength(sel))), deeper(deepest, way)
	}
	return length, deepest
}

// fragment measures a fragment once. One that spreads itself is as long as the document there, since validation goes around no
// second time: it tells of the mistake.
func (e *extents) fragment(name string) *extent {
	f := e.fragments[name]
	switch {
	case f == nil:
		return &extent{}
	case f.done:
		return f
	case f.begun:
		e.looped = true
		return &extent{length: e.written}
	}
	f.begun = true
	f.length, f.deepest = e.set(f.set)
	f.done = true
	return f
}

// written is the length of a selection set as it is written.
func written(set ast.SelectionSet) int {
	length := 0
	for _, sel := range set {
		length += ownLength(sel)
		switch sel := sel.(type) {
		case *ast.Field:
			length += written(sel.SelectionSet)
		case *ast.InlineFragment:
			length += written(sel.SelectionSet)
		}
	}
	return length
}

// ownLength is a selection without those in it: never more than its tokens.
func ownLength(sel ast.Selection) int {
	switch sel := sel.(type) {
	case *ast.Field:
		return 1 + argumentsLength(sel.Arguments) + directivesLength(sel.Directives)
	case *ast.InlineFragment:
		return 1 + directivesLength(sel.Directives)
	case *ast.FragmentSpread:
		return 1 + directivesLength(sel.Directives)
	}
	return 1
}

func directivesLength(directives ast.DirectiveList) int {
	length := len(directives)
	for _, d := range directives {
		length += argumentsLength(d.Arguments)
	}
	return length
}

func argumentsLength(arguments ast.ArgumentList) int {
	length := 0
	for _, a := range arguments {
		length += valueLength(a.Value)
	}
	return length
}

func valueLength(v *ast.Value) int {
	length := 1
	for _, child := range v.Children {
		length += valueLength(child.Value)
	}
	return length
}
