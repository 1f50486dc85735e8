// Package ours resolves the schema of package oracle by gqlexec.
package ours

import (
	"context"
	"sync/atomic"

	"github.com/clumpql/clumpql/loader"
	"github.com/clumpql/clumpql/loader/gqlexec/internal/oracle"
)

// Resolver resolves to the data of package oracle through clumps.
type Resolver struct {
	counter  atomic.Int64
	nodes    *loader.Source[int, *oracle.Node]
	named    *loader.Source[int, oracle.Named]
	directed *loader.Source[int, *oracle.Directed]
}

// NewResolver returns a Resolver whose counter is 0.
func NewResolver() *Resolver {
	return &Resolver{
		nodes:    loader.NewSource("nodes", findAll),
		named:    loader.NewSource("named", findAllNamed),
		directed: loader.NewSource("directed", findAllDirected),
	}
}

// findAll is a batch of Find: what that panics for, the batch as a whole must not.
func findAll(_ context.Context, numbers []int) (map[int]loader.Result[*oracle.Node], error) {
	found := make(map[int]loader.Result[*oracle.Node], len(numbers))
	for _, n := range numbers {
		node, err := try(func() (*oracle.Node, error) { return oracle.Find(n) })
		found[n] = loader.Result[*oracle.Node]{Value: node, Err: err}
	}
	return found, nil
}

func try[T any](f func() (T, error)) (v T, err error) {
	defer func() {
		if r := recover(); r != nil {
			err = &loader.PanicError{Value: r}
		}
	}()
	return f()
}

func (r *Resolver) Query() QueryResolver       { return query{r} }
func (r *Resolver) Mutation() MutationResolver { return mutation{r} }
func (r *Resolver) Node() NodeResolver         { return node{r} }
func (r *Resolver) Subscription() SubscriptionResolver {
	return oracle.Streams{}
}
func (r *Resolver) Book() BookResolver       { return book{r} }
func (r *Resolver) Counter() CounterResolver { return counter{r} }

type query struct{ *Resolver }

func (q query) Node(_ context.Context, id int) loader.Clump[*oracle.Node] { return q.nodes.Get(id) }

func (q query) StrictNode(_ context.Context, id int) loader.Clump[*oracle.Node] {
	return q.nodes.Get(id)
}

func (query) Nodes(_ context.Context, ids []int) loader.Clump[[]*oracle.Node] {
	return loader.Value(oracle.FindAll(ids))
}

func (query) StrictNodes(_ context.Context, ids []int) loader.Clump[[]*oracle.Node] {
	return loader.Value(oracle.FindAll(ids))
}

func (query) Grid(_ context.Context, rows *int, columns int) loader.Clump[[][]*oracle.Node] {
	return loader.Value(oracle.Grid(value(rows), columns))
}

func (query) StrictGrid(_ context.Context, rows *int) loader.Clump[[][]*oracle.Node] {
	return loader.Value(oracle.Grid(value(rows), 2))
}

func (query) Echo(_ context.Context, in oracle.EchoInput) loader.Clump[string] {
	return loader.Try(func() (string, error) { return oracle.Echo(in) })
}

func (query) EchoAll(_ context.Context, ins []*oracle.EchoInput, mood *oracle.Mood) loader.Clump[[]*string] {
	return loader.Try(func() ([]*string, error) { return oracle.EchoAll(ins, mood) })
}

func (query) Sizes(_ context.Context, sizes []oracle.Size, size *oracle.Size) loader.Clump[[]oracle.Size] {
	return loader.Value(oracle.Sizes(sizes, size))
}

func (query) OneOf(_ context.Context, in oracle.OneInput) loader.Clump[*oracle.One] {
	return loader.Value(oracle.OneOf(&in))
}

func (query) OneOfAll(_ context.Context, ins []*oracle.OneInput, read *oracle.ReadInput) loader.Clump[[]*oracle.One] {
	return loader.Value(oracle.OneOfAll(ins, read))
}

func value(n *int) int {
	if n == nil {
		return 0
	}
	return *n
}

type mutation struct{ *Resolver }

func (m mutation) Add(_ context.Context, n int) loader.Clump[*oracle.Counter] {
	return loader.Future(func(context.Context) (*oracle.Counter, error) {
		return &oracle.Counter{Value: int(m.counter.Add(int64(n)))}, nil
	})
}

func (m mutation) AddOrFail(_ context.Context, n int) loader.Clump[*oracle.Counter] {
	return loader.Future(func(context.Context) (*oracle.Counter, error) { return oracle.AddOrFail(&m.counter, n) })
}

func (m mutation) MustAdd(ctx context.Context, n int) loader.Clump[*oracle.Counter] {
	return m.AddOrFail(ctx, n)
}

type counter struct{ *Resolver }

func (c counter) Now(context.Context, *oracle.Counter) loader.Clump[int] {
	return loader.Try(func() (int, error) { return int(c.counter.Load()), nil })
}

type node struct{ *Resolver }

func (r node) Next(_ context.Context, n *oracle.Node) loader.Clump[*oracle.Node] {
	return r.nodes.Get(n.Number + 1)
}

func (r node) StrictNext(_ context.Context, n *oracle.Node) loader.Clump[*oracle.Node] {
	return r.nodes.Get(n.Number + 2)
}

func (node) Children(_ context.Context, n *oracle.Node, first *int) loader.Clump[[]*oracle.Node] {
	return loader.Try(func() ([]*oracle.Node, error) { return oracle.Children(n, value(first)) })
}

func (node) MaybeChildren(_ context.Context, n *oracle.Node) loader.Clump[[]*oracle.Node] {
	return loader.Value(oracle.MaybeChildren(n))
}

func (node) Neighbours(_ context.Context, n *oracle.Node) loader.Clump[[][]*oracle.Node] {
	return loader.Value(oracle.Neighbours(n))
}

func (node) FetchedName(_ context.Context, n *oracle.Node, upper bool) loader.Clump[*string] {
	return loader.Try(func() (*string, error) { return oracle.FetchedName(n, upper) })
}

func (node) StrictName(_ context.Context, n *oracle.Node) loader.Clump[string] {
	return loader.Try(func() (string, error) { return oracle.StrictName(n) })
}

func (node) StrictPlusOdd(_ context.Context, n *oracle.Node, odd oracle.Odd) loader.Clump[int] {
	return loader.Value(*n.PlusOdd(odd))
}
