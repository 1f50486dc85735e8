package gqlexec

import (
	"context"
	"errors"
	"slices"

	"github.com/99designs/gqlgen/graphql"
	"github.com/vektah/gqlparser/v2/ast"
	"github.com/vektah/gqlparser/v2/gqlerror"

	"github.com/clumpql/clumpql/loader"
)

// errNull is what gqlgen says of a null that the schema does not allow, and errNullField what it says where that is the value of a
// field whose Go type is an interface.
var (
	errNull      = errors.New("the requested element is null which the schema does not allow")
	errNullField = errors.New("must not be null")
)

// run is the execution of one request. Its goroutine alone touches it.
type run struct {
	*answer // nil when the request is over

	schema    *ast.Schema
	operation *graphql.OperationContext
	plan      *operationPlan  // of what is selected
	plans     *loader.Plans   // of what is fetched
	hook      AroundColumn    // nil: none
	inline    bool            // directives that wait for no clump
	ctx       context.Context // with the Scope of the query, or of the mutation's root field that is being executed
	execution *loader.Execution
	scope     *loader.Scope // of the execution
	arrived   []flusher     // columns with values that no wave has completed yet
	nulled    bool          // the answer has no data, whatever the root fields hold
	stream    streamer      // what a subscription has begun
}

// runOperation executes the operation of ctx on the root object and returns the encoded data.
func runOperation(ctx context.Context, schema *Schema, root *Object[Root], serial bool) ([]byte, error) {
	r, s, err := schema.begin(ctx, root)
	defer r.finish()
	if err != nil {
		return nil, err
	}
	b := r.block(s.fields, places{})
	if err := r.fields(r.ctx, s, b, serial); err != nil {
		return nil, err
	}
	return r.encode(b), nil
}

// begin finds out what the operation of ctx selects on the root object. The run has to be finished, whatever the error.
func (s *Schema) begin(ctx context.Context, root *Object[Root]) (*run, *selection[Root], error) {
	ctx = graphql.WithFieldContext(ctx, &graphql.FieldContext{Object: root.Name})
	r := &run{
		answer: answers.Get().(*answer),
		schema: s.Parsed, operation: graphql.GetOperationContext(ctx), plans: s.Plans, hook: s.AroundColumn, ctx: ctx,
		inline: s.InlineDirectives,
	}
	r.plan = s.selections.plan(r.operation)
	selected, err := rootPlan(r, root)
	if err != nil {
		return r, nil, err
	}
	return r, newSelection(nil, selected), nil
}

// finish leaves the run's answer to the next request.
func (r *run) finish() {
	r.recycle()
	r.answer = nil
}

// encode returns the data, whose root is b.
func (r *run) encode(b block) []byte {
	var ok bool
	if room := roomFor(r.ctx); room != nil {
		buf := append((*room.buf)[:0], beforeData...)
		if buf, ok = r.appendBlock(buf, b, 0); !ok || r.nulled {
			buf = append(buf[:len(beforeData)], "null"...)
		}
		return room.fill(buf)
	}
	if r.encoded, ok = r.appendBlock(r.encoded, b, 0); !ok || r.nulled {
		return []byte("null")
	}
	return slices.Clone(r.encoded)
}

// fields executes the fields of the root: those of a query together in one Scope, those of a mutation one after the other,
// each in a Scope of its own, so that it sees what the one before it has changed.
func (r *run) fields(ctx context.Context, s *selection[Root], b block, serial bool) error {
	root := rootFields{run: r, selection: s, block: b, intercepted: interceptsRootFields(r.operation)}
	switch {
	case serial:
		return root.mutation(ctx)
	case root.intercepted:
		err := r.inScope(ctx, "", func() { root.query(r.ctx, 0) })
		if root.err != nil {
			err = root.err
		}
		return err
	}
	return r.inScope(ctx, "", func() { executeBlock(r, s, b, []Root{{}}) })
}

