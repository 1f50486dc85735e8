package gqlexec

import (
	"context"

	"github.com/clumpql/clumpql/loader"
)

// Future is [loader.Future] within a resolver: what f gets as context has the values of ctx, which is the resolver's, so that gqlgen's
// functions for the field and its selection work in it, and what interceptors have added is there; it ends, as that of any Future, when
// nobody waits for f any more. It makes what blocked in gqlgen's executor a clump as it is:
//
//	func (r queryResolver) Rate(ctx context.Context, currency string) loader.Clump[float64] {
//		return gqlexec.Future(ctx, func(ctx context.Context) (float64, error) { return r.bank.Rate(ctx, currency) })
//	}
func Future[T any](ctx context.Context, f func(context.Context) (T, error)) loader.Clump[T] {
	return loader.Future(func(execution context.Context) (T, error) { return f(valuesOf{execution, ctx}) })
}
