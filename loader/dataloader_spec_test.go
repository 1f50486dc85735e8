package loader_test

import (
	"context"
	"errors"
	"slices"
	"sync"
	"testing"

	"github.com/google/go-cmp/cmp"
	"github.com/google/go-cmp/cmp/cmpopts"

	"github.com/clumpql/clumpql/loader"
)

// The cases of facebook/dataloader's dataloader.test.js, under their names. Left out, because there
// is nothing of the kind here: what is about "this" and promises, disabled batching and caching,
// cache maps and cache key functions of one's own, custom schedulers, and priming with an error.
//
// One case ends otherwise: there prime "does not prime keys that already exist"; here Prime replaces
// what is cached, so that its steps are those of "allows forcefully priming the cache". Keys told
// apart by a cache key function there are structs here, which are equal when their fields are.

// idLoader is a source that has every key under itself, in a Scope of its own; bad keys fail.
type idLoader struct {
	t      *testing.T
	ctx    context.Context
	source *loader.Source[string, string]
	before func() // of each call

	mu    sync.Mutex
	calls [][]string
}

func newIDLoader(t *testing.T, opts ...loader.SourceOption) *idLoader {
	l := &idLoader{t: t, ctx: inScope(t), before: func() {}}
	l.source = loader.NewSource("identity", l.fetch, opts...)
	return l
}

func (l *idLoader) fetch(_ context.Context, keys []string) (map[string]loader.Result[string], error) {
	l.before()
	l.mu.Lock()
	defer l.mu.Unlock()
	l.calls = append(l.calls, keys)
	found := make(map[string]loader.Result[string])
	for _, k := range keys {
		switch k {
		case "bad":
			found[k] = loader.Result[string]{Err: errState}
		case "terrible":
			return nil, errPointer
		default:
			found[k] = loader.Result[string]{Value: k}
		}
	}
	return found, nil
}

// load gets the keys together, and fails the test unless each comes to itself.
func (l *idLoader) load(keys ...string) {
	l.t.Helper()
	l.becomes(keys, keys)
}

func (l *idLoader) becomes(keys, want []string) {
	l.t.Helper()
	got, err := loader.List(l.ctx, loader.Traverse(keys, l.source.Get))
	if diff := cmp.Diff(want, got); diff != "" || err != nil {
		l.t.Errorf("error %v, values (-want +got):\n%s", err, diff)
	}
}

func (l *idLoader) failsWith(key string, want error) {
	l.t.Helper()
	if _, err := l.source.Get(key).Require(l.ctx); !errors.Is(err, want) {
		l.t.Errorf("key %s: %v, want %v", key, err, want)
	}
}

// called fails the test unless these were the calls; those of one wave come in any order.
func (l *idLoader) called(want ...[]string) {
	l.t.Helper()
	slices.SortFunc(want, slices.Compare)
	slices.SortFunc(l.calls, slices.Compare)
	if diff := cmp.Diff(want, l.calls); diff != "" {
		l.t.Errorf("calls (-want +got):\n%s", diff)
	}
}

func TestDataLoaderPrimaryAPI(t *testing.T) {
	type keys = []string
	for name, test := range map[string]struct {
		size  int
		loads []keys
		calls []keys
	}{
		"builds a really really simple data loader":          {100, []keys{{"1"}}, []keys{{"1"}}},
		"supports loading multiple keys in one call":         {100, []keys{{"1", "2"}, {}}, []keys{{"1", "2"}}},
		"batches multiple requests":                          {100, []keys{{"1", "2"}}, []keys{{"1", "2"}}},
		"batches multiple requests with max batch sizes":     {2, []keys{{"1", "2", "3"}}, []keys{{"1", "2"}, {"3"}}},
		"applies maxBatchSize correctly with duplicate keys": {3, []keys{{"a", "b", "a", "a", "a", "b", "c"}}, []keys{{"a", "b", "c"}}},
		"coalesces identical requests":                       {100, []keys{{"1", "1"}}, []keys{{"1"}}},
		"coalesces identical requests across sized batches":  {2, []keys{{"1", "2", "1", "3"}}, []keys{{"1", "2"}, {"3"}}},
		"caches repeated requests":                           {100, []keys{{"A", "B"}, {"A", "C"}, {"A", "B", "C"}}, []keys{{"A", "B"}, {"C"}}},
	} {
		t.Run(name, func(t *testing.T) {
			l := newIDLoader(t, loader.MaxBatchSize(test.size))
			for _, keys := range test.loads {
				l.load(keys...)
			}
			l.called(test.calls...)
		})
	}
}

