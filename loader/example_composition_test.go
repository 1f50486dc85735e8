package loader_test

import (
	"context"
	"errors"
	"fmt"

	"github.com/clumpql/clumpql/loader"
)

// Under Rounds the user at hand waits for the one that the Future tells of; under Eager neither
// waits for the other, which makes two calls.
func ExampleWithPolicy() {
	for _, policy := range []loader.Policy{loader.Rounds, loader.Eager} {
		sent := make(chan struct{}, 2)
		users := loader.NewSource("users", loader.FromMap(func(_ context.Context, ids []int) (map[int]int, error) {
			fmt.Println("users service:", ids)
			sent <- struct{}{}
			return nil, nil
		}))
		slow := loader.Future(func(context.Context) (int, error) {
			if policy == loader.Eager {
				<-sent // under Rounds nothing is before this has returned
			}
			return 20, nil
		})
		both := loader.Collect(users.Get(10), loader.FlatMap(slow, users.Get))
		ctx := loader.WithScope(context.Background(), loader.NewScope(loader.WithPolicy(policy)))
		fmt.Println(both.Require(ctx))
	}
	// Output:
	// users service: [10 20]
	// [] <nil>
	// users service: [10]
	// users service: [20]
	// [] <nil>
}

// What is too much for one batch goes out in several, at once.
func ExampleMaxBatchSize() {
	tracks := loader.NewSource("tracks", loader.FromMap(fetchTracks), loader.MaxBatchSize(3))
	found, err := tracks.GetAll([]int{1, 2, 3, 4}).Require(context.Background())
	fmt.Println(len(found), "tracks", err)
	// Unordered output:
	// tracks service: [1 2 3]
	// tracks service: [4]
	// 4 tracks <nil>
}

// A Get whose context ends does not wait for its fetch. The fetch is told, as nobody else waits for it.
func ExampleClump_Get_contextEnds() {
	ctx, hangUp := context.WithCancel(context.Background())
	told := make(chan error, 1)
	slow := loader.NewSource("slow", loader.FromMap(func(ctx context.Context, _ []int) (map[int]string, error) {
		hangUp()
		<-ctx.Done()
		told <- ctx.Err()
		return nil, ctx.Err()
	}))
	_, defined, err := slow.Get(1).Get(ctx)
	fmt.Println("Get:", defined, err)
	fmt.Println("fetch:", <-told)
	// Output:
	// Get: false context canceled
	// fetch: context canceled
}

// OrDefault is for what is undefined, Fallback and FallbackTo are for what has failed.
func ExampleClump_Fallback() {
	broken := loader.NewSource("broken", loader.FromMap(brokenService))
	somebody := exampleUser{Name: "somebody"}
	c := loader.Collect(
		usersSource.Get(99).OrDefault(somebody),
		broken.Get(99).Fallback(somebody),
		broken.Get(10).FallbackTo(usersSource.Get(10)),
	)
	fmt.Println(c.Require(context.Background()))
	_, err := broken.Get(99).OrDefault(somebody).Require(context.Background())
	fmt.Println(err)
	// Output:
	// users service: [99]
	// users service: [10]
	// [{0 somebody} {0 somebody} {10 alice}] <nil>
	// busy
}

// The values of a zip are told apart by their order alone, so none may be left out.
func ExampleFromZip() {
	prices := loader.NewSource("prices", loader.FromZip(func(_ context.Context, ids []int) ([]int, error) {
		var cents []int
		for _, id := range ids {
			if id > 0 {
				cents = append(cents, 99*id)
			}
		}
		return cents, nil
	}))
	fmt.Println(prices.GetAll([]int{1, 2}).Require(context.Background()))
	_, err := prices.GetAll([]int{1, -1, 2}).Require(context.Background())
	fmt.Println(errors.Is(err, loader.ErrZipLength), err)
	// Output:
	// [99 198] <nil>
	// true loader: a zip fetch must return one value per key: 2 values for 3 keys
}

func ExampleClump_GetOrElse() {
	fmt.Println(usersSource.Get(99).GetOrElse(context.Background(), exampleUser{Name: "somebody"}))
	// Output:
	// users service: [99]
	// {0 somebody} <nil>
}

// Of several failures the first in order counts, though here the second is always quicker.
func ExampleJoin_failures() {
	second := make(chan struct{})
	slow := loader.Future(func(context.Context) (int, error) {
		<-second
		return 0, errors.New("the first in order")
	})
	quick := loader.Future(func(context.Context) (int, error) {
		close(second)
		return 0, errors.New("the first in time")
	})
	_, err := loader.Join(slow, quick).Require(context.Background())
	fmt.Println(err)
	// Output: the first in order
}

// A batch that fails fails its own keys. Those of others go on, from wave to wave.
func Example_failedBatch() {
	plays := loader.NewSource("plays", loader.FromMap(func(_ context.Context, ids []int) (map[int]int, error) {
		if ids[0] == 3 {
			return nil, errBusy
		}
		return map[int]int{1: 100, 2: 200}, nil
	}), loader.MaxBatchSize(2))
	c := loader.Traverse([]int{1, 2, 3, 4}, func(id int) loader.Clump[string] {
		return loader.FlatMap(tracksSource.Get(id), func(t exampleTrack) loader.Clump[string] {
			return loader.Map(plays.Get(id), func(n int) string { return fmt.Sprint(t.Title, ": ", n) }).Fallback(t.Title)
		})
	})
	titles, err := c.Require(context.Background())
	for _, title := range titles {
		fmt.Println(title)
	}
	fmt.Println(err)
	// Output:
	// tracks service: [1 2 3 4]
	// Flickermood: 100
	// Munching at Tiannas house: 200
	// Forss
	// Orphan
	// <nil>
}
