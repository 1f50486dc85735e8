package limit

import (
	"reflect"
	"strconv"

	"github.com/vektah/gqlparser/v2/ast"
)

const (
	valuesPerObject = 10  // that cost as much as an object
	keyBytes        = 64  // of a response key that counts as one value
	pageCost        = 50  // a statement
	mutationCost    = 100 // a commit, waited for
	defaultPage     = 20  // of a list whose length nothing tells, and of a page that is asked for with null
	maxPage         = 1000
)

// amount is what a part of an operation costs.
type amount struct {
	objects int
	values  int
	fixed   int // whatever the number of objects around it
}

func (a amount) plus(b amount) amount {
	return amount{plus(a.objects, b.objects), plus(a.values, b.values), plus(a.fixed, b.fixed)}
}

func (a amount) times(n int) amount {
	return amount{times(a.objects, n), times(a.values, n), a.fixed}
}

func (a amount) cost() int { return plus(plus(a.objects, a.values/valuesPerObject), a.fixed) }

// amounts is what a selection set costs for one object.
type amounts struct {
	once amount
	page amount // what each element of lists costs whose length only the field around them tells, as that of a connection does
}

func (a amounts) plus(b amounts) amounts { return amounts{a.once.plus(b.once), a.page.plus(b.page)} }

func (a amounts) sized(n int) amount { return a.once.plus(a.page.times(n)) }

// estimate is the calculation of one operation's cost.
type estimate struct {
	schema    *ast.Schema
	lengths   lengths
	variables map[string]any
	fragments map[*ast.FragmentDefinition]amounts
	visited   int // selections
}

// cost returns the cost of a valid operation. It reads the document only, which requests share.
func (e *estimate) cost(op *ast.OperationDefinition) int {
	return e.set(op.SelectionSet).sized(defaultPage).cost()
}

func (e *estimate) set(set ast.SelectionSet) (sum amounts) {
	for _, sel := range set {
		e.visited++
		switch sel := sel.(type) {
		case *ast.Field:
			if e.included(sel.Directives) {
				sum = sum.plus(e.field(sel))
			}
		case *ast.InlineFragment:
			if e.included(sel.Directives) {
				sum = sum.plus(e.set(sel.SelectionSet))
			}
		case *ast.FragmentSpread:
			if e.included(sel.Directives) {
				sum = sum.plus(e.fragment(sel.Definition))
			}
		}
	}
	return sum
}

// fragment calculates a fragment once. Validation has made sure that none spreads itself.
func (e *estimate) fragment(f *ast.FragmentDefinition) amounts {
	a, known := e.fragments[f]
	if !known {
		a = e.set(f.SelectionSet)
		if e.fragments == nil {
			e.fragments = make(map[*ast.FragmentDefinition]amounts)
		}
		e.fragments[f] = a
	}
	return a
}

func (e *estimate) field(f *ast.Field) amounts {
	key := amount{values: 1 + len(f.Alias)/keyBytes}
	if f.ObjectDefinition == e.schema.Mutation {
		key.fixed = mutationCost
	}
	typ := e.schema.Types[f.Definition.Type.Name()]
	if typ.IsLeafType() {
		if len(f.Definition.Arguments) > 0 {
			key.fixed = plus(key.fixed, pageCost)
		}
		return amounts{once: key}
	}
	page, isPage := e.page(f)
	each := e.set(f.SelectionSet).sized(page)
	each.objects = plus(each.objects, 1)
	if isPage {
		each.fixed = plus(each.fixed, pageCost)
	}
	if f.Definition.Type.Elem == nil {
		return amounts{once: each.plus(key)}
	}
	if n, known := e.length(f, page, isPage); known {
		return amounts{once: each.times(n).plus(key)}
	}
	// What does not grow with the page must not be lost with an empty one.
	key.fixed = plus(key.fixed, each.fixed)
	each.fixed = 0
	return amounts{once: key, page: each}
}

// length is that of a list, where the field itself tells.
func (e *estimate) length(f *ast.Field, page int, isPage bool) (int, bool) {
	if n, ok := e.lengths[f.ObjectDefinition.Name+"."+f.Name]; ok {
		return n, true
	}
	for _, def := range f.Definition.Arguments {
		if def.Type.Elem != nil {
			return e.elements(f, def), true
		}
	}
	return page, isPage
}

// page is how many elements an argument first or last asks for. The resolver refuses a number out of bounds, so that it costs no more than
// the nearest that it takes.
func (e *estimate) page(f *ast.Field) (n int, ok bool) {
	n = defaultPage
	for _, def := range f.Definition.Arguments {
		if def.Name != "first" && def.Name != "last" {
			continue
		}
		if asked, is := e.integer(f, def); is {
			n = asked
		}
		ok = true
	}
	return max(0, min(n, maxPage)), ok
}

// integer is the value of an argument that is an integer; it is none when it is null.
func (e *estimate) integer(f *ast.Field, def *ast.ArgumentDefinition) (int, bool) {
	v := e.argument(f, def)
	if v == nil {
		return 0, false
	}
	if v.Kind != ast.Variable {
		n, err := strconv.Atoi(v.Raw)
		return n, err == nil
	}
	switch n := reflect.ValueOf(e.variables[v.Raw]); {
	case n.CanInt():
		return int(n.Int()), true
	case n.Kind() == reflect.String: // a json.Number
		i, err := strconv.Atoi(n.String())
		return i, err == nil
	}
	return 0, false
}

// elements is how many an argument has that is a list. A value in place of a list is a list of it.
func (e *estimate) elements(f *ast.Field, def *ast.ArgumentDefinition) int {
	v := e.argument(f, def)
	switch {
	case v == nil || v.Kind == ast.NullValue:
		return 0
	case v.Kind == ast.ListValue:
		return len(v.Children)
	case v.Kind != ast.Variable:
		return 1
	}
	switch list := reflect.ValueOf(e.variables[v.Raw]); list.Kind() {
	case reflect.Invalid:
		return 0
	case reflect.Slice:
		return list.Len()
	default:
		return 1
	}
}

// argument is the value that is given for an argument, or its default. A variable without a value is as if it were not given.
func (e *estimate) argument(f *ast.Field, def *ast.ArgumentDefinition) *ast.Value {
	given := f.Arguments.ForName(def.Name)
	if given == nil {
		return def.DefaultValue
	}
	if given.Value.Kind == ast.Variable {
		if _, ok := e.variables[given.Value.Raw]; !ok {
			return def.DefaultValue
		}
	}
	return given.Value
}

// included evaluates @skip and @include. A condition that is no boolean, of which the execution tells, includes.
func (e *estimate) included(directives ast.DirectiveList) bool {
	for _, d := range directives {
		if d.Name != "skip" && d.Name != "include" {
			continue
		}
		condition, err := d.Arguments.ForName("if").Value.Value(e.variables)
		if is, ok := condition.(bool); err == nil && ok && is == (d.Name == "skip") {
			return false
		}
	}
	return true
}
