package stock

import (
	"context"
	"errors"
	"time"

	"github.com/graph-gophers/dataloader/v7"

	"github.com/clumpql/clumpql/internal/catalogue"
)

// GraphGophers makes loaders of graph-gophers/dataloader.
func GraphGophers(store *catalogue.Store, window time.Duration) func() *Loaders {
	return func() *Loaders {
		return &Loaders{
			Users:            gopher(store.Users, window),
			Tracks:           gopher(store.Tracks, window),
			Playlists:        gopher(store.Playlists, window),
			CreatorPlaylists: gopher(byPage(store.PlaylistsByCreator), window),
			PlaylistTracks:   gopher(byPage(store.PlaylistTracks), window),
		}
	}
}

func gopher[K comparable, V any](read fetch[K, V], window time.Duration) Loader[K, V] {
	return gophers[K, V]{dataloader.NewBatchedLoader(func(ctx context.Context, keys []K) []*dataloader.Result[V] {
		found, err := read(ctx, keys)
		values := make([]dataloader.Result[V], len(keys))
		results := make([]*dataloader.Result[V], len(keys))
		for i, k := range keys {
			values[i] = dataloader.Result[V]{Data: found[k], Error: err}
			results[i] = &values[i]
		}
		return results
	}, dataloader.WithWait[K, V](window), dataloader.WithBatchCapacity[K, V](batchSize))}
}

type gophers[K comparable, V any] struct{ loader *dataloader.Loader[K, V] }

func (g gophers[K, V]) Load(ctx context.Context, key K) (V, error) { return g.loader.Load(ctx, key)() }

func (g gophers[K, V]) LoadAll(ctx context.Context, keys []K) ([]V, error) {
	values, errs := g.loader.LoadMany(ctx, keys)()
	return values, errors.Join(errs...)
}
