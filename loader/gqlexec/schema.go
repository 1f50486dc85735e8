package gqlexec

import (
	"context"
	"errors"

	"github.com/99designs/gqlgen/graphql"
	"github.com/99designs/gqlgen/graphql/introspection"
	"github.com/vektah/gqlparser/v2/ast"

	"github.com/clumpql/clumpql/loader"
)

// Schema is a [graphql.ExecutableSchema] that executes breadth-first. The generated NewExecutableSchema makes it. It holds
// no state of requests and may be used by any number of them at once.
type Schema struct {
	Parsed   *ast.Schema
	Query    *Object[Root]
	Mutation *Object[Root] // nil when the schema has none

	// Plans remembers of each operation which sources to hold for a later wave; nil: none is held.
	Plans *loader.Plans
}

var _ graphql.ExecutableSchema = (*Schema)(nil)

// Schema returns the parsed schema.
func (s *Schema) Schema() *ast.Schema { return s.Parsed }

// Complexity leaves the complexity of every field to gqlgen: one more than that of its selection.
func (s *Schema) Complexity(context.Context, string, string, int, map[string]any) (int, bool) {
	return 0, false
}

// Exec returns the handler of one operation. Its single response is computed by the goroutine that calls it, and is without
// data when ctx ends before it is complete.
func (s *Schema) Exec(ctx context.Context) graphql.ResponseHandler {
	root, serial := s.Query, false
	switch graphql.GetOperationContext(ctx).Operation.Operation {
	case ast.Mutation:
		root, serial = s.Mutation, true
	case ast.Subscription:
		root = nil
	}
	if root == nil {
		return graphql.OneShot(graphql.ErrorResponse(ctx, "unsupported GraphQL operation"))
	}
	done := false
	return func(ctx context.Context) *graphql.Response {
		if done {
			return nil
		}
		done = true
		data, err := runOperation(ctx, s, root, serial)
		if err != nil {
			graphql.AddError(ctx, err)
			return &graphql.Response{Data: []byte("null")}
		}
		return &graphql.Response{Data: data}
	}
}

var errNoIntrospection = errors.New("introspection disabled")

// IntrospectSchema resolves __schema.
func (s *Schema) IntrospectSchema(ctx context.Context) (*introspection.Schema, error) {
	if graphql.GetOperationContext(ctx).DisableIntrospection {
		return nil, errNoIntrospection
	}
	return introspection.WrapSchema(s.Parsed), nil
}

// IntrospectType resolves __type.
func (s *Schema) IntrospectType(ctx context.Context, name string) (*introspection.Type, error) {
	if graphql.GetOperationContext(ctx).DisableIntrospection {
		return nil, errNoIntrospection
	}
	return introspection.WrapTypeFromDef(s.Parsed, s.Parsed.Types[name]), nil
}
