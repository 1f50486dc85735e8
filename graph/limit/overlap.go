package limit

import (
	"fmt"
	"slices"
	"strings"

	"github.com/vektah/gqlparser/v2/ast"
	"github.com/vektah/gqlparser/v2/validator/core"
)

// maxSteps ends the merging of fields. A document within maxLength gets there only where interfaces are selected inside each other.
const maxSteps = 10 * maxLength

// overlap finds fields of one response key that are not the same field, or whose values differ in shape.
type overlap struct {
	schema   *ast.Schema
	addError core.AddErrFunc
	found    bool
	steps    int // selections that were gone through
}

func overlappingFieldsCanBeMerged(observers *core.Events, addError core.AddErrFunc) {
	var e *extents
	observers.OnOperation(func(w *core.Walker, op *ast.OperationDefinition) {
		if e == nil {
			e = measure(w.Document)
		}
		if e.looped {
			return // another rule tells of it
		}
		o := &overlap{schema: w.Schema, addError: addError}
		o.check(op)
	})
}

func (o *overlap) check(op *ast.OperationDefinition) {
	root := []*ast.Field{{SelectionSet: op.SelectionSet}}
	o.same(root)
	if !o.found {
		o.shapes(root)
	}
	if o.steps > maxSteps {
		o.addError(core.Message("The fields of interfaces are selected inside each other too often."), core.At(op.Position))
	}
}

// same demands of the fields below the parents that those which one object may have are the same, with the same arguments.
func (o *overlap) same(parents []*ast.Field) {
	for _, group := range o.below(parents) {
		for _, alike := range ofOneObject(group) {
			if o.compare(alike, difference) {
				o.same(alike)
			}
		}
	}
}

// shapes demands of the fields below the parents that their values can stand for each other, also those of different objects.
func (o *overlap) shapes(parents []*ast.Field) {
	for _, group := range o.below(parents) {
		if o.compare(group, o.typeConflict) {
			o.shapes(group)
		}
	}
}

// compare reports the first field that differs from the first of all. It is enough: both differences are of classes.
func (o *overlap) compare(fields []*ast.Field, differ func(a, b *ast.Field) string) (equal bool) {
	for _, f := range fields[1:] {
		if why := differ(fields[0], f); why != "" {
			o.found = true
			o.addError(core.Message("Fields %q conflict because %s. Use different aliases on the fields to fetch both if this was intentional.",
				f.Alias, why), core.At(f.Position))
			return false
		}
	}
	return true
}

// below returns the fields that the parents select, those of a response key together. What the schema does not know is left to other
// rules.
func (o *overlap) below(parents []*ast.Field) [][]*ast.Field {
	var groups [][]*ast.Field
	places := make(map[string]int)
	spread := make(map[string]bool)
	var add func(ast.SelectionSet)
	add = func(set ast.SelectionSet) {
		for _, sel := range set {
			if o.steps++; o.steps > maxSteps {
				return
			}
			switch sel := sel.(type) {
			case *ast.Field:
				if sel.Definition == nil || sel.ObjectDefinition == nil {
					continue
				}
				place, ok := places[sel.Alias]
				if !ok {
					place = len(groups)
					places[sel.Alias], groups = place, append(groups, nil)
				}
				groups[place] = append(groups[place], sel)
			case *ast.InlineFragment:
				add(sel.SelectionSet)
			case *ast.FragmentSpread:
				if sel.Definition != nil && !spread[sel.Name] {
					spread[sel.Name] = true
					add(sel.Definition.SelectionSet)
				}
			}
		}
	}
	for _, p := range parents {
		add(p.SelectionSet)
	}
	return groups
}

// ofOneObject sorts fields of a response key by the object types that they are selected on; those of an interface are with each of them.
func ofOneObject(group []*ast.Field) [][]*ast.Field {
	var abstract []*ast.Field
	var types [][]*ast.Field
	for _, f := range group {
		if f.ObjectDefinition.Kind != ast.Object {
			abstract = append(abstract, f)
			continue
		}
		known := slices.IndexFunc(types, func(t []*ast.Field) bool { return t[0].ObjectDefinition == f.ObjectDefinition })
		if known < 0 {
			types = append(types, []*ast.Field{f})
			continue
		}
		types[known] = append(types[known], f)
	}
	if len(abstract) == 0 {
		return types
	}
	if len(types) == 0 {
		return [][]*ast.Field{abstract}
	}
	for i := range types {
		types[i] = slices.Concat(abstract, types[i])
	}
	return types
}

// difference tells why two fields are not the same.
func difference(a, b *ast.Field) string {
	if a.Name != b.Name {
		return fmt.Sprintf("%q and %q are different fields", a.Name, b.Name)
	}
	if known := len(a.Definition.Arguments); len(a.Arguments) > known && len(b.Arguments) > known {
		return "" // other rules tell of arguments that are not known, or given twice
	}
	if !sameArguments(a.Arguments, b.Arguments) {
		return "they have differing arguments"
	}
	return ""
}

func sameArguments(as, bs ast.ArgumentList) bool {
	if len(as) != len(bs) {
		return false
	}
	for _, a := range as {
		b := bs.ForName(a.Name)
		if b == nil || !sameValue(a.Value, b.Value) {
			return false
		}
	}
	return true
}

// sameValue compares values as they are written; the fields of an input object may stand in any order.
func sameValue(a, b *ast.Value) bool {
	if a.Kind != b.Kind || a.Raw != b.Raw || len(a.Children) != len(b.Children) {
		return false
	}
	as, bs := a.Children, b.Children
	if a.Kind == ast.ObjectValue {
		as, bs = byName(as), byName(bs)
	}
	return slices.EqualFunc(as, bs, func(a, b *ast.ChildValue) bool { return a.Name == b.Name && sameValue(a.Value, b.Value) })
}

func byName(children ast.ChildValueList) ast.ChildValueList {
	return slices.SortedStableFunc(slices.Values(children), func(a, b *ast.ChildValue) int { return strings.Compare(a.Name, b.Name) })
}

// typeConflict tells why the values of two fields cannot stand for each other; what is selected of objects is compared by itself.
func (o *overlap) typeConflict(a, b *ast.Field) string {
	if o.sameShape(a.Definition.Type, b.Definition.Type) {
		return ""
	}
	return fmt.Sprintf("they return conflicting types %q and %q", a.Definition.Type, b.Definition.Type)
}

func (o *overlap) sameShape(a, b *ast.Type) bool {
	if a.NonNull != b.NonNull || (a.Elem == nil) != (b.Elem == nil) {
		return false
	}
	if a.Elem != nil {
		return o.sameShape(a.Elem, b.Elem)
	}
	leaf := o.schema.Types[a.NamedType].IsLeafType() || o.schema.Types[b.NamedType].IsLeafType()
	return !leaf || a.NamedType == b.NamedType
}
