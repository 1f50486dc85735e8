package loader_test

import (
	"context"
	"fmt"

	"github.com/clumpql/clumpql/loader"
)

// Executions under one Scope share its cache and its batches.
func ExampleWithScope() {
	ctx := loader.WithScope(context.Background(), loader.NewScope())
	fmt.Println(usersSource.Get(10).Require(ctx))
	fmt.Println(usersSource.Get(10).Require(ctx))
	usersSource.Clear(ctx, 10)
	fmt.Println(usersSource.Get(10).Require(ctx))
	// Output:
	// users service: [10]
	// {10 alice} <nil>
	// {10 alice} <nil>
	// users service: [10]
	// {10 alice} <nil>
}

// Whoever makes a Scope for a request may close it at the end.
func ExampleScope_Close() {
	scope := loader.NewScope()
	defer scope.Close()
	fmt.Println(usersSource.Get(20).Require(loader.WithScope(context.Background(), scope)))
	// Output:
	// users service: [20]
	// {20 bob} <nil>
}

// A fetch that comes across what other sources would be asked for can put it there.
func ExampleSource_Prime() {
	ctx := loader.WithScope(context.Background(), loader.NewScope())
	usersSource.Prime(ctx, 30, exampleUser{30, "charlie"})
	fmt.Println(usersSource.Get(30).Require(ctx))
	// Output: {30 charlie} <nil>
}

// Keys with the same parameter are fetched together.
func ExampleNewParamSource() {
	greetings := loader.NewParamSource("greetings", func(language string) loader.Fetch[string, string] {
		return loader.FromZip(func(_ context.Context, names []string) ([]string, error) {
			var texts []string
			for _, name := range names {
				texts = append(texts, map[string]string{"en": "hello ", "it": "ciao "}[language]+name)
			}
			return texts, nil
		})
	})
	c := loader.Collect(greetings.Get("en", "alice"), greetings.Get("it", "bob"), greetings.Get("en", "charlie"))
	fmt.Println(c.Require(context.Background()))
	// Output: [hello alice ciao bob hello charlie] <nil>
}

func ExampleFromSingle() {
	squares := loader.NewSource("squares", loader.FromSingle(func(_ context.Context, k int) (int, error) {
		if k < 0 {
			return 0, loader.ErrNotFound
		}
		return k * k, nil
	}))
	fmt.Println(squares.GetAll([]int{3, -1, 5}).Require(context.Background()))
	// Output: [9 25] <nil>
}

// waves is an Observer that prints the batches.
type waves struct{}

func (waves) BatchDone(b loader.Batch) {
	fmt.Printf("wave %d: %d keys of %s\n", b.Wave, b.Keys, b.Source)
}

func (waves) CacheHit(source string, n int) { fmt.Printf("%d of %s cached\n", n, source) }

func ExampleWithObserver() {
	scope := loader.NewScope(loader.WithObserver(waves{}))
	_, _ = loader.Traverse([]int{1, 2, 3}, enriched).Require(loader.WithScope(context.Background(), scope))
	// Output:
	// tracks service: [1 2 3]
	// wave 1: 3 keys of tracks
	// 1 of users cached
	// users service: [10 20]
	// wave 2: 2 keys of users
}

// An executor starts many clumps and drives them together.
func ExampleStart() {
	ctx := context.Background()
	x := loader.NewScope().Begin(ctx)
	defer x.End()
	for _, id := range []int{1, 2} {
		loader.Start(x, enriched(id), "tracks", func(t enrichedTrack, defined bool, err error) {
			fmt.Println(t.Track.Title, defined, err)
		})
	}
	fmt.Println(x.Drive())
	// Output:
	// tracks service: [1 2]
	// users service: [10 20]
	// Flickermood true <nil>
	// Munching at Tiannas house true <nil>
	// <nil>
}
