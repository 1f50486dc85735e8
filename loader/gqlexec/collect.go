package gqlexec

import (
	"fmt"
	"slices"

	"github.com/99designs/gqlgen/graphql"
	"github.com/vektah/gqlparser/v2/ast"
	"github.com/vektah/gqlparser/v2/gqlerror"
)

// collector collects the fields that a selection set has on one object type: the specification's CollectFields. gqlgen's own
// answers a key twice where a field is selected on two interfaces of the object that have nothing to do with each other.
type collector struct {
	operation *graphql.OperationContext
	satisfies []string // what a type condition may name: the object type, its interfaces and unions
	spread    []string // names of the fragments that were met
	fields    []graphql.CollectedField
	places    map[string]int // of the fields by response key; nil while there are few
}

// fewFields is how many fields are searched one by one.
const fewFields = 16

// add merges the fields of a selection set into those collected before, in the order in which their response keys come first.
// It evaluates @skip and @include.
func (c *collector) add(set ast.SelectionSet) error {
	for _, sel := range set {
		included, err := c.included(sel)
		if err != nil {
			return err
		}
		if !included {
			continue
		}
		switch sel := sel.(type) {
		case *ast.Field:
			f := c.field(sel)
			f.Selections = append(f.Selections, sel.SelectionSet...)
		case *ast.InlineFragment:
			if sel.TypeCondition == "" || slices.Contains(c.satisfies, sel.TypeCondition) {
				err = c.add(sel.SelectionSet)
			}
		case *ast.FragmentSpread:
			err = c.addFragment(sel.Name)
		}
		if err != nil {
			return err
		}
	}
	return nil
}

// field returns what is collected under the field's response key. Validation has made sure that all of them are the same field.
func (c *collector) field(sel *ast.Field) *graphql.CollectedField {
	if i := c.place(sel.Alias); i >= 0 {
		return &c.fields[i]
	}
	c.fields = append(c.fields, graphql.CollectedField{Field: sel})
	switch last := len(c.fields) - 1; {
	case c.places != nil:
		c.places[sel.Alias] = last
	case last >= fewFields:
		c.places = make(map[string]int, 2*len(c.fields))
		for i, f := range c.fields {
			c.places[f.Alias] = i
		}
	}
	return &c.fields[len(c.fields)-1]
}

// place is that of the field with the response key, or -1.
func (c *collector) place(key string) int {
	if c.places == nil {
		return slices.IndexFunc(c.fields, func(f graphql.CollectedField) bool { return f.Alias == key })
	}
	if i, ok := c.places[key]; ok {
		return i
	}
	return -1
}

func (c *collector) addFragment(name string) error {
	if slices.Contains(c.spread, name) {
		return nil
	}
	c.spread = append(c.spread, name)
	fragment := c.operation.Doc.Fragments.ForName(name)
	if !slices.Contains(c.satisfies, fragment.TypeCondition) {
		return nil
	}
	return c.add(fragment.SelectionSet)
}

func (c *collector) included(sel ast.Selection) (bool, error) {
	for _, d := range directivesOf(sel) {
		if d.Name != "skip" && d.Name != "include" {
			continue
		}
		condition, err := c.condition(d)
		if err != nil || condition == (d.Name == "skip") {
			return false, err
		}
	}
	return true, nil
}

func directivesOf(sel ast.Selection) ast.DirectiveList {
	switch sel := sel.(type) {
	case *ast.Field:
		return sel.Directives
	case *ast.InlineFragment:
		return sel.Directives
	case *ast.FragmentSpread:
		return sel.Directives
	}
	return nil
}

// condition evaluates the argument of a @skip or @include. Validation lets a variable that is null pass where it has a default: that
// is an [*InputError], at the place of the variable.
func (c *collector) condition(d *ast.Directive) (bool, error) {
	given := d.Arguments.ForName("if").Value
	value, err := given.Value(c.operation.Variables)
	if err != nil {
		return false, err
	}
	condition, ok := value.(bool)
	if !ok {
		located := gqlerror.Wrap(&InputError{fmt.Sprintf("cannot be selected from: %s: argument 'if' is not a boolean", d.Name)})
		located.Locations = []gqlerror.Location{{Line: given.Position.Line, Column: given.Position.Column}}
		return false, located
	}
	return condition, nil
}
