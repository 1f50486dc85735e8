package loader

// Option is a value that may be missing.
type Option[T any] struct {
	Value   T
	Defined bool
}

// Optional is always defined unless c fails: with an Option that says whether c is. It turns the
// inner join of a composition into an outer one.
func Optional[T any](c Clump[T]) Clump[Option[T]] {
	return Clump[Option[T]]{n: &optional[T]{c}}
}

type optional[T any] struct {
	in Clump[T]
}

func (o *optional[T]) start(x *Execution, _ word, to port[Option[T]])  { begin(x, o, to) }
func (*optional[T]) peek(*Scope, word) (o outcome[Option[T]], ok bool) { return o, false }
func (o *optional[T]) input() Clump[T]                                 { return o.in }

func (o *optional[T]) apply(x *Execution, in outcome[T], to port[Option[T]]) {
	if in.err != nil {
		to.receive(x, failed[Option[T]](in.err))
		return
	}
	to.receive(x, defined(Option[T]{in.value, in.defined}))
}

// OrElse is c where it is defined, else the alternative, which is fetched only then.
func (c Clump[T]) OrElse(alternative Clump[T]) Clump[T] {
	return Clump[T]{n: &orElse[T]{c, alternative}}
}

// OrDefault is c where it is defined, else v.
func (c Clump[T]) OrDefault(v T) Clump[T] { return c.OrElse(Value(v)) }

type orElse[T any] struct {
	in, alternative Clump[T]
}

func (o *orElse[T]) start(x *Execution, _ word, to port[T])  { begin(x, o, to) }
func (*orElse[T]) peek(*Scope, word) (o outcome[T], ok bool) { return o, false }
func (o *orElse[T]) input() Clump[T]                         { return o.in }

func (o *orElse[T]) apply(x *Execution, in outcome[T], to port[T]) {
	if in.defined || in.err != nil {
		to.receive(x, in)
		return
	}
	o.alternative.start(x, to)
}
