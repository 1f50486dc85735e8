package stock

import (
	"context"

	"github.com/clumpql/clumpql/loader/gqlexec/internal/oracle"
)

func (r *Resolver) Directed() DirectedResolver { return directed{} }

type directed struct{}

func (directed) Clump(_ context.Context, d *oracle.Directed) (*string, error) { return d.Clump() }

func (directed) StrictClump(_ context.Context, d *oracle.Directed) (string, error) {
	return d.StrictClump()
}

func (directed) Next(_ context.Context, d *oracle.Directed) (*oracle.Directed, error) {
	return d.FindNext()
}

func (query) Directed(_ context.Context, ids []int) ([]*oracle.Directed, error) {
	return oracle.FindAllDirected(ids), nil
}

func (query) StrictDirected(_ context.Context, ids []int) ([]*oracle.Directed, error) {
	return oracle.FindAllDirected(ids), nil
}

func (query) Guarded(context.Context) (int, error)       { return 1, nil }
func (query) MaybeGuarded(context.Context) (*int, error) { return nil, nil }
func (query) Missing(context.Context) (*int, error)      { return nil, nil }

func (query) Checked(_ context.Context, n *int, strict int, in *oracle.CheckedInput) (string, error) {
	return oracle.Checked(n, strict, in), nil
}

func (m mutation) CheckedAdd(ctx context.Context, n int) (*oracle.Counter, error) {
	return m.AddOrFail(ctx, n)
}

func (m mutation) GuardedAdd(ctx context.Context, n int) (*oracle.Counter, error) {
	return m.AddOrFail(ctx, n)
}
