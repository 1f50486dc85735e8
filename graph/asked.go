package graph

import (
	"context"
	"errors"
	"sync"
	"time"

	"github.com/99designs/gqlgen/graphql"
	"github.com/jackc/pgx/v5/pgconn"
	"github.com/vektah/gqlparser/v2/ast"
)

// silentAfter is how long Postgres may leave what is read for a mutation without an answer before the end of the request tells that it is away: as
// long as the ledger waits for the rest of a mutation.
const silentAfter = 3 * time.Second

// asked is what a mutation has asked Postgres for its payload: when the request ends while it waits for that, it is this that can tell why. Safe for
// concurrent use. A nil asked notes nothing.
type asked struct {
	mu         sync.Mutex // guards both
	unanswered int        // fetches; also those that were given up
	since      time.Time  // when the first of them began, or the last answer came
}

type askedKey struct{}

// noteAsked lets a mutation note what it asks.
func noteAsked(ctx context.Context, next graphql.OperationHandler) graphql.ResponseHandler {
	if graphql.GetOperationContext(ctx).Operation.Operation == ast.Mutation {
		ctx = context.WithValue(ctx, askedKey{}, &asked{})
	}
	return next(ctx)
}

// askedFor returns what is noted for the operation of ctx; nil where it is no mutation.
func askedFor(ctx context.Context) *asked {
	a, _ := ctx.Value(askedKey{}).(*asked)
	return a
}

// begin notes a fetch.
func (a *asked) begin() {
	if a == nil {
		return
	}
	a.mu.Lock()
	defer a.mu.Unlock()
	if a.unanswered == 0 {
		a.since = time.Now()
	}
	a.unanswered++
}

// end notes how a fetch has ended. One that was given up, or whose connection broke, has no answer.
func (a *asked) end(err error) {
	if a == nil {
		return
	}
	if _, refused := errors.AsType[*pgconn.PgError](err); err != nil && !refused {
		return
	}
	a.mu.Lock()
	defer a.mu.Unlock()
	a.unanswered--
	a.since = time.Now()
}

// silent tells whether Postgres owes answers, and has given none for long.
func (a *asked) silent() bool {
	if a == nil {
		return false
	}
	a.mu.Lock()
	defer a.mu.Unlock()
	return a.unanswered > 0 && time.Since(a.since) >= silentAfter
}
