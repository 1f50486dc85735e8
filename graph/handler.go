package graph

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"net/http"
	"runtime/debug"
	"sync"
	"time"

	"github.com/99designs/gqlgen/graphql"
	gqlhandler "github.com/99designs/gqlgen/graphql/handler"
	"github.com/99designs/gqlgen/graphql/handler/extension"
	"github.com/99designs/gqlgen/graphql/handler/lru"
	"github.com/99designs/gqlgen/graphql/handler/transport"
	"github.com/jackc/pgx/v5/pgxpool"
	"github.com/vektah/gqlparser/v2/ast"
	"github.com/vektah/gqlparser/v2/gqlerror"

	"github.com/clumpql/clumpql/graph/exec"
	"github.com/clumpql/clumpql/graph/limit"
	"github.com/clumpql/clumpql/graph/variables"
	"github.com/clumpql/clumpql/internal/catalogue"
	"github.com/clumpql/clumpql/ledger"
	"github.com/clumpql/clumpql/loader"
	"github.com/clumpql/clumpql/loader/gqlexec"
)

const (
	defaultTimeout      = 30 * time.Second
	defaultWriteTimeout = 30 * time.Second
	cachedQueries       = 1000
)

// Config is what the API is made of. Pool and Depot are needed.
type Config struct {
	Pool      *pgxpool.Pool                    // of a migrated database
	Depot     *ledger.Depot                    // takes what mutations append
	Logger    *slog.Logger                     // nil: slog.Default
	RequestID func(ctx context.Context) string // the id to log internal errors under, and to tell the client; nil: ""
	Timeout   time.Duration                    // how long a request, or an event of a subscription, may take; 0: 30 s
	// WriteTimeout is how long the client of a stream may leave unread what was sent to it, before its connection is closed; 0: 30 s. What
	// other requests are answered is the HTTP server's to bound.
	WriteTimeout time.Duration
	NoPlans      bool     // fetch every time as if the first: see loader.WithPlan
	MaxDepth     int      // levels of fields in a query; 0: no limit
	MaxCost      int      // of an operation, in objects: see package limit; 0: no limit
	Origins      []string // hosts, or patterns as path.Match has them, whose pages may open a WebSocket besides our own
}

// handler serves GraphQL requests over HTTP: POST, GET for queries, and, for subscriptions, WebSocket and server-sent events.
type handler struct {
	server    *gqlhandler.Server
	log       *slog.Logger
	requestID func(context.Context) string
	timeout   time.Duration
	writing   time.Duration // Config.WriteTimeout
}

// NewHandler returns the API as an HTTP handler. Somebody has to run a [ledger.Worker] on the same database: mutations
// that wait for their outcome wait for it.
func NewHandler(c Config) (http.Handler, error) {
	if c.Pool == nil || c.Depot == nil {
		return nil, errors.New("graph: Config needs Pool and Depot")
	}
	h := &handler{log: c.Logger, requestID: c.RequestID, timeout: c.Timeout, writing: c.WriteTimeout}
	if h.log == nil {
		h.log = slog.Default()
	}
	if h.requestID == nil {
		h.requestID = func(context.Context) string { return "" }
	}
	if h.timeout == 0 {
		h.timeout = defaultTimeout
	}
	if h.writing == 0 {
		h.writing = defaultWriteTimeout
	}
	pstates := ledger.NewPStates(c.Pool)
	resolvers := &resolver{
		sources: newSources(catalogue.NewStore(c.Pool), pstates),
		depot:   c.Depot,
		pstates: pstates,
		feed:    ledger.NewFeed(c.Depot, pstates),
		timeout: h.timeout,
		ended:   h.streamFailed,
	}
	schema := exec.Config{Resolvers: resolvers, EventTimeout: h.timeout}
	if !c.NoPlans {
		schema.Plans = loader.NewPlans(cachedQueries)
	}
	h.server = gqlhandler.New(exec.NewExecutableSchema(schema))
	h.server.AddTransport(transport.Options{})
	if err := h.addStreams(c.Origins); err != nil {
		return nil, err
	}
	h.server.AddTransport(gqlexec.GET{})
	h.server.AddTransport(gqlexec.POST{ReuseData: true})
	queries := lru.New[*ast.QueryDocument](cachedQueries)
	h.server.SetQueryCache(queries)
	h.server.SetParserTokenLimit(limit.MaxTokens)
	h.server.SetValidationRulesFn(limit.Rules)
	h.server.Use(&variables.Lists{Cache: queries}) // before the limits, which count what is in lists
	h.server.Use(&limit.Limits{MaxDepth: c.MaxDepth, MaxCost: c.MaxCost, Cache: queries})
	h.server.AroundOperations(h.boundOperation)
	h.server.AroundOperations(h.tellOfEnd)
	h.server.AroundOperations(noteAsked)
	h.server.Use(extension.Introspection{})
	h.server.Use(gqlexec.Explain{ErrorText: errorCode})
	h.server.SetErrorPresenter(h.present)
	h.server.SetRecoverFunc(h.recovered)
	return h, nil
}

