package stock

import (
	"context"
	"net/http"

	"github.com/clumpql/clumpql/internal/catalogue"
)

// batchSize is the most keys of a statement: clumpql's.
const batchSize = 1000

// Loader gathers keys for a while and then fetches them together. What is missing is the zero value.
type Loader[K comparable, V any] interface {
	Load(ctx context.Context, key K) (V, error)
	LoadAll(ctx context.Context, keys []K) ([]V, error)
}

// Loaders are those of one request.
type Loaders struct {
	Users            Loader[int64, *catalogue.User]
	Tracks           Loader[int64, *catalogue.Track]
	Playlists        Loader[int64, *catalogue.Playlist]
	CreatorPlaylists Loader[PageKey, catalogue.Slice[catalogue.Playlist]]
	PlaylistTracks   Loader[PageKey, catalogue.Slice[catalogue.Track]]
}

// PageKey names a page below a parent.
type PageKey struct {
	Page     catalogue.Page
	ParentID int64
}

// fetch reads many keys in one statement. Keys without a value are missing from the map.
type fetch[K comparable, V any] func(context.Context, []K) (map[K]V, error)

// byPage makes a fetch of what reads the same page of many parents: a statement for each page that is among the keys.
func byPage[V any](read func(context.Context, catalogue.Page, []int64) (map[int64]V, error)) fetch[PageKey, V] {
	return func(ctx context.Context, keys []PageKey) (map[PageKey]V, error) {
		parents := make(map[catalogue.Page][]int64, 1)
		for _, k := range keys {
			parents[k.Page] = append(parents[k.Page], k.ParentID)
		}
		found := make(map[PageKey]V, len(keys))
		for page, ids := range parents {
			values, err := read(ctx, page, ids)
			if err != nil {
				return nil, err
			}
			for id, v := range values {
				found[PageKey{page, id}] = v
			}
		}
		return found, nil
	}
}

type loadersKey struct{}

// WithLoaders gives each request loaders of its own.
func WithLoaders(newLoaders func() *Loaders, next http.Handler) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		next.ServeHTTP(w, r.WithContext(context.WithValue(r.Context(), loadersKey{}, newLoaders())))
	})
}

func loaders(ctx context.Context) *Loaders { return ctx.Value(loadersKey{}).(*Loaders) }
