package gqlexec

import (
	"context"
	"errors"
	"time"

	"github.com/99designs/gqlgen/graphql"
	"github.com/99designs/gqlgen/graphql/introspection"
	"github.com/vektah/gqlparser/v2"
	"github.com/vektah/gqlparser/v2/ast"

	"github.com/clumpql/clumpql/loader"
)

// Schema is a [graphql.ExecutableSchema] that executes breadth-first. The generated NewExecutableSchema makes it. It holds
// no state of requests, only what it has learned of operations, and may be used by any number of requests at once. It must not be copied.
type Schema struct {
	Parsed   *ast.Schema
	Query    *Object[Root]
	Mutation *Object[Root] // nil when the schema has none
	// Subscription has functions that call [Subscribe], for a row each; nil when the schema has none.
	Subscription *Object[Root]

	// Plans remembers of each operation which sources to hold for a later wave; nil: none is held.
	Plans *loader.Plans

	// EventTimeout bounds the execution of each event of a subscription, not the wait for it; 0: nothing does. An event that takes longer
	// is answered with the error and without data, and the stream goes on.
	EventTimeout time.Duration

	// AroundColumn is called around every column; nil: nothing is.
	AroundColumn AroundColumn

	// FieldComplexity is the cost of a field with its arguments and what is selected below it; not ok, or nil: gqlgen's own.
	FieldComplexity func(ctx context.Context, typeName, field string, childComplexity int, rawArgs map[string]any) (cost int, ok bool)

	// InlineDirectives has the directives of fields whose resolvers return no clump run on the goroutine that drives the request, one object
	// after the other, in place of a goroutine for each. It is for directives that do not block: while one does, the request waits. What they
	// fetch themselves is fetched in no Scope. Those of fields that return clumps have goroutines all the same, since they wait for these.
	InlineDirectives bool

	// IgnoreFieldInterceptors lets extensions be installed that intercept fields. They are not called for them; without it every operation
	// is answered with an error that says so.
	IgnoreFieldInterceptors bool

	selections selectionPlans
}

var _ graphql.ExecutableSchema = (*Schema)(nil)

// Schema returns the parsed schema.
func (s *Schema) Schema() *ast.Schema { return s.Parsed }

// Complexity tells gqlgen's complexity limit what a field costs. Where it is not ok, that is one more than what is selected below it.
func (s *Schema) Complexity(ctx context.Context, typeName, field string, childComplexity int, rawArgs map[string]any) (int, bool) {
	if s.FieldComplexity == nil {
		return 0, false
	}
	return s.FieldComplexity(ctx, typeName, field, childComplexity, rawArgs)
}

// LoadSchema parses the sources of a schema, of which the generator has made sure that they are right. gqlparser declares @defer in
// every schema; as nothing is deferred here, it is taken out: a query with it is not valid, and introspection does not list it.
func LoadSchema(sources ...*ast.Source) *ast.Schema {
	schema := gqlparser.MustLoadSchema(sources...)
	delete(schema.Directives, "defer")
	return schema
}

// Exec returns the handler of one operation. Its response is computed by the goroutine that calls it, and is without
// data when ctx ends before it is complete. A query and a mutation have one response. A subscription has one for each event: it begins
// at once, under ctx, and the handler waits for the next event or for the end of the context it is called with.
func (s *Schema) Exec(ctx context.Context) graphql.ResponseHandler {
	operation := graphql.GetOperationContext(ctx)
	if interceptsFields(operation) && !s.IgnoreFieldInterceptors {
		return graphql.OneShot(graphql.ErrorResponse(ctx, errFieldInterceptor))
	}
	root, serial := s.Query, false
	switch operation.Operation.Operation {
	case ast.Mutation:
		root, serial = s.Mutation, true
	case ast.Subscription:
		if s.Subscription != nil {
			return s.subscribe(ctx)
		}
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
