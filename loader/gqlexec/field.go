package gqlexec

import (
	"context"

	"github.com/99designs/gqlgen/graphql"
	"github.com/vektah/gqlparser/v2/ast"
)

// Field is a field of a request: collected, with its place in the query. It belongs to one request and is used by the goroutine
// that drives it.
type Field struct {
	graphql.CollectedField

	parent *Field // nil for the fields of the root
	object string
	typ    *ast.Type
	key    string // the quoted response key and its colon

	selections []any // *selection[T], one for each object type that was met

	root   context.Context // that the interceptors of a root field of a query gave it; nil: the run's
	around context.Context // that AroundColumn gave it; nil: none
	ctx    context.Context
	args   map[string]any // nil while they are not coerced, and where there are none

	errors int // reported for it
	told   int // of those, the ones that AroundColumn was told of
}

// newField makes a field of an object type from one that was collected for it. Its type, and the defaults of its arguments, are those
// of the object type's own field, also where it was selected on an interface, whose field may promise less.
func newField(parent *Field, object *ast.Definition, f graphql.CollectedField) *Field {
	if f.ObjectDefinition != object {
		if own := object.Fields.ForName(f.Name); own != nil { // __typename has none
			onObject := *f.Field
			onObject.ObjectDefinition, onObject.Definition = object, own
			f.Field = &onObject
		}
	}
	typ := f.Definition.Type
	if f.Name == "__schema" { // gqlgen lets it be null, so that an answer without introspection keeps its other fields
		typ = ast.NamedType("__Schema", nil)
	}
	return &Field{
		CollectedField: f,
		parent:         parent,
		object:         object.Name,
		typ:            typ,
		key:            `"` + f.Alias + `":`,
	}
}

// origin is the place of the field in the query, without indexes: what Explain shows as path of a fetch.
func (f *Field) origin() string {
	if f.parent == nil {
		return f.Alias
	}
	return f.parent.origin() + "." + f.Alias
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
