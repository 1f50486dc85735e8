package loader_test

import (
	"context"
	"errors"
	"fmt"
	"maps"
	"math/rand/v2"
	"slices"
	"sync"
	"testing"

	"github.com/clumpql/clumpql/loader"
)

const fuzzBatchSize = 3

// forest is the sources that trees fetch from, with a log of their batches.
type forest struct {
	sources []*loader.Source[int, int]

	mu      sync.Mutex
	batches [][][2]int // of source and key
}

func newForest() *forest {
	f := &forest{}
	for i := range numSources {
		f.sources = append(f.sources, loader.NewSource(fmt.Sprint(i), f.fetch(i), loader.MaxBatchSize(fuzzBatchSize)))
	}
	return f
}

func (f *forest) fetch(source int) loader.Fetch[int, int] {
	return func(_ context.Context, keys []int) (map[int]loader.Result[int], error) {
		var batch [][2]int
		found := make(map[int]loader.Result[int])
		for _, k := range keys {
			batch = append(batch, [2]int{source, k})
			if v, defined, err := in(source, k); defined || err != nil {
				found[k] = loader.Result[int]{Value: v, Err: err}
			}
		}
		f.mu.Lock()
		defer f.mu.Unlock()
		f.batches = append(f.batches, batch)
		return found, nil
	}
}

// sentExactly fails the test unless the batches are those of the waves, one wave after the other:
// each key of a wave once, and each source's in as few batches as its size allows.
func (f *forest) sentExactly(t *testing.T, waves []map[[2]int]bool) {
	t.Helper()
	rest := f.batches
	for i, wave := range waves {
		wave = maps.Clone(wave)
		bySource := make([]int, numSources)
		for at := range wave {
			bySource[at[0]]++
		}
		n := 0
		for _, keys := range bySource {
			n += (keys + fuzzBatchSize - 1) / fuzzBatchSize
		}
		if len(rest) < n {
			t.Fatalf("wave %d: %d batches are left, want %d", i+1, len(rest), n)
		}
		for _, at := range slices.Concat(rest[:n]...) {
			if !wave[at] {
				t.Errorf("wave %d: source %d was asked for key %d, which is not due", i+1, at[0], at[1])
			}
			delete(wave, at)
		}
		if len(wave) > 0 {
			t.Errorf("wave %d: not asked for: %v", i+1, wave)
		}
		rest = rest[n:]
	}
	if len(rest) > 0 {
		t.Errorf("batches beyond the last wave: %v", rest)
	}
}

// noKeyTwice fails the test if a key was fetched twice.
func (f *forest) noKeyTwice(t *testing.T) {
	t.Helper()
	seen := make(map[[2]int]bool)
	for _, at := range slices.Concat(f.batches...) {
		if seen[at] {
			t.Errorf("source %d was asked twice for key %d", at[0], at[1])
		}
		seen[at] = true
	}
}

func (k known) agrees(t *testing.T, a answer[int]) {
	t.Helper()
	if a.value != k.v || a.defined != k.defined || !errors.Is(a.err, k.err) {
		t.Errorf("got (%v, %v, %v), the naive evaluator (%v, %v, %v)", a.value, a.defined, a.err, k.v, k.defined, k.err)
	}
}

// agree runs a tree in every way there is, and compares with the naive evaluator.
func agree(t *testing.T, tr *tree) {
	t.Helper()
	want, waves := evaluate(tr, 0)
	get := func(f *forest, ctx context.Context) answer[int] {
		v, defined, err := tr.build(f.sources, 0).Get(ctx)
		return answer[int]{v, defined, err}
	}
	for _, can := range []func(context.Context) context.Context{end, notEnd} {
		rounds := newForest()
		want.agrees(t, get(rounds, can(t.Context())))
		rounds.sentExactly(t, waves)
		rounds.noKeyTwice(t)

		eager := newForest()
		want.agrees(t, get(eager, can(inScope(t, loader.WithPolicy(loader.Eager)))))
		eager.noKeyTwice(t)
	}

	shared, ctx := newForest(), inScope(t)
	var all sync.WaitGroup
	for _, can := range []func(context.Context) context.Context{end, notEnd, end, notEnd} {
		all.Go(func() { want.agrees(t, get(shared, can(ctx))) })
	}
	all.Wait()
	shared.noKeyTwice(t)
}

// A context that can end and one that can not: a Get under that may fetch by itself.
func end(ctx context.Context) context.Context    { return ctx }
func notEnd(ctx context.Context) context.Context { return context.WithoutCancel(ctx) }

func FuzzTree(f *testing.F) {
	f.Add([]byte{})
	f.Add([]byte("a composition of clumps, as any text is one"))
	f.Add([]byte{0, 0, 0, 0, 0, 0, 2, 0, 0, 9, 0, 1, 1, 3, 1, 5, 2, 7}) // FlatMaps
	f.Add([]byte{3, 0, 2, 0, 1, 5, 10, 2, 1, 8, 4, 0, 15, 3, 2, 1, 2, 6, 8, 8, 17, 4, 21, 9})
	f.Fuzz(func(t *testing.T, data []byte) {
		if len(data) > 400 {
			return // deeper trees show nothing that these do not
		}
		agree(t, plant(&data, 8, 3))
	})
}

// TestRandomTrees is the fuzz test on trees from a fixed seed, so that every run of the tests has
// many.
func TestRandomTrees(t *testing.T) {
	random := rand.New(rand.NewPCG(1, 2))
	fetching := 0
	for i := range 1000 {
		data := make([]byte, 40+random.IntN(300))
		for j := range data {
			data[j] = byte(random.IntN(256))
		}
		tr := plant(&data, 8, 3)
		if _, waves := evaluate(tr, 0); len(waves) > 1 {
			fetching++
		}
		agree(t, tr)
		if t.Failed() {
			t.Fatalf("tree %d", i)
		}
	}
	if fetching < 300 {
		t.Errorf("only %d of the trees need more than one wave: they test little", fetching)
	}
}