// inScope lets start begin columns in a new Scope and drives them to their end. The root field is that of a mutation.
func (r *run) inScope(ctx context.Context, rootField string, start func()) error {
	options := scopeOptions(ctx)
	if r.plans != nil {
		options = append(options, loader.WithPlan(r.plans, shape(r.operation, rootField)))
	}
	scope := loader.NewScope(options...)
	r.scope, r.ctx = scope, loader.WithScope(ctx, scope)
	r.execution = scope.Begin(r.ctx)
	defer scope.Close()
	defer r.execution.End()
	start()
	return r.drive()
}

// drive is the breadth-first loop: everything that has arrived is completed, which starts the clumps of the next level,
// before the execution waits; only that makes the Scope dispatch.
func (r *run) drive() error {
	for {
		r.execution.Advance()
		if len(r.arrived) > 0 {
			arrived := r.arrived
			r.arrived = nil
			for _, a := range arrived {
				a.flush()
			}
			continue
		}
		more, err := r.execution.Wait()
		if err != nil || !more {
			return err
		}
	}
}

// fail makes s null because of err, which the answer reports with the path and location of s.
func (r *run) fail(s Slot, err error) {
	steps := r.path(s)
	ctx := r.contextOf(steps)
	innermost(steps).errors++
	if list, ok := err.(gqlerror.List); ok { //nolint:errorlint // one that is wrapped is told as the error it is wrapped in
		for _, e := range list {
			addError(ctx, e)
		}
		return
	}
	addError(ctx, err)
}

// failClump is fail for the error of a clump. A panic in it is the panic of its field, as if the resolver itself had panicked, but
// the recover function gets the *loader.PanicError: its stack is the one that tells where.
func (r *run) failClump(s Slot, err error) {
	if p, ok := errors.AsType[*loader.PanicError](err); ok {
		r.panicked(s, p)
		return
	}
	r.fail(s, err)
}

func addError(ctx context.Context, err error) {
	if shared, ok := err.(*gqlerror.Error); ok { //nolint:errorlint // one that is wrapped cannot be replaced
		own := *shared // several slots may report it, each under its own path
		err = &own
	}
	graphql.AddError(ctx, graphql.AddFieldLocationToError(ctx, err))
}

// null leaves s without a value: no error where typ allows that.
func (r *run) null(s Slot, typ *ast.Type) {
	if typ.NonNull {
		r.failNull(s, errNull)
	}
}

// failNull is fail for a null, unless the resolver has told why by graphql.AddError. Within a list that has no index in its path, so it is
// not known whose null it is.
func (r *run) failNull(s Slot, err error) {
	steps := r.path(s)
	inList := slices.ContainsFunc(steps, func(st step) bool { return st.field == nil })
	if ctx := r.contextOf(steps); inList || !graphql.HasFieldError(ctx, graphql.GetFieldContext(ctx)) {
		r.fail(s, err)
	}
}

// nullField is null for the value of a field whose Go type is V.
func nullField[V any](r *run, s Slot, typ *ast.Type) {
	var none V
	if typ.NonNull && any(none) == nil { // V is an interface
		r.failNull(s, errNullField)
		return
	}
	r.null(s, typ)
}

func (r *run) panicked(s Slot, recovered any) {
	r.fail(s, r.operation.Recover(r.errorContext(s), recovered))
}

// errorContext returns a context whose gqlgen field contexts lead to s, indexes included. It is built only for an error, and for directives.
func (r *run) errorContext(s Slot) context.Context { return r.contextOf(r.path(s)) }

func (r *run) contextOf(steps []step) context.Context {
	ctx := steps[len(steps)-1].field.outer(r)
	var field *Field
	for _, st := range slices.Backward(steps) {
		fc := &graphql.FieldContext{IsMethod: true, IsResolver: true}
		if st.field != nil {
			field = st.field
		} else {
			fc.Index = &st.index
		}
		fc.Object, fc.Field, fc.Args = field.object, field.CollectedField, field.args // an element is located at the field of its list
		ctx = graphql.WithFieldContext(ctx, fc)
	}
	return ctx
}

// innermost returns the field that a path leads to, or to a value of.
func innermost(steps []step) *Field {
	for _, st := range steps {
		if st.field != nil {
			return st.field
		}
	}
	return nil
}
