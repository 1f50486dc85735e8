package gqlexec

import "fmt"

// Group is what a column of values of an interface or a union has of one object type, whose values are Ts. The generator writes
// for each interface and union a function that sorts a column into groups and executes them, one after the other.
type Group[T any] struct {
	slots places
	rows  []T
}

// Add puts the value of cell i into the group. One that is nil, such as a nil pointer in the interface, is null, as a nil interface is.
func (g *Group[T]) Add(c Cells, i int, row T, isNil bool) {
	if isNil {
		c.null(i)
		return
	}
	g.slots.add(c.slots.at(i), 1)
	g.rows = append(g.rows, row)
}

// Execute runs the selection of the field, as it is on the object type, for the whole group.
func (g *Group[T]) Execute(c Cells, object *Object[T]) {
	if len(g.rows) > 0 {
		execute(c.run, c.field, object, g.slots, g.rows)
	}
}

// Null leaves cell i without a value: that of an interface or a union which is nil.
func (c Cells) Null(i int) {
	if c.typ == c.field.typ {
		nullField[any](c.run, c.slots.at(i), c.typ)
		return
	}
	c.null(i)
}

// Unknown is the error of cell i when its value is of a Go type that stands for no object type of the interface or union.
func (c Cells) Unknown(i int, value any, abstract string) {
	c.run.fail(c.slots.at(i), fmt.Errorf("the Go type %T is none of the object types of %s", value, abstract))
}
