package gqlexec

import (
	"context"
	"fmt"

	"github.com/99designs/gqlgen/graphql"
)

// Optional is [Plain] for a field that its object may not have: get is not ok where it has not, which is null.
func Optional[V any](c *Column, get func(i int) (v V, ok bool, err error), complete Complete[V]) {
	var slots places
	values := make([]V, 0, c.rows)
	c.each(func(i int) {
		v, ok, err := get(i)
		switch {
		case err != nil:
			c.run.fail(c.slot(i), err)
		case ok:
			slots.add(c.slot(i), 1)
			values = append(values, v)
		case c.field.typ.NonNull:
			c.run.failNull(c.slot(i), errNullField)
		}
	})
	if len(values) > 0 {
		complete(Cells{run: c.run, field: c.field, typ: c.field.typ, slots: slots}, values)
	}
}

// DirectedOptional is [Optional] for a field with directives: from next they get nil where the object has no value.
func DirectedOptional[V any](
	c *Column, directives Directives, get func(ctx context.Context, i int) (v V, ok bool, err error), complete Complete[V],
) {
	directedPlain(c, directives, func(i int) graphql.Resolver {
		return func(ctx context.Context) (any, error) {
			v, ok, err := get(ctx, i)
			if err != nil || !ok {
				return nil, err
			}
			return v, nil
		}
	}, complete)
}

// MapField reads a field of an object that is a Go map.
func MapField[V any](object map[string]any, name string) (v V, ok bool, err error) {
	switch field := object[name].(type) {
	case V:
		return field, true, nil
	case nil:
		return v, false, nil
	default:
		return v, false, fmt.Errorf("unexpected type %T for field %s", field, name)
	}
}

// MapPointer is [MapField] for a field whose value the map may hold itself or as a pointer.
func MapPointer[V any](object map[string]any, name string) (v *V, ok bool, err error) {
	if field, is := object[name].(V); is {
		return &field, true, nil
	}
	return MapField[*V](object, name)
}