// errorCode is all that an explanation tells of a batch's error.
func errorCode(err error) string {
	c, _ := code(err, nil)
	return c.code
}

func (h *handler) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	if streaming(r) {
		h.serveStream(w, r)
		return
	}
	r.Header.Del("Upgrade") // gqlgen would take any for a WebSocket
	ctx, cancel := context.WithTimeout(r.Context(), h.timeout)
	defer cancel()
	ctx = context.WithValue(ctx, loggedKey{}, &logged{})
	h.server.ServeHTTP(&refusal{ResponseWriter: w}, r.WithContext(ctx))
}

// tellOfEnd answers a request that has ended before its execution began: gqlgen would answer "null".
func (h *handler) tellOfEnd(ctx context.Context, next graphql.OperationHandler) graphql.ResponseHandler {
	respond := next(ctx)
	if graphql.GetOperationContext(ctx).Operation.Operation == ast.Subscription {
		return respond // that is how they end
	}
	answered := false
	return func(ctx context.Context) *graphql.Response {
		response := respond(ctx)
		if err := ctx.Err(); response == nil && !answered && err != nil {
			response = &graphql.Response{Errors: gqlerror.List{h.present(ctx, err)}}
		}
		answered = true
		return response
	}
}

// recovered logs a panic and returns what the client is told of it. The panic of a batch comes here for each of its keys, and is
// logged once.
func (h *handler) recovered(ctx context.Context, value any) error {
	if !firstOf(ctx, fmt.Sprint("panic: ", value)) {
		return errInternal
	}
	stack := debug.Stack()
	if err, ok := value.(*loader.PanicError); ok && err.Stack != nil {
		stack = err.Stack
	}
	h.log.ErrorContext(ctx, "panic in a resolver", "request", h.requestID(ctx), "panic", value, "stack", string(stack))
	return errInternal
}

// logOnce logs an internal error, but only once for a request: a batch fails all of its keys with the same.
func (h *handler) logOnce(ctx context.Context, err error) {
	if errors.Is(err, errInternal) {
		return // a panic, logged where it was recovered
	}
	if !firstOf(ctx, rootMessage(err)) {
		return
	}
	h.log.ErrorContext(ctx, "internal error", "request", h.requestID(ctx), "error", err)
}

// rootMessage is the message of an error without the path that each field wraps around it.
func rootMessage(err error) string {
	for {
		inner := errors.Unwrap(err)
		if inner == nil {
			return err.Error()
		}
		err = inner
	}
}

type loggedKey struct{}

// logged remembers which internal errors of a request are in the log.
type logged struct {
	mu       sync.Mutex
	messages map[string]bool
}

// firstOf tells whether the request of ctx has not logged the message yet.
func firstOf(ctx context.Context, message string) bool {
	l, ok := ctx.Value(loggedKey{}).(*logged)
	return !ok || l.first(message)
}

func (l *logged) first(message string) bool {
	l.mu.Lock()
	defer l.mu.Unlock()
	if l.messages[message] {
		return false
	}
	if l.messages == nil {
		l.messages = make(map[string]bool)
	}
	l.messages[message] = true
	return true
}
