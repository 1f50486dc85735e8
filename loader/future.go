package loader

import "context"

// Future is the clump of what f returns: the bridge to a service without batches. f runs on a
// goroutine of its own, at most once a Scope however often the clump is used. It is started when an
// execution that has come to it has run all else that it can, and does not wait for a dispatch. Its
// context has the values of that execution's and ends when nobody waits for it any more; then the
// clump has failed with context.Canceled for the rest of the Scope. ErrNotFound is an error here like
// any other.
//
// Under Rounds a Future on its way holds back the dispatch as a fetch does: what comes after it may
// have more to ask for.
func Future[T any](f func(context.Context) (T, error)) Clump[T] {
	return Clump[T]{n: &future[T]{f}}
}

type future[T any] struct {
	f func(context.Context) (T, error)
}

func (f *future[T]) start(x *Execution, _ word, to port[T]) {
	x.ask(&askingFuture[T]{waiter[T]{root: x.root, to: to}, f})
}

func (*future[T]) peek(*Scope, word) (o outcome[T], ok bool) { return o, false }

// askingFuture is a Future on its way to the Scope.
type askingFuture[T any] struct {
	waiter[T]
	future *future[T]
}

func (a *askingFuture[T]) ask(x *Execution) {
	s := x.scope
	run, known := s.futures[a.future].(*futureRun[T])
	if !known {
		run = &futureRun[T]{future: a.future}
		if s.futures == nil {
			s.futures = make(map[any]any)
		}
		s.futures[a.future] = run
		run.takeOff(x.ctx, s, run)
		go call(run.get, run.arrive)
	}
	if s.foresight != nil {
		s.foresight.note(a.root) // what it comes behind must not be held: it would start later
	}
	run.join(&a.waiter)
}

func (a *askingFuture[T]) refuse(error) {} // asking for it can not panic

// futureRun is a Future in a Scope, started.
type futureRun[T any] struct {
	*future[T]
	flight
	cell[T]
}

func (r *futureRun[T]) get() (T, error) { return r.f(&r.ctx) }

func (r *futureRun[T]) arrive(v T, err error) {
	s := r.scope
	s.mu.Lock()
	defer s.mu.Unlock()
	if r.land() {
		out := defined(v)
		if err != nil {
			out = failed[T](err)
		}
		r.put(out)
		r.settle()
	}
	s.dispatch()
}

func (r *futureRun[T]) abandon() {
	r.put(failed[T](context.Canceled))
	r.settle()
}
