package graph

import (
	"context"
	"errors"
	"net"
	"strings"

	"github.com/99designs/gqlgen/graphql"
	"github.com/jackc/pgx/v5/pgconn"
	"github.com/vektah/gqlparser/v2/ast"
	"github.com/vektah/gqlparser/v2/gqlerror"

	"github.com/clumpql/clumpql/graph/scalar"
	"github.com/clumpql/clumpql/ledger"
	"github.com/clumpql/clumpql/loader/gqlexec"
)

// InputError says which argument or input field cannot be accepted, and why.
type InputError struct {
	Field  string
	Reason string // continues the field's name: "must be positive"
}

func (e *InputError) Error() string { return e.Field + " " + e.Reason }

// errInternal is what a client is told of a panic, which is in the log already.
var errInternal = errors.New("internal error")

const (
	codeBadInput    = "BAD_USER_INPUT"
	codeConflict    = "IDEMPOTENCY_CONFLICT"
	codeUnavailable = "UNAVAILABLE"
	codeTimeout     = "TIMEOUT"
	codeInternal    = "INTERNAL"
)

// tryAgain advises after an error that does not tell what a mutation has done: it may have, also when only the reading of its payload
// failed.
const tryAgain = "it is safe to try again, a mutation with the same ids"

// coded is an error as the API tells it.
type coded struct {
	code    string
	field   string // of BAD_USER_INPUT and IDEMPOTENCY_CONFLICT
	message string
}

var unreachable = coded{codeUnavailable, "", "the database cannot be reached; " + tryAgain}

// code is the one table of errors and their codes. What it does not know is INTERNAL, and ok is false.
func code(err error, path ast.Path) (c coded, ok bool) {
	if e, is := errors.AsType[*InputError](err); is {
		return coded{codeBadInput, e.Field, e.Error()}, true
	}
	if e, is := errors.AsType[*ledger.InvalidError](err); is {
		return coded{codeBadInput, e.Field, e.Error()}, true
	}
	if e, is := errors.AsType[*scalar.Error](err); is {
		field := lastName(path)
		return coded{codeBadInput, field, field + ": " + e.Error()}, true
	}
	if e, is := errors.AsType[*gqlexec.InputError](err); is {
		field := lastName(path)
		return coded{codeBadInput, field, strings.TrimSpace(field + " " + e.Error())}, true // no field: the operation itself
	}
	if e, is := errors.AsType[*ledger.ConflictError](err); is {
		return coded{codeConflict, e.Field, e.Error()}, true
	}
	unavailable, late := errors.Is(err, ledger.ErrUnavailable), errors.Is(err, context.DeadlineExceeded)
	switch {
	case errors.Is(err, ledger.ErrOutcomeUnknown) && (unavailable || !late): // else it was sent, and waits
		return coded{codeUnavailable, "", "no answer from the database: it may have happened or not; it is safe to try again with the same ids"}, true
	case unavailable, postgresGone(err):
		return unreachable, true
	case late:
		return coded{codeTimeout, "", "the request took too long; " + tryAgain}, true
	case errors.Is(err, context.Canceled):
		return coded{codeUnavailable, "", "the request was cut off; " + tryAgain}, true
	}
	return coded{codeInternal, "", errInternal.Error()}, false
}

// postgresGone tells whether err means that Postgres could not be reached, as opposed to what it answered.
func postgresGone(err error) bool {
	if e, is := errors.AsType[*pgconn.PgError](err); is {
		return strings.HasPrefix(e.Code, "08") || strings.HasPrefix(e.Code, "57P") || e.Code == "53300"
	}
	_, connecting := errors.AsType[*pgconn.ConnectError](err)
	_, network := errors.AsType[net.Error](err)
	return !errors.Is(err, context.DeadlineExceeded) && (connecting || network || pgconn.SafeToRetry(err))
}

// lastName is the last name in a path: of an argument that could not be read, its own or that of the input field in it.
func lastName(path ast.Path) string {
	for i := len(path) - 1; i >= 0; i-- {
		if name, ok := path[i].(ast.PathName); ok {
			return string(name)
		}
	}
	return ""
}

// present makes of any error what the API tells of it. Details of an internal one go to the log, under the id that the client gets.
func (h *handler) present(ctx context.Context, err error) *gqlerror.Error {
	told := graphql.DefaultErrorPresenter(ctx, err)
	if told.Extensions["code"] != nil { // gqlgen's own: the query could not be parsed or is not valid
		if told.Message == "operation  not found" {
			return withExtensions(told, "operationName is needed: the query has several operations", told.Extensions)
		}
		if name, ok := strings.CutPrefix(told.Path.String(), "variable."); ok { // gqlparser's message is but "must be defined"
			return withExtensions(told, "the variable "+name+": "+told.Message, told.Extensions)
		}
		return told
	}
	if told.Err == nil { // gqlgen's own as well: the request is none
		return withExtensions(told, notARequest(told.Message), map[string]any{"code": codeBadInput})
	}
	c, known := code(err, told.Path)
	if c.code == codeTimeout && askedFor(ctx).silent() {
		c = unreachable
	}
	extensions := map[string]any{"code": c.code}
	if c.field != "" {
		extensions["field"] = c.field
	}
	if !known {
		extensions["requestId"] = h.requestID(ctx)
		h.logOnce(ctx, err)
	}
	return withExtensions(told, c.message, extensions)
}

func withExtensions(e *gqlerror.Error, message string, extensions map[string]any) *gqlerror.Error {
	return &gqlerror.Error{Message: message, Path: e.Path, Locations: e.Locations, Extensions: extensions}
}
