package gqlexec

import (
	"cmp"
	"context"
	"slices"
	"sync"
	"time"

	"github.com/99designs/gqlgen/graphql"

	"github.com/clumpql/clumpql/loader"
)

// Explain is a gqlgen extension that answers, for a request that asks for it, which batches were sent. A request asks with the
// header "X-Clump-Explain: 1" or with the extensions {"clump": {"explain": true}}; the answer has an
// [Explanation] as extension "clump".
type Explain struct {
	// ErrorText is what an explanation tells of a batch's error; nil: the error's own text.
	ErrorText func(error) string
}

// ExplainHeader is the header that asks for an explanation when it is "1".
const ExplainHeader = "X-Clump-Explain"

var _ interface {
	graphql.HandlerExtension
	graphql.ResponseInterceptor
} = Explain{}

// Explanation tells what the execution of a request fetched: every batch whose fetch was called, also one that was still under way when the
// request was cut off. That has the error "unfinished", and the time and the attempts until then.
type Explanation struct {
	Waves     int       `json:"waves"`
	CacheHits int       `json:"cacheHits"`
	Fetches   []Fetched `json:"fetches"` // in the order they were sent in
}

// Fetched is one batch that was really sent. Of a mutation the waves of its root fields follow each other.
type Fetched struct {
	Source         string   `json:"source"`
	Wave           int      `json:"wave"`
	Keys           int      `json:"keys"`
	StartMicros    int64    `json:"startMicros"` // since the execution began
	DurationMicros int64    `json:"durationMicros"`
	Attempts       int      `json:"attempts"`
	Error          *string  `json:"error"`
	Paths          []string `json:"paths"` // the fields that asked first, at most 16
}

// ExtensionName is the name of the extension for gqlgen's handler.
func (Explain) ExtensionName() string { return "ClumpExplain" }

// Validate accepts any schema.
func (Explain) Validate(graphql.ExecutableSchema) error { return nil }

// InterceptResponse records the batches of a request that asks for it.
func (e Explain) InterceptResponse(ctx context.Context, next graphql.ResponseHandler) *graphql.Response {
	if !graphql.HasOperationContext(ctx) || !wantsExplanation(graphql.GetOperationContext(ctx)) {
		return next(ctx)
	}
	r := &recorder{start: time.Now(), errorText: e.ErrorText}
	if r.errorText == nil {
		r.errorText = error.Error
	}
	response := next(context.WithValue(ctx, recorderKey{}, r))
	if response == nil {
		return nil
	}
	if response.Extensions == nil {
		response.Extensions = make(map[string]any, 1)
	}
	response.Extensions["clump"] = r.explanation()
	return response
}

func wantsExplanation(operation *graphql.OperationContext) bool {
	if operation.Headers.Get(ExplainHeader) == "1" {
		return true
	}
	clump, _ := operation.Extensions["clump"].(map[string]any)
	explain, _ := clump["explain"].(bool)
	return explain
}

type recorderKey struct{}

// scopeOptions returns the options for a new Scope of the request of ctx.
func scopeOptions(ctx context.Context) []loader.ScopeOption {
	r, ok := ctx.Value(recorderKey{}).(*recorder)
	if !ok {
		return nil
	}
	return []loader.ScopeOption{loader.WithObserver(r.scope())}
}

// restart lets the clock of an explanation begin with an event, and not with the wait for it.
func restart(ctx context.Context) {
	if r, ok := ctx.Value(recorderKey{}).(*recorder); ok {
		r.start = time.Now()
	}
}

// recorder collects what the Scopes of a request report, from any goroutine.
type recorder struct {
	start     time.Time // set before the first Scope reports
	errorText func(error) string

	mu     sync.Mutex // guards what is below
	scopes int
	waves  int
	report Explanation
	places map[batchKey]int // in report.Fetches, of those that are under way
}

// batchKey tells the batches of a request apart.
type batchKey struct{ scope, number int }

const unfinished = "unfinished"

// scope returns the observer of one more Scope, whose waves count on from those before it.
func (r *recorder) scope() loader.Observer {
	r.mu.Lock()
	defer r.mu.Unlock()
	r.scopes++
	return scopeRecorder{r, r.scopes, r.waves}
}

func (r *recorder) explanation() Explanation {
	r.mu.Lock()
	defer r.mu.Unlock()
	e := r.report
	e.Waves = r.waves
	e.Fetches = slices.Clone(e.Fetches)
	if e.Fetches == nil {
		e.Fetches = []Fetched{}
	}
	now, message := time.Since(r.start).Microseconds(), unfinished
	for _, i := range r.places {
		e.Fetches[i].DurationMicros = now - e.Fetches[i].StartMicros
		e.Fetches[i].Error = &message
	}
	slices.SortStableFunc(e.Fetches, func(a, b Fetched) int {
		return cmp.Or(cmp.Compare(a.Wave, b.Wave), cmp.Compare(a.StartMicros, b.StartMicros))
	})
	return e
}

type scopeRecorder struct {
	*recorder
	scope  int
	before int // waves of earlier Scopes
}

// BatchAttempt records a batch that is under way.
func (s scopeRecorder) BatchAttempt(b loader.Batch) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.record(b)
}

// BatchDone completes what is recorded of a batch. One that was given up before its turn came was not sent.
func (s scopeRecorder) BatchDone(b loader.Batch) {
	if b.Attempts == 0 {
		return
	}
	var message *string
	if b.Err != nil {
		text := s.errorText(b.Err)
		message = &text
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	f := s.record(b)
	f.DurationMicros, f.Error = b.Duration.Microseconds(), message
	delete(s.places, batchKey{s.scope, b.Number})
}

// record returns the entry of a batch, with what is known of it already. The recorder is locked.
func (s scopeRecorder) record(b loader.Batch) *Fetched {
	key := batchKey{s.scope, b.Number}
	i, ok := s.places[key]
	if !ok {
		i = len(s.report.Fetches)
		if s.places == nil {
			s.places = make(map[batchKey]int)
		}
		s.places[key] = i
		s.report.Fetches = append(s.report.Fetches, Fetched{
			Source:      b.Source,
			Wave:        s.before + b.Wave,
			Keys:        b.Keys,
			StartMicros: b.Start.Sub(s.start).Microseconds(),
			Paths:       append([]string{}, b.Origins...), // [] for what a fetch asked for, not null
		})
		s.waves = max(s.waves, s.before+b.Wave)
	}
	f := &s.report.Fetches[i]
	f.Attempts = b.Attempts
	return f
}

// CacheHit counts keys that were in the cache already.
func (s scopeRecorder) CacheHit(_ string, n int) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.report.CacheHits += n
}
