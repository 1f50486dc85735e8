package loader_test

import (
	"context"
	"sync"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/clumpql/clumpql/loader"
)

// log is an Observer that notes of each wave what was sent: the source and the number of keys.
type log struct {
	mu    sync.Mutex
	waves []map[string]int
	calls int
}

func (l *log) BatchDone(b loader.Batch) {
	l.mu.Lock()
	defer l.mu.Unlock()
	for len(l.waves) < b.Wave {
		l.waves = append(l.waves, map[string]int{})
	}
	l.waves[b.Wave-1][b.Source] += b.Keys
	l.calls++
}

func (l *log) CacheHit(string, int) {}

type wave = map[string]int

// sends fails the test unless run sends exactly the waves, in a Scope with the plan of the key.
func sends(t *testing.T, plans *loader.Plans, key string, run func(context.Context), want ...wave) {
	t.Helper()
	var l log
	run(inScope(t, loader.WithPlan(plans, key), loader.WithObserver(&l)))
	if diff := cmp.Diff(want, l.waves); diff != "" {
		t.Errorf("waves (-want +got):\n%s", diff)
	}
}

// requires is a run of one clump, which must be defined.
func requires[T any](t *testing.T, c loader.Clump[T]) func(context.Context) {
	return func(ctx context.Context) {
		t.Helper()
		if _, err := c.Require(ctx); err != nil {
			t.Error(err)
		}
	}
}

// world is the sources of the plan's tests: each answers a key with ten times itself.
type world struct {
	recorder
	playlists, tracks, users, genres *loader.Source[int, int]
}

func newWorld() *world {
	w := &world{}
	w.playlists, w.tracks = w.source("playlists"), w.source("tracks")
	w.users, w.genres = w.source("users"), w.source("genres")
	return w
}

// playlist is a playlist with its creator, and with its tracks and theirs. In Clump's README the
// tracks are chained to the creator, and so come a wave later; here the two are joined.
func (w *world) playlist(id int) loader.Clump[int] {
	return loader.FlatMap(w.playlists.Get(id), func(v int) loader.Clump[int] {
		creator := w.users.Get(v)
		tracks := loader.Traverse([]int{v + 1, v + 2}, func(track int) loader.Clump[int] {
			return loader.FlatMap(w.tracks.Get(track), w.users.Get)
		})
		return first(creator, tracks)
	})
}

func first[A, B any](a loader.Clump[A], b loader.Clump[B]) loader.Clump[A] {
	return loader.Map(loader.Join(a, b), func(t loader.Tuple2[A, B]) A { return t.V1 })
}

var (
	playlistUnheld = []wave{{"playlists": 1}, {"users": 1, "tracks": 2}, {"users": 2}}
	playlistHeld   = []wave{{"playlists": 1}, {"tracks": 2}, {"users": 3}}
)
