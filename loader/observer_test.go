package loader_test

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"sync"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"github.com/google/go-cmp/cmp/cmpopts"

	"github.com/clumpql/clumpql/loader"
)

// observed is an Observer that keeps everything.
type observed struct {
	mu      sync.Mutex
	batches []loader.Batch
	hits    map[string]int
}

func (o *observed) BatchDone(b loader.Batch) {
	o.mu.Lock()
	defer o.mu.Unlock()
	o.batches = append(o.batches, b)
}

func (o *observed) CacheHit(source string, n int) {
	o.mu.Lock()
	defer o.mu.Unlock()
	if o.hits == nil {
		o.hits = make(map[string]int)
	}
	o.hits[source] += n
}

// told fails the test unless the observer was told of these batches, in any order.
func (o *observed) told(t *testing.T, want ...loader.Batch) {
	t.Helper()
	o.mu.Lock()
	defer o.mu.Unlock()
	for _, b := range o.batches {
		if b.Start.IsZero() || b.Duration < 0 || b.Duration > time.Minute {
			t.Errorf("%s: start %v, duration %v", b.Source, b.Start, b.Duration)
		}
	}
	diff := cmp.Diff(want, o.batches, cmpopts.IgnoreFields(loader.Batch{}, "Number", "Start", "Duration"), cmpopts.EquateErrors(),
		cmpopts.SortSlices(func(a, b loader.Batch) bool { return fmt.Sprint(a.Wave, a.Source) < fmt.Sprint(b.Wave, b.Source) }))
	if diff != "" {
		t.Errorf("batches (-want +got):\n%s", diff)
	}
}

func TestObserverIsToldOfEveryBatchAndHit(t *testing.T) {
	var o observed
	var r recorder
	tracks, users := r.source("tracks"), r.source("users", loader.MaxBatchSize(2))
	broken := loader.NewSource("broken", loader.FromMap(func(context.Context, []int) (map[int]int, error) { return nil, errState }),
		loader.MaxRetries(always(2)))
	ctx := inScope(t, loader.WithObserver(&o))
	creator := func(tr int) loader.Clump[int] { return users.Get(tr / 20) }
	c := loader.Traverse([]int{1, 2, 3, 4, 5, 6, 1}, func(k int) loader.Clump[int] {
		return loader.FlatMap(tracks.Get(k), creator)
	})
	if _, err := loader.Join(c, broken.Get(1).Fallback(0)).Require(ctx); err != nil {
		t.Fatal(err)
	}
	o.told(t,
		loader.Batch{Source: "broken", Wave: 1, Keys: 1, Attempts: 3, Err: errState},
		loader.Batch{Source: "tracks", Wave: 1, Keys: 6, Attempts: 1},
		loader.Batch{Source: "users", Wave: 2, Keys: 2, Attempts: 1}, // creators 0, 1
		loader.Batch{Source: "users", Wave: 2, Keys: 2, Attempts: 1}, // creators 2, 3
	)
	if diff := cmp.Diff(map[string]int{"tracks": 1, "users": 3}, o.hits); diff != "" {
		t.Errorf("hits (-want +got):\n%s", diff)
	}
}

func TestObserverLearnsOrigins(t *testing.T) {
	var o observed
	var r recorder
	s, next := r.source("s"), r.source("next")
	scope := loader.NewScope(loader.WithObserver(&o))
	x := scope.Begin(t.Context())
	defer x.End()
	ignore := func(int, bool, error) {}
	loader.Start(x, s.Get(1), "tracks", ignore)
	loader.Start(x, s.Get(1), "tracks", ignore)
	loader.Start(x, s.Get(2), "", ignore)
	loader.Start(x, s.Get(3), "users", ignore)
	loader.Start(x, loader.FlatMap(s.Get(1), next.Get), "playlists", ignore) // origins go with the chain
	loader.StartEach(x, []loader.Clump[int]{s.Get(4), s.Get(1)}, "each", func(int, int, bool, error) {})
	if err := x.Drive(); err != nil {
		t.Fatal(err)
	}
	o.told(t,
		loader.Batch{Source: "s", Wave: 1, Keys: 4, Attempts: 1, Origins: []string{"tracks", "users", "each", "playlists"}},
		loader.Batch{Source: "next", Wave: 2, Keys: 1, Attempts: 1, Origins: []string{"playlists"}},
	)
}