func TestDataLoaderPrimaryAPIErrorsAndNames(t *testing.T) {
	t.Run("supports loading multiple keys in one call with errors", func(t *testing.T) {
		l := newIDLoader(t)
		type result = loader.Result[string]
		got, err := loader.Traverse([]string{"a", "b", "bad"}, func(key string) loader.Clump[result] {
			return loader.Map(l.source.Get(key), func(v string) result { return result{Value: v} }).
				Handle(func(err error) (result, bool) { return result{Err: err}, true })
		}).Require(l.ctx)
		if diff := cmp.Diff([]result{{Value: "a"}, {Value: "b"}, {Err: errState}}, got, cmpopts.EquateErrors()); diff != "" || err != nil {
			t.Errorf("error %v, values (-want +got):\n%s", err, diff)
		}
		l.called([]string{"a", "b", "bad"})
	})
	t.Run("allows giving the loader a name", func(t *testing.T) { // which an Observer is told
		for _, name := range []string{"", "Some name"} {
			var o observed
			var r recorder
			if v, err := r.source(name).Get(1).Require(inScope(t, loader.WithObserver(&o))); v != 10 || err != nil {
				t.Errorf("got %v, %v", v, err)
			}
			o.told(t, loader.Batch{Source: name, Wave: 1, Keys: 1, Attempts: 1})
		}
	})
}

func TestDataLoaderCache(t *testing.T) {
	t.Run("batches cached requests", func(t *testing.T) {
		l := newIDLoader(t)
		l.source.Prime(l.ctx, "1", "1")
		l.load("1", "2")
		l.called([]string{"2"})
	})
	t.Run("max batch size respects cached results", func(t *testing.T) {
		l := newIDLoader(t, loader.MaxBatchSize(1))
		l.source.Prime(l.ctx, "1", "1")
		l.load("1", "2")
		l.called([]string{"2"})
	})
	t.Run("clears single value in loader", func(t *testing.T) {
		l := newIDLoader(t)
		l.load("A", "B")
		l.source.Clear(l.ctx, "A")
		l.load("A", "B")
		l.called([]string{"A", "B"}, []string{"A"})
	})
	t.Run("clears all values in loader", func(t *testing.T) {
		l := newIDLoader(t)
		l.load("A", "B")
		l.source.Clear(l.ctx)
		l.load("A", "B")
		l.called([]string{"A", "B"}, []string{"A", "B"})
	})
	t.Run("allows priming the cache", func(t *testing.T) {
		l := newIDLoader(t)
		l.source.Prime(l.ctx, "A", "A")
		l.load("A", "B")
		l.called([]string{"B"})
	})
	t.Run("allows forcefully priming the cache", func(t *testing.T) { // here every Prime is: there it takes a clear
		l := newIDLoader(t)
		l.source.Prime(l.ctx, "A", "X")
		l.becomes([]string{"A", "B"}, []string{"X", "B"})
		l.source.Prime(l.ctx, "A", "Y")
		l.source.Prime(l.ctx, "B", "Y")
		l.becomes([]string{"A", "B"}, []string{"Y", "Y"})
		l.called([]string{"B"})
	})
	t.Run("Complex cache behavior via clearAll()", func(t *testing.T) {
		l := newIDLoader(t)
		l.before = func() { l.source.Clear(l.ctx) }
		l.load("A", "B", "A")
		l.load("A", "B", "A")
		l.called([]string{"A", "B"}, []string{"A", "B"})
	})
}

func TestDataLoaderRepresentsErrors(t *testing.T) {
	t.Run("Resolves to error to indicate failure", func(t *testing.T) {
		l := newIDLoader(t)
		l.failsWith("bad", errState)
		l.load("2")
		l.called([]string{"2"}, []string{"bad"})
	})
	t.Run("Can represent failures and successes simultaneously", func(t *testing.T) {
		l := newIDLoader(t)
		got, err := loader.Collect(l.source.Get("bad").Handle(func(err error) (string, bool) {
			return "handled", errors.Is(err, errState)
		}), l.source.Get("2")).Require(l.ctx)
		if !slices.Equal(got, []string{"handled", "2"}) || err != nil {
			t.Errorf("got %v, %v", got, err)
		}
		l.called([]string{"bad", "2"})
	})
	t.Run("Caches failed fetches", func(t *testing.T) {
		l := newIDLoader(t)
		l.failsWith("bad", errState)
		l.failsWith("bad", errState)
		l.called([]string{"bad"})
	})
	t.Run("Can clear values from cache after errors", func(t *testing.T) {
		l := newIDLoader(t)
		l.failsWith("bad", errState)
		l.source.Clear(l.ctx, "bad")
		l.failsWith("bad", errState)
		l.called([]string{"bad"}, []string{"bad"})
	})
	t.Run("Propagates error to all loads", func(t *testing.T) {
		l := newIDLoader(t)
		why := func(key string) loader.Clump[error] {
			return loader.Map(l.source.Get(key), func(string) error { return nil }).Handle(func(err error) (error, bool) { return err, true })
		}
		got, err := loader.Collect(why("1"), why("terrible")).Require(l.ctx)
		if err != nil || len(got) != 2 || !errors.Is(got[0], errPointer) || !errors.Is(got[1], errPointer) {
			t.Errorf("got %v, %v", got, err)
		}
		l.called([]string{"1", "terrible"})
	})
}

