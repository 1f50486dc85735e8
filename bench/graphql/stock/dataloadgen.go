package stock

import (
	"context"
	"time"

	"github.com/vikstrous/dataloadgen"

	"github.com/clumpql/clumpql/internal/catalogue"
)

// Dataloadgen makes loaders of vikstrous/dataloadgen.
func Dataloadgen(store *catalogue.Store, window time.Duration) func() *Loaders {
	return func() *Loaders {
		return &Loaders{
			Users:            generated(store.Users, window),
			Tracks:           generated(store.Tracks, window),
			Playlists:        generated(store.Playlists, window),
			CreatorPlaylists: generated(byPage(store.PlaylistsByCreator), window),
			PlaylistTracks:   generated(byPage(store.PlaylistTracks), window),
		}
	}
}

func generated[K comparable, V any](read fetch[K, V], window time.Duration) Loader[K, V] {
	return dataloadgen.NewLoader(func(ctx context.Context, keys []K) ([]V, []error) {
		found, err := read(ctx, keys)
		if err != nil {
			return nil, []error{err}
		}
		values := make([]V, len(keys))
		for i, k := range keys {
			values[i] = found[k]
		}
		return values, nil
	}, dataloadgen.WithWait(window), dataloadgen.WithBatchCapacity(batchSize))
}
