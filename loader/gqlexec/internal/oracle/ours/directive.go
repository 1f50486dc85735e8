package ours

import (
	"context"

	"github.com/clumpql/clumpql/loader"
	"github.com/clumpql/clumpql/loader/gqlexec/internal/oracle"
)

func (r *Resolver) Directed() DirectedResolver { return directed{r} }

type directed struct{ *Resolver }

func (directed) Clump(_ context.Context, d *oracle.Directed) loader.Clump[*string] {
	return loader.Try(d.Clump)
}

func (directed) StrictClump(_ context.Context, d *oracle.Directed) loader.Clump[string] {
	return loader.Try(d.StrictClump)
}

func (r directed) Next(_ context.Context, d *oracle.Directed) loader.Clump[*oracle.Directed] {
	return r.directed.Get(d.Number + 1)
}

func findAllDirected(_ context.Context, numbers []int) (map[int]loader.Result[*oracle.Directed], error) {
	found := make(map[int]loader.Result[*oracle.Directed], len(numbers))
	for _, n := range numbers {
		d, err := try(func() (*oracle.Directed, error) { return oracle.FindDirected(n) })
		found[n] = loader.Result[*oracle.Directed]{Value: d, Err: err}
	}
	return found, nil
}

func (query) Directed(_ context.Context, ids []int) loader.Clump[[]*oracle.Directed] {
	return loader.Value(oracle.FindAllDirected(ids))
}

func (query) StrictDirected(_ context.Context, ids []int) loader.Clump[[]*oracle.Directed] {
	return loader.Value(oracle.FindAllDirected(ids))
}

func (query) Guarded(context.Context) loader.Clump[int]       { return loader.Value(1) }
func (query) MaybeGuarded(context.Context) loader.Clump[*int] { return loader.Value[*int](nil) }
func (query) Missing(context.Context) loader.Clump[*int]      { return loader.Value[*int](nil) }

func (query) Checked(_ context.Context, n *int, strict int, in *oracle.CheckedInput) loader.Clump[string] {
	return loader.Value(oracle.Checked(n, strict, in))
}

func (m mutation) CheckedAdd(ctx context.Context, n int) loader.Clump[*oracle.Counter] {
	return m.AddOrFail(ctx, n)
}

func (m mutation) GuardedAdd(ctx context.Context, n int) loader.Clump[*oracle.Counter] {
	return m.AddOrFail(ctx, n)
}
