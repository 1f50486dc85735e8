package gqlexec

import (
	"slices"

	"github.com/vektah/gqlparser/v2/ast"
)

// Cells are the places of an answer that one list of values is completed into: value i of the list belongs
// into the i-th of the slots. typ is the GraphQL type of every one of them, with its nullability.
type Cells struct {
	run   *run
	field *Field
	typ   *ast.Type
	slots places
}

// Complete puts values into their cells. The generator writes one for every type that a field can have, as a call to
// [Leaves], [Strings], [Integers], [Booleans], [Pointers], [Objects], [ObjectValues] or [Lists].
type Complete[V any] func(c Cells, values []V)

// null leaves cell i without a value; where the type does not allow that, it is an error of that cell.
func (c Cells) null(i int) {
	c.run.null(c.slots.at(i), c.typ)
}

// each runs f for all cells and contains a panic to the cell where it happened.
func (c Cells) each(f func(i int)) {
	contain(c.slots.n, f, func(i int, recovered any) { c.run.panicked(c.slots.at(i), recovered) })
}

// contain calls f(0) to f(n-1). A panic ends only the call it happened in and is handed to failed.
func contain(n int, f func(i int), failed func(i int, recovered any)) {
	for i := 0; i < n; {
		i = containFrom(i, n, f, failed)
	}
}

// containFrom runs up to the first panic and returns the index to go on with: one deferred call for a
// whole column, not one for each of its rows.
func containFrom(i, n int, f func(i int), failed func(i int, recovered any)) (next int) {
	defer func() {
		if r := recover(); r != nil {
			failed(i, r)
			next = i + 1
		}
	}()
	for ; i < n; i++ {
		f(i)
	}
	return n
}

// Pointers completes what non-nil values point to; nil is null.
func Pointers[V any](c Cells, values []*V, complete Complete[V]) {
	var slots places
	targets := make([]V, 0, len(values))
	for i, v := range values {
		if v == nil {
			c.null(i)
			continue
		}
		slots.add(c.slots.at(i), 1)
		targets = append(targets, *v)
	}
	if len(targets) > 0 {
		c.slots = slots
		complete(c, targets)
	}
}

// Lists completes the elements of all values together, so that a list of lists is still one column. A nil
// slice is null where the schema allows it, and an empty list where it does not.
func Lists[V any](c Cells, values [][]V, complete Complete[V]) {
	total := 0
	for _, v := range values {
		total += len(v)
	}
	var (
		slots    places
		elements []V
	)
	if len(values) > 1 {
		elements = make([]V, 0, total)
	}
	for i, v := range values {
		if v == nil && !c.typ.NonNull {
			c.null(i)
			continue
		}
		slots.add(c.run.list(c.slots.at(i), len(v)), len(v))
		if len(values) > 1 {
			elements = append(elements, v...)
		} else {
			elements = v
		}
	}
	if total > 0 {
		complete(Cells{run: c.run, field: c.field, typ: c.typ.Elem, slots: slots}, elements)
	}
}

// Objects executes the selection of the field for all objects together; nil is null.
func Objects[T any](c Cells, values []*T, object *Object[*T]) {
	if slices.Contains(values, nil) {
		var slots places
		rows := make([]*T, 0, len(values))
		for i, v := range values {
			if v == nil {
				c.null(i)
				continue
			}
			slots.add(c.slots.at(i), 1)
			rows = append(rows, v)
		}
		c.slots, values = slots, rows
	}
	if len(values) > 0 {
		execute(c.run, c.field, object, c.slots, values)
	}
}

// References is [Objects] for Go types that are no pointers and can be nil: maps, slices, interfaces.
func References[T any](c Cells, values []T, isNil func(T) bool, object *Object[T]) {
	var g Group[T]
	for i, v := range values {
		g.Add(c, i, v, isNil(v))
	}
	g.Execute(c, object)
}

// ObjectValues is [Objects] for values that are structs, not pointers to them.
func ObjectValues[T any](c Cells, values []T, object *Object[*T]) {
	rows := make([]*T, len(values))
	for i := range values {
		rows[i] = &values[i]
	}
	execute(c.run, c.field, object, c.slots, rows)
}
