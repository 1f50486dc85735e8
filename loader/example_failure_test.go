package loader_test

import (
	"context"
	"errors"
	"fmt"
	"time"

	"github.com/clumpql/clumpql/loader"
)

var errBusy = errors.New("busy")

// brokenService is a users service that fails every call.
func brokenService(context.Context, []int) (map[int]exampleUser, error) { return nil, errBusy }

func ExampleClump_Handle() {
	broken := loader.NewSource("broken", loader.FromMap(brokenService))
	c := broken.Get(10).Handle(func(err error) (exampleUser, bool) {
		return exampleUser{Name: "somebody"}, errors.Is(err, errBusy)
	})
	fmt.Println(c.Require(context.Background()))
	// Output: {0 somebody} <nil>
}

func ExampleClump_Rescue() {
	broken := loader.NewSource("broken", loader.FromMap(brokenService))
	c := broken.Get(10).Rescue(func(err error) (loader.Clump[exampleUser], bool) {
		return usersSource.Get(10), errors.Is(err, errBusy)
	})
	fmt.Println(c.Require(context.Background()))
	// Output:
	// users service: [10]
	// {10 alice} <nil>
}

func ExampleMaxRetries() {
	calls := 0
	moody := loader.NewSource("moody", loader.FromZip(func(_ context.Context, keys []int) ([]int, error) {
		if calls++; calls < 3 {
			return nil, errBusy
		}
		return keys, nil
	}), loader.MaxRetries(func(err error) int {
		if errors.Is(err, errBusy) {
			return 2
		}
		return 0
	}), loader.Backoff(time.Millisecond, time.Second))
	v, err := moody.Get(1).Require(context.Background())
	fmt.Println(v, err, "after", calls, "calls")
	// Output: 1 <nil> after 3 calls
}

func ExampleTry() {
	c := loader.Try(func() (int, error) { panic("out of range") })
	_, err := c.Require(context.Background())
	var panicked *loader.PanicError
	fmt.Println(errors.As(err, &panicked), err)
	// Output: true loader: panic: out of range
}
