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

	ctx  context.Context
	args map[string]any // nil while they are not coerced, and where there are none
}

func newField(parent *Field, object string, f graphql.CollectedField) *Field {
	typ := f.Definition.Type
	if f.Name == "__schema" { // gqlgen lets it be null, so that an answer without introspection keeps its other fields
		typ = ast.NamedType("__Schema", nil)
	}
	return &Field{
		CollectedField: f,
		parent:         parent,
		object:         object,
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
		parent := r.ctx
		if f.parent != nil {
			parent = f.parent.context(r)
		}
		f.ctx = graphql.WithFieldContext(parent, &graphql.FieldContext{
			Object:     f.object,
			Field:      f.CollectedField,
			Args:       f.args,
			IsMethod:   true,
			IsResolver: true,
		})
	}
	return f.ctx
}