func TestDataLoaderAcceptsAnyKindOfKey(t *testing.T) {
	t.Run("Accepts objects as keys", func(t *testing.T) {
		type object struct{ n int } // told apart by its address, not by what is in it
		var calls [][]*object
		s := loader.NewSource("objects", loader.FromZip(func(_ context.Context, keys []*object) ([]*object, error) {
			calls = append(calls, keys)
			return keys, nil
		}))
		a, b, ctx := &object{1}, &object{1}, inScope(t)
		load := func() {
			t.Helper()
			if got, err := s.GetAll([]*object{a, b, a}).Require(ctx); err != nil || !slices.Equal(got, []*object{a, b, a}) {
				t.Errorf("got %v, %v", got, err)
			}
		}
		load()
		load()
		s.Clear(ctx, a)
		load()
		if len(calls) != 2 || !slices.Equal(calls[0], []*object{a, b}) || !slices.Equal(calls[1], []*object{a}) {
			t.Errorf("calls %v, want one of both, then one of the cleared", calls)
		}
	})
}

func TestDataLoaderAcceptsObjectKeysInCustomCacheKeyFunction(t *testing.T) {
	type object struct {
		ID   int
		Name string
	}
	key1, key2 := object{123, "a"}, object{Name: "a", ID: 123}
	for name, test := range map[string]struct {
		between func(ctx context.Context, s *loader.Source[object, object])
		calls   [][]object
	}{
		"Accepts objects with a complex key": {func(context.Context, *loader.Source[object, object]) {}, [][]object{{key1}}},
		"Clears objects with complex key": {func(ctx context.Context, s *loader.Source[object, object]) {
			s.Clear(ctx, key2)
		}, [][]object{{key1}, {key1}}},
		"an object that differs in a field clears nothing": {func(ctx context.Context, s *loader.Source[object, object]) {
			s.Clear(ctx, object{123, "b"})
		}, [][]object{{key1}}},
	} {
		t.Run(name, func(t *testing.T) {
			var calls [][]object
			ctx := inScope(t)
			s := loader.NewSource("objects", loader.FromZip(func(_ context.Context, keys []object) ([]object, error) {
				calls = append(calls, keys)
				return keys, nil
			}))
			for i, key := range []object{key1, key2} {
				if i == 1 {
					test.between(ctx, s)
				}
				if got, err := s.Get(key).Require(ctx); got != key1 || err != nil {
					t.Errorf("got %v, %v", got, err)
				}
			}
			if diff := cmp.Diff(test.calls, calls); diff != "" {
				t.Errorf("calls (-want +got):\n%s", diff)
			}
		})
	}
}

func TestDataLoaderIsResilientToJobQueueOrdering(t *testing.T) {
	t.Run("batches loads occurring within promises", func(t *testing.T) {
		l := newIDLoader(t)
		later := func(c loader.Clump[string], key string) loader.Clump[string] {
			return first(l.source.Get(key), loader.FlatMap(loader.Value(0), func(int) loader.Clump[string] { return c }))
		}
		if v, err := later(later(later(l.source.Get("D"), "C"), "B"), "A").Require(l.ctx); v != "A" || err != nil {
			t.Errorf("got %v, %v", v, err)
		}
		l.called([]string{"A", "B", "C", "D"})
	})
	t.Run("can call a loader from a loader", func(t *testing.T) {
		deep := newIDLoader(t)
		from := func(calls *[][]string) *loader.Source[string, string] {
			return loader.NewSource("outer", loader.FromZip(func(ctx context.Context, keys []string) ([]string, error) {
				*calls = append(*calls, keys) // there is one: a second at the same time would be a race
				return deep.source.GetAll(keys).Require(ctx)
			}))
		}
		var aCalls, bCalls [][]string
		a, b := from(&aCalls), from(&bCalls)
		got, err := loader.Collect(a.Get("A1"), b.Get("B1"), a.Get("A2"), b.Get("B2")).Require(deep.ctx)
		if !slices.Equal(got, []string{"A1", "B1", "A2", "B2"}) || err != nil {
			t.Errorf("got %v, %v", got, err)
		}
		if diff := cmp.Diff([][][]string{{{"A1", "A2"}}, {{"B1", "B2"}}}, [][][]string{aCalls, bCalls}); diff != "" {
			t.Errorf("calls of a and b (-want +got):\n%s", diff)
		}
		for _, call := range deep.calls {
			slices.Sort(call) // whose fetch asks first is open
		}
		deep.called([]string{"A1", "A2", "B1", "B2"})
	})
}