func TestObserverOriginsAreBounded(t *testing.T) {
	var o observed
	var r recorder
	s := r.source("s")
	x := loader.NewScope(loader.WithObserver(&o)).Begin(t.Context())
	defer x.End()
	for i := range 40 {
		loader.Start(x, s.Get(i), fmt.Sprint(i), func(int, bool, error) {})
	}
	if err := x.Drive(); err != nil {
		t.Fatal(err)
	}
	if got := o.batches[0].Origins; len(got) != 16 || got[0] != "0" || got[15] != "15" {
		t.Errorf("origins %v, want the first 16", got)
	}
}

func TestObserverKnowsEveryBatchWhenGetReturns(t *testing.T) {
	for range 500 {
		var o observed
		var r recorder
		if _, err := r.source("s").Get(1).Require(inScope(t, loader.WithObserver(&o))); err != nil {
			t.Fatal(err)
		}
		if len(o.batches) != 1 { // without the lock: under -race this also shows that BatchDone is over
			t.Fatalf("told of %d batches, want 1", len(o.batches))
		}
	}
}

type panickingObserver struct{ observed }

func (*panickingObserver) BatchDone(loader.Batch) { panic(errState) }

func TestObserverThatPanicsFailsTheBatch(t *testing.T) {
	var r recorder
	s := r.source("s")
	ctx := inScope(t, loader.WithObserver(new(panickingObserver)))
	if _, err := s.Get(1).Require(ctx); !errors.Is(err, errState) {
		t.Errorf("got %v", err)
	}
}

func TestWavesAreCountedByTheScope(t *testing.T) {
	var o observed
	var r recorder
	s := r.source("s")
	ctx := inScope(t, loader.WithObserver(&o))
	for _, k := range []int{1, 1, 2, 2, 3} { // those that find everything cached send nothing
		if _, err := s.Get(k).Require(ctx); err != nil {
			t.Fatal(err)
		}
	}
	var waves []int
	for _, b := range o.batches {
		waves = append(waves, b.Wave)
	}
	if !slices.Equal(waves, []int{1, 2, 3}) {
		t.Errorf("waves %v", waves)
	}
}

// attempted is an AttemptObserver that keeps what it is told, in order.
type attempted struct {
	observed
	calls []string
}

func (o *attempted) BatchAttempt(b loader.Batch) {
	o.mu.Lock()
	defer o.mu.Unlock()
	o.calls = append(o.calls, fmt.Sprintf("%s %d: attempt %d, wave %d, %d keys", b.Source, b.Number, b.Attempts, b.Wave, b.Keys))
}

func (o *attempted) BatchDone(b loader.Batch) {
	o.mu.Lock()
	defer o.mu.Unlock()
	o.calls = append(o.calls, fmt.Sprintf("%s %d: done after %d", b.Source, b.Number, b.Attempts))
}

// Each call of a fetch is told before it is made, under the number that the batch has in its Scope.
func TestAttemptObserverIsToldOfEveryAttempt(t *testing.T) {
	var o attempted
	broken := loader.NewSource("broken", loader.FromMap(func(context.Context, []int) (map[int]int, error) {
		o.mu.Lock()
		defer o.mu.Unlock()
		o.calls = append(o.calls, "fetch")
		return nil, errState
	}), loader.MaxRetries(always(1)))
	ctx := inScope(t, loader.WithObserver(&o))
	for k := range 2 {
		if _, _, err := broken.Get(k).Get(ctx); !errors.Is(err, errState) {
			t.Fatal(err)
		}
	}
	want := []string{
		"broken 1: attempt 1, wave 1, 1 keys", "fetch", "broken 1: attempt 2, wave 1, 1 keys", "fetch", "broken 1: done after 2",
		"broken 2: attempt 1, wave 2, 1 keys", "fetch", "broken 2: attempt 2, wave 2, 1 keys", "fetch", "broken 2: done after 2",
	}
	if diff := cmp.Diff(want, o.calls); diff != "" {
		t.Errorf("calls (-want +got):\n%s", diff)
	}
}

type attemptPanics struct{ observed }

func (*attemptPanics) BatchAttempt(loader.Batch) { panic("observer") }

func TestAttemptObserverThatPanicsFailsTheBatch(t *testing.T) {
	var r recorder
	var p *loader.PanicError
	_, _, err := r.source("tracks").Get(1).Get(inScope(t, loader.WithObserver(&attemptPanics{})))
	if !errors.As(err, &p) || p.Value != "observer" {
		t.Errorf("error %v", err)
	}
}
