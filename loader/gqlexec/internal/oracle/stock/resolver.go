// Package stock resolves the schema of package oracle by stock gqlgen.
package stock

import (
	"context"
	"sync/atomic"

	"github.com/clumpql/clumpql/loader/gqlexec/internal/oracle"
)

// Resolver resolves to the data of package oracle, blocking.
type Resolver struct{ counter atomic.Int64 }

func (r *Resolver) Query() QueryResolver       { return query{r} }
func (r *Resolver) Mutation() MutationResolver { return mutation{r} }
func (r *Resolver) Node() NodeResolver         { return node{} }
func (r *Resolver) Subscription() SubscriptionResolver {
	return oracle.Streams{}
}
func (r *Resolver) Book() BookResolver       { return book{} }
func (r *Resolver) Counter() CounterResolver { return counter{r} }

type query struct{ *Resolver }

func (query) Node(_ context.Context, id int) (*oracle.Node, error)       { return oracle.Find(id) }
func (query) StrictNode(_ context.Context, id int) (*oracle.Node, error) { return oracle.Find(id) }

func (query) Nodes(_ context.Context, ids []int) ([]*oracle.Node, error) {
	return oracle.FindAll(ids), nil
}

func (query) StrictNodes(_ context.Context, ids []int) ([]*oracle.Node, error) {
	return oracle.FindAll(ids), nil
}

func (query) Grid(_ context.Context, rows *int, columns int) ([][]*oracle.Node, error) {
	return oracle.Grid(value(rows), columns), nil
}

func (query) StrictGrid(_ context.Context, rows *int) ([][]*oracle.Node, error) {
	return oracle.Grid(value(rows), 2), nil
}

func (query) Echo(_ context.Context, in oracle.EchoInput) (string, error) { return oracle.Echo(in) }

func (query) EchoAll(_ context.Context, ins []*oracle.EchoInput, mood *oracle.Mood) ([]*string, error) {
	return oracle.EchoAll(ins, mood)
}

func (query) Sizes(_ context.Context, sizes []oracle.Size, size *oracle.Size) ([]oracle.Size, error) {
	return oracle.Sizes(sizes, size), nil
}

func (query) OneOf(_ context.Context, in oracle.OneInput) (*oracle.One, error) {
	return oracle.OneOf(&in), nil
}

func (query) OneOfAll(_ context.Context, ins []*oracle.OneInput, read *oracle.ReadInput) ([]*oracle.One, error) {
	return oracle.OneOfAll(ins, read), nil
}

func value(n *int) int {
	if n == nil {
		return 0
	}
	return *n
}

type mutation struct{ *Resolver }

func (m mutation) Add(_ context.Context, n int) (*oracle.Counter, error) {
	return &oracle.Counter{Value: int(m.counter.Add(int64(n)))}, nil
}

func (m mutation) AddOrFail(_ context.Context, n int) (*oracle.Counter, error) {
	return oracle.AddOrFail(&m.counter, n)
}

func (m mutation) MustAdd(_ context.Context, n int) (*oracle.Counter, error) {
	return oracle.AddOrFail(&m.counter, n)
}

type counter struct{ *Resolver }

func (c counter) Now(context.Context, *oracle.Counter) (int, error) {
	return int(c.counter.Load()), nil
}

type node struct{}

func (node) Next(_ context.Context, n *oracle.Node) (*oracle.Node, error) {
	return oracle.Find(n.Number + 1)
}

func (node) StrictNext(_ context.Context, n *oracle.Node) (*oracle.Node, error) {
	return oracle.Find(n.Number + 2)
}

func (node) Children(_ context.Context, n *oracle.Node, first *int) ([]*oracle.Node, error) {
	return oracle.Children(n, value(first))
}

func (node) MaybeChildren(_ context.Context, n *oracle.Node) ([]*oracle.Node, error) {
	return oracle.MaybeChildren(n), nil
}

func (node) Neighbours(_ context.Context, n *oracle.Node) ([][]*oracle.Node, error) {
	return oracle.Neighbours(n), nil
}

func (node) FetchedName(_ context.Context, n *oracle.Node, upper bool) (*string, error) {
	return oracle.FetchedName(n, upper)
}

func (node) StrictName(_ context.Context, n *oracle.Node) (string, error) {
	return oracle.StrictName(n)
}

func (node) StrictPlusOdd(_ context.Context, n *oracle.Node, odd oracle.Odd) (int, error) {
	return *n.PlusOdd(odd), nil
}
