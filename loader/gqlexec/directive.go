package gqlexec

import (
	"context"
	"fmt"
	"reflect"

	"github.com/99designs/gqlgen/graphql"

	"github.com/clumpql/clumpql/loader"
)

// Directives runs the directives of a field for row i around next, which resolves the field. The generator writes one for each field that
// has any.
type Directives func(ctx context.Context, i int, next graphql.Resolver) (any, error)

// DirectedPlain is [Plain] for a field with directives. They may block, unless the Schema says InlineDirectives: those of each row run in a
// [loader.Future], with a context of their own, whose path has the indexes.
func DirectedPlain[V any](
	c *Column, directives Directives, get func(ctx context.Context, i int) (V, error), complete Complete[V],
) {
	directedPlain(c, directives, func(i int) graphql.Resolver {
		return func(ctx context.Context) (any, error) { return get(ctx, i) }
	}, complete)
}

// DirectedResolve is [Resolve] for a field with directives. They get the value of the clump from next, which waits for it, together with
// those of all other rows: what they wait for goes into the same batch.
func DirectedResolve[V any](
	c *Column, directives Directives, resolve func(ctx context.Context, i int) loader.Clump[V], complete Complete[V],
) {
	directed(c, directives, func(i int, a asking) graphql.Resolver {
		return func(ctx context.Context) (any, error) { return await(ctx, a, resolve(ctx, i)) }
	}, complete)
}

// asking is on whose behalf a clump is evaluated.
type asking struct {
	scope  *loader.Scope
	origin string
}

// await evaluates a clump within the Future of its directives.
func await[V any](ctx context.Context, a asking, clump loader.Clump[V]) (res any, err error) {
	x := a.scope.Begin(ctx)
	defer x.End()
	loader.Start(x, clump, a.origin, func(v V, defined bool, failure error) {
		if defined || reflect.TypeFor[V]().Kind() == reflect.Pointer { // as a nil that a resolver of gqlgen returns
			res = v
		}
		err = failure
	})
	if ended := x.Drive(); ended != nil {
		return nil, ended
	}
	return res, err
}

func directedPlain[V any](c *Column, directives Directives, next func(i int) graphql.Resolver, complete Complete[V]) {
	if c.run.inline {
		directedInline(c, directives, next, complete)
		return
	}
	directed(c, directives, func(i int, _ asking) graphql.Resolver { return next(i) }, complete)
}

// directedInline runs the directives here. With the Scope they would wait for what is not sent before they have returned.
func directedInline[V any](c *Column, directives Directives, next func(i int) graphql.Resolver, complete Complete[V]) {
	a := &arrivals[V]{run: c.run, field: c.field, complete: complete}
	outside := loader.WithScope(c.Context(), nil)
	c.each(func(i int) {
		fc := graphql.GetFieldContext(c.run.errorContext(c.slot(i)))
		v, err := runDirectives[V](outside, fc, i, directives, next(i))
		a.addDirected(c.slot(i), v, err)
	})
}

// runDirectives runs the directives of row i under the field context fc of its slot, which has the indexes, in place of the column's.
func runDirectives[V any](
	ctx context.Context, fc *graphql.FieldContext, i int, directives Directives, next graphql.Resolver,
) (v directedValue[V], err error) {
	parent := fc.Parent
	ctx = graphql.WithFieldContext(ctx, fc)
	fc.Parent = parent
	res, err := directives(ctx, i, next)
	if err != nil {
		return v, err
	}
	return newDirectedValue[V](ctx, res)
}

func directed[V any](c *Column, directives Directives, next func(i int, a asking) graphql.Resolver, complete Complete[V]) {
	a := &arrivals[V]{run: c.run, field: c.field, complete: complete}
	ask, column := asking{c.run.scope, c.field.origin}, c.Context()
	clumps := make([]loader.Clump[directedValue[V]], c.rows)
	for i := range c.rows {
		fc := graphql.GetFieldContext(c.run.errorContext(c.slot(i)))
		clumps[i] = loader.Future(func(ctx context.Context) (directedValue[V], error) {
			return runDirectives[V](valuesOf{ctx, column}, fc, i, directives, next(i, ask))
		})
	}
	loader.StartEach(c.run.execution, clumps, "", func(i int, v directedValue[V], _ bool, err error) {
		a.addDirected(c.slot(i), v, err)
	})
}

// directedValue is what the directives of a field return: a value of its Go type, or what is to be answered as it is, or nil.
type directedValue[V any] struct {
	value   V
	defined bool
	answer  graphql.Marshaler
	told    bool // of nil: a directive has reported why
}

func newDirectedValue[V any](ctx context.Context, res any) (d directedValue[V], err error) {
	var ok bool
	if d.value, d.defined = res.(V); d.defined {
		return d, nil
	}
	if res == nil {
		d.told = graphql.HasFieldError(ctx, graphql.GetFieldContext(ctx))
		return d, nil
	}
	if d.answer, ok = res.(graphql.Marshaler); !ok {
		err = fmt.Errorf("unexpected type %T from middleware/directive chain, should be %T", res, d.value)
	}
	return d, err
}

func (a *arrivals[V]) addDirected(s Slot, v directedValue[V], err error) {
	if err != nil || v.defined {
		a.add(s, v.value, v.defined, err)
		return
	}
	a.count()
	switch {
	case v.answer != nil && v.answer != graphql.Null:
		contain(1, func(int) {
			w := arenaWriter{a.run, len(a.run.arena)}
			v.answer.MarshalGQL(w)
			w.store(s)
		}, func(_ int, recovered any) { a.run.panicked(s, recovered) })
	case v.answer == nil && a.field.typ.NonNull && !v.told:
		a.run.fail(s, errNullField)
	}
}

// valuesOf is a context with the values of another one, and its own where that has none.
type valuesOf struct {
	context.Context
	first context.Context
}

// Value looks into the other context first.
func (c valuesOf) Value(key any) any {
	if v := c.first.Value(key); v != nil {
		return v
	}
	return c.Context.Value(key)
}

// DirectedInput runs the directives of an argument, an input field or an input object, the outermost of which is given, and returns what
// they make of the value. A failure has the path of ctx.
func DirectedInput[V any](ctx context.Context, directives graphql.Resolver) (v V, err error) {
	res, err := directives(ctx)
	if err != nil {
		return v, graphql.ErrorOnPath(ctx, err)
	}
	data, ok := res.(V)
	switch {
	case ok:
		return data, nil
	case res == nil && nilable[V]():
		return v, nil
	}
	return v, graphql.ErrorOnPath(ctx, fmt.Errorf("unexpected type %T from directive, should be %s", res, reflect.TypeFor[V]()))
}

func nilable[V any]() bool {
	switch reflect.TypeFor[V]().Kind() {
	case reflect.Pointer, reflect.Slice, reflect.Map, reflect.Interface:
		return true
	}
	return false
}
