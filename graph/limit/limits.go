package limit

import (
	"context"
	"fmt"
	"strings"

	"github.com/99designs/gqlgen/graphql"
	"github.com/99designs/gqlgen/graphql/errcode"
	"github.com/vektah/gqlparser/v2/ast"
	"github.com/vektah/gqlparser/v2/gqlerror"
	"github.com/vektah/gqlparser/v2/parser"
	"github.com/vektah/gqlparser/v2/validator"
)

// The codes of errors.
const (
	CodeTooDeep    = "QUERY_TOO_DEEP"
	CodeTooComplex = "QUERY_TOO_COMPLEX"
)

const (
	// MaxTokens bounds the text of a query. The longest mutation, of 1000 transfers written out, has 17 tokens for each of them.
	MaxTokens = 20_000
	// maxLength is the same bound for what validation goes through, fragments written out: a text without any cannot exceed it.
	maxLength = MaxTokens
	// frugalBytes is the length of a text from which validation proposes no other names.
	frugalBytes = 16 << 10
)

func init() {
	errcode.RegisterErrorType(CodeTooDeep, errcode.KindProtocol) // the same HTTP status as for a query that is not valid
	errcode.RegisterErrorType(CodeTooComplex, errcode.KindProtocol)
}

// Limits is a gqlgen extension that refuses operations that are too deep or would cost too much. The handler needs the same query
// cache, MaxTokens as its parser's limit and [Rules] as its rules of validation.
type Limits struct {
	MaxDepth int // levels of fields; 0: no limit
	MaxCost  int // see the package's documentation; 0: no limit
	Cache    graphql.Cache[*ast.QueryDocument]

	schema  *ast.Schema
	lengths lengths
}

var _ interface {
	graphql.HandlerExtension
	graphql.OperationParameterMutator
	graphql.OperationContextMutator
} = (*Limits)(nil)

// ExtensionName is the name of the extension for gqlgen's handler.
func (*Limits) ExtensionName() string { return "Limits" }

// Validate takes the schema that costs are calculated by.
func (l *Limits) Validate(s graphql.ExecutableSchema) error {
	l.schema = s.Schema()
	l.lengths = introspectionLengths(l.schema)
	return nil
}

// MutateOperationParameters changes nothing: it refuses a query before the time is spent to validate it.
func (l *Limits) MutateOperationParameters(ctx context.Context, params *graphql.RawParams) *gqlerror.Error {
	if _, ok := l.Cache.Get(ctx, params.Query); ok {
		return nil
	}
	doc, err := parser.ParseQueryWithTokenLimit(&ast.Source{Input: params.Query}, MaxTokens)
	if err != nil {
		return nil //nolint:nilerr // the handler parses it again and tells
	}
	if err := l.checkExtent(measure(doc)); err != nil {
		return err
	}
	if len(params.Query) < frugalBytes {
		return nil
	}
	if errs := validator.ValidateWithRules(l.schema, doc, frugalRules()); len(errs) > 0 {
		errcode.Set(errs[0], errcode.ValidationFailed)
		return errs[0]
	}
	return nil
}

func (l *Limits) checkExtent(e *extents) *gqlerror.Error {
	if e.length > maxLength {
		return refusal(CodeTooComplex, nil, map[string]any{"cost": e.length, "limit": maxLength},
			"the query is too complex: with its fragments written out it has %d parts, more than %d", e.length, maxLength)
	}
	if depth := e.deepest.levels(); l.MaxDepth > 0 && depth > l.MaxDepth {
		path, at := e.deepest.path(l.MaxDepth + 1)
		return refusal(CodeTooDeep, at, map[string]any{"depth": depth, "limit": l.MaxDepth},
			"the query is too deep: it has %d levels of fields, more than %d: %s", depth, l.MaxDepth, path)
	}
	return nil
}

// MutateOperationContext changes nothing: it refuses an operation that would cost too much.
func (l *Limits) MutateOperationContext(_ context.Context, operation *graphql.OperationContext) *gqlerror.Error {
	if l.MaxCost == 0 {
		return nil
	}
	e := estimate{schema: l.schema, lengths: l.lengths, variables: operation.Variables}
	if cost := e.cost(operation.Operation); cost > l.MaxCost {
		return refusal(CodeTooComplex, operation.Operation.Position, map[string]any{"cost": cost, "limit": l.MaxCost},
			"the operation is too complex: it may cost %d, more than %d: ask for smaller pages, fewer ids or fewer fields at once", cost, l.MaxCost)
	}
	return nil
}

func refusal(code string, at *ast.Position, extensions map[string]any, format string, args ...any) *gqlerror.Error {
	extensions["code"] = code
	err := &gqlerror.Error{Message: fmt.Sprintf(format, args...), Extensions: extensions}
	if at != nil {
		err.Locations = []gqlerror.Location{{Line: at.Line, Column: at.Column}}
	}
	return err
}

// path names the first levels of a way down, and returns where the last of them stands.
func (s *step) path(levels int) (string, *ast.Position) {
	var names []string
	var at *ast.Position
	for ; s != nil && len(names) < levels; s = s.next {
		names, at = append(names, s.field.Alias), s.field.Position
	}
	return strings.Join(names, "."), at
}
