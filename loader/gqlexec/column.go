package gqlexec

import (
	"context"

	"github.com/clumpql/clumpql/loader"
)

// Column is one field for all objects that its selection is executed for at this point: row i is the i-th of them.
type Column struct {
	run   *run
	field *Field
	base  Slot
	rows  int
}

func (c *Column) slot(i int) Slot { return c.base + Slot(i) }

// Context returns the context for the resolvers and methods of the field.
func (c *Column) Context() context.Context { return c.field.context(c.run) }

// Args coerces the arguments of the field, once for all rows. Where they are wrong it reports the error for
// each row and ok is false: the column is done.
func (c *Column) Args(coerce func(context.Context, map[string]any) (map[string]any, error)) (args map[string]any, ok bool) {
	f := c.field
	if f.args != nil {
		return f.args, true
	}
	for i := range c.rows {
		var err error
		if f.args, err = c.coerce(c.slot(i), coerce); err == nil {
			return f.args, true
		}
		c.run.fail(c.slot(i), err) // it has the path of its row, so the next one needs its own
	}
	return nil, false
}

func (c *Column) coerce(
	s Slot, coerce func(context.Context, map[string]any) (map[string]any, error),
) (args map[string]any, err error) {
	ctx := c.run.errorContext(s)
	defer func() {
		if r := recover(); r != nil {
			err = c.run.operation.Recover(ctx, r)
		}
	}()
	return coerce(ctx, c.field.ArgumentMap(c.run.operation.Variables))
}

// Plain completes a field that needs no fetch: get reads it from the object of row i.
func Plain[V any](c *Column, get func(i int) (V, error), complete Complete[V]) {
	var slots places
	scratch := scratchOf[V](c)
	values := scratch.values
	c.each(func(i int) {
		v, err := get(i)
		if err != nil {
			c.run.fail(c.slot(i), err)
			return
		}
		slots.add(c.slot(i), 1)
		values = append(values, v)
	})
	if len(values) > 0 {
		complete(Cells{run: c.run, field: c.field, typ: c.field.typ, slots: slots}, values)
	}
	scratch.leave(c, values)
}

// Resolve starts the clumps that the resolver returns for the rows, all before anything is fetched. What arrives in
// the same wave is completed as one column again.
func Resolve[V any](c *Column, resolve func(i int) loader.Clump[V], complete Complete[V]) {
	var slots places
	clumps := make([]loader.Clump[V], 0, c.rows)
	c.each(func(i int) {
		clump := resolve(i)
		slots.add(c.slot(i), 1)
		clumps = append(clumps, clump)
	})
	if len(clumps) == 0 {
		return
	}
	a := &arrivals[V]{run: c.run, field: c.field, complete: complete, expected: len(clumps)}
	loader.StartEach(c.run.execution, clumps, c.field.origin, func(i int, v V, defined bool, err error) {
		a.add(slots.at(i), v, defined, err)
	})
}

func (c *Column) each(f func(i int)) {
	contain(c.rows, f, func(i int, recovered any) { c.run.panicked(c.slot(i), recovered) })
}

// arrivals collects the outcomes of a column's clumps between two flushes.
type arrivals[V any] struct {
	run      *run
	field    *Field
	complete Complete[V]
	slots    places
	values   []V
	expected int           // values before the first flush: nearly always all; 0 once there is room for them
	behind   loader.Behind // the fetches that the values came behind
	outcomes int           // values, nulls and errors; counted only for AroundColumn
}

func (a *arrivals[V]) add(s Slot, v V, defined bool, err error) {
	a.count()
	switch {
	case err != nil:
		a.run.failClump(s, err)
	case !defined:
		nullField[V](a.run, s, a.field.typ)
	default:
		if len(a.values) == 0 && a.outcomes == 0 {
			a.run.arrived = append(a.run.arrived, a)
		}
		if a.expected > 0 {
			a.values, a.expected = make([]V, 0, a.expected), 0
		}
		a.slots.add(s, 1)
		a.values = append(a.values, v)
		a.behind = a.behind.And(a.run.execution.Behind())
	}
}

// count lets AroundColumn know of outcomes that leave nothing to complete.
func (a *arrivals[V]) count() {
	if a.run.hook == nil {
		return
	}
	if a.outcomes == 0 {
		a.run.arrived = append(a.run.arrived, a)
	}
	a.outcomes++
}

// flush completes what has arrived. Values that arrive meanwhile wait for the next flush.
func (a *arrivals[V]) flush() {
	c, values, outcomes := Cells{run: a.run, field: a.field, typ: a.field.typ, slots: a.slots}, a.values, a.outcomes
	a.run.execution.After(a.behind)
	a.slots, a.values, a.behind, a.outcomes = places{}, nil, loader.Behind{}, 0
	if outcomes == 0 {
		a.complete(c, values)
		return
	}
	a.run.around(a.field, outcomes, true, func() {
		if len(values) > 0 {
			a.complete(c, values)
		}
	})
}

// flusher is an arrivals of any type.
type flusher interface{ flush() }
