package gqlexec

import (
	"strconv"

	"github.com/vektah/gqlparser/v2/ast"
)

// Object is what the generator knows of a GraphQL object type whose values are Ts. Its fields are columns: each is executed
// once for all objects that a selection is executed for.
type Object[T any] struct {
	Name       string
	Implements []string // the name itself and those of its interfaces and unions
	Fields     map[string]func(c *Column, rows []T)
}

// Root is the value of which the fields of Query and Mutation are.
type Root struct{}

// selection is a selection set as one object type executes it: collected once a request, whatever the number of objects. Below a field
// whose type is an interface or a union there is one for each object type that was met.
type selection[T any] struct {
	object  *Object[T]
	fields  []*Field
	columns []func(c *Column, rows []T)
}

// collect plans the selection set for the object type.
func collect[T any](r *run, parent *Field, object *Object[T], set ast.SelectionSet) (*selection[T], error) {
	c := collector{operation: r.operation, satisfies: object.Implements}
	if err := c.add(set); err != nil {
		return nil, err
	}
	s := &selection[T]{
		object:  object,
		fields:  make([]*Field, len(c.fields)),
		columns: make([]func(*Column, []T), len(c.fields)),
	}
	for i, f := range c.fields {
		s.fields[i] = newField(parent, r.schema.Types[object.Name], f)
		if f.Name == "__typename" {
			s.columns[i] = typename[T](object.Name)
		} else {
			s.columns[i] = object.Fields[f.Name]
		}
	}
	return s, nil
}

func typename[T any](name string) func(*Column, []T) {
	quoted := strconv.Quote(name)
	return func(c *Column, rows []T) {
		start := len(c.run.arena)
		c.run.arena = append(c.run.arena, quoted...)
		for i := range rows {
			c.run.raw(c.slot(i), start)
		}
	}
}

// selectionOf returns the selection that field f has on object, collecting it the first time.
func selectionOf[T any](r *run, f *Field, object *Object[T]) (*selection[T], error) {
	for _, known := range f.selections {
		if s, ok := known.(*selection[T]); ok && s.object == object {
			return s, nil
		}
	}
	s, err := collect(r, f, object, f.Selections)
	if err == nil {
		f.selections = append(f.selections, s)
	}
	return s, err
}

// execute runs the selection of f for all rows, one column after the other, and puts the objects into their slots.
func execute[T any](r *run, f *Field, object *Object[T], slots places, rows []T) {
	s, err := selectionOf(r, f, object)
	if err != nil {
		for i := range slots.n {
			r.fail(slots.at(i), err)
		}
		return
	}
	executeBlock(r, s, r.block(s.fields, slots), rows)
}

func executeBlock[T any](r *run, s *selection[T], b block, rows []T) {
	columns := make([]Column, len(s.columns))
	for i := range s.columns {
		columns[i] = Column{run: r, field: s.fields[i], base: b.base + Slot(i*b.rows), rows: b.rows}
		executeColumn(r, s, i, &columns[i], rows)
	}
}

func executeColumn[T any](r *run, s *selection[T], i int, c *Column, rows []T) {
	if r.hook == nil {
		s.columns[i](c, rows)
		return
	}
	r.around(c.field, c.rows, false, func() { s.columns[i](c, rows) })
}
