package gqlexec

import (
	"context"

	"github.com/99designs/gqlgen/graphql"
)

// Field is a field of a request: its plan, and what the request knows of it. It is used by the goroutine that drives the request.
type Field struct {
	*fieldPlan

	parent     *Field // nil for the fields of the root
	selections []any  // *selection[T], one for each object type that was met

	root   context.Context // that the interceptors of a root field of a query gave it; nil: the run's
	around context.Context // that AroundColumn gave it; nil: none
	ctx    context.Context
	args   map[string]any // nil while they are not coerced, and where there are none

	errors int // reported for it
	told   int // of those, the ones that AroundColumn was told of
}

// context returns the context that resolvers of the field get: gqlgen's functions find its [graphql.FieldContext] in it, and
// those of the fields around it. As it is one for all objects of the column, its path has no indexes.
func (f *Field) context(r *run) context.Context {
	if f.ctx == nil {
		outer := f.around
		if outer == nil {
			outer = f.outer(r)
		}
		f.ctx = graphql.WithFieldContext(outer, &graphql.FieldContext{
			Object:     f.object,
			Field:      f.CollectedField,
			Args:       f.args,
			IsMethod:   true,
			IsResolver: true,
		})
	}
	return f.ctx
}

// outer returns the context that the field is in: that of the field around it, or of the request.
func (f *Field) outer(r *run) context.Context {
	switch {
	case f.parent != nil:
		return f.parent.context(r)
	case f.root != nil:
		return f.root
	}
	return r.ctx
}
