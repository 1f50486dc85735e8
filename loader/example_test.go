package loader_test

import (
	"context"
	"fmt"

	"github.com/clumpql/clumpql/loader"
)

type (
	exampleTrack struct {
		ID, CreatorID int
		Title         string
	}
	exampleUser struct {
		ID   int
		Name string
	}
	enrichedTrack struct {
		Track   exampleTrack
		Creator exampleUser
	}
)

// The services of the examples print their calls.

func fetchTrackPosts(_ context.Context, userID int) ([]int, error) {
	fmt.Println("timeline service: posts of user", userID)
	return []int{1, 2, 3}, nil
}

func fetchTracks(_ context.Context, ids []int) (map[int]exampleTrack, error) {
	fmt.Println("tracks service:", ids)
	known := map[int]exampleTrack{
		1: {1, 10, "Flickermood"}, 2: {2, 20, "Munching at Tiannas house"}, 3: {3, 10, "Forss"}, 4: {4, 99, "Orphan"},
	}
	found := make(map[int]exampleTrack)
	for _, id := range ids {
		if t, ok := known[id]; ok {
			found[id] = t
		}
	}
	return found, nil
}

func fetchUsers(_ context.Context, ids []int) ([]exampleUser, error) {
	fmt.Println("users service:", ids)
	var found []exampleUser
	for _, u := range []exampleUser{{30, "charlie"}, {20, "bob"}, {10, "alice"}} {
		for _, id := range ids {
			if id == u.ID {
				found = append(found, u)
			}
		}
	}
	return found, nil
}

var (
	tracksSource = loader.NewSource("tracks", loader.FromMap(fetchTracks))
	usersSource  = loader.NewSource("users", loader.FromList(fetchUsers, func(u exampleUser) int { return u.ID }))
)

// enriched composes a track with its creator.
func enriched(trackID int) loader.Clump[enrichedTrack] {
	return loader.FlatMap(tracksSource.Get(trackID), func(t exampleTrack) loader.Clump[enrichedTrack] {
		return loader.Map(usersSource.Get(t.CreatorID), func(u exampleUser) enrichedTrack {
			return enrichedTrack{t, u}
		})
	})
}

// The example of Clump's README: the track posts of a user, rendered with three calls however many
// posts there are.
func Example() {
	enrichedTrackPosts := func(userID int) loader.Clump[[]enrichedTrack] {
		posts := loader.Future(func(ctx context.Context) ([]int, error) { return fetchTrackPosts(ctx, userID) })
		return loader.FlatMap(posts, func(trackIDs []int) loader.Clump[[]enrichedTrack] {
			return loader.Traverse(trackIDs, enriched)
		})
	}
	renderTrackPosts := func(ctx context.Context, userID int) {
		tracks, defined, err := enrichedTrackPosts(userID).Get(ctx)
		if err != nil || !defined {
			fmt.Println("not found", err)
			return
		}
		for _, t := range tracks {
			fmt.Println(t.Track.Title, "by", t.Creator.Name)
		}
	}
	renderTrackPosts(context.Background(), 111)
	// Output:
	// timeline service: posts of user 111
	// tracks service: [1 2 3]
	// users service: [10 20]
	// Flickermood by alice
	// Munching at Tiannas house by bob
	// Forss by alice
}

// The composition is an inner join: a track whose creator is not found drops out of a list, and alone is undefined.
func ExampleTraverse() {
	ctx := context.Background()
	tracks, err := loader.List(ctx, loader.Traverse([]int{1, 4}, enriched))
	fmt.Println(tracks, err)
	_, defined, err := enriched(4).Get(ctx)
	fmt.Println(defined, err)
	// Output:
	// tracks service: [1 4]
	// users service: [10 99]
	// [{{1 10 Flickermood} {10 alice}}] <nil>
	// tracks service: [4]
	// users service: [99]
	// false <nil>
}

// Optional makes the inner join an outer one.
func ExampleOptional() {
	c := loader.FlatMap(tracksSource.Get(4), func(t exampleTrack) loader.Clump[string] {
		return loader.Map(loader.Optional(usersSource.Get(t.CreatorID)), func(creator loader.Option[exampleUser]) string {
			if !creator.Defined {
				return t.Title + " by somebody"
			}
			return t.Title + " by " + creator.Value.Name
		})
	})
	fmt.Println(c.Require(context.Background()))
	// Output:
	// tracks service: [4]
	// users service: [99]
	// Orphan by somebody <nil>
}

// What is joined is fetched at once.
func ExampleJoin() {
	c := loader.Join(usersSource.Get(10), usersSource.Get(20))
	both, err := c.Require(context.Background())
	fmt.Println(both.V1.Name, both.V2.Name, err)
	// Output:
	// users service: [10 20]
	// alice bob <nil>
}

// The alternative is fetched only when it is needed, and not when the first is defined.
func ExampleClump_OrElse() {
	ctx := context.Background()
	fmt.Println(usersSource.Get(99).OrElse(usersSource.Get(20)).Require(ctx))
	fmt.Println(usersSource.Get(10).OrElse(usersSource.Get(20)).Require(ctx))
	// Output:
	// users service: [99]
	// users service: [20]
	// {20 bob} <nil>
	// users service: [10]
	// {10 alice} <nil>
}

func ExampleClump_Filter() {
	short := tracksSource.Get(1).Filter(func(t exampleTrack) bool { return len(t.Title) < 5 })
	_, err := short.Require(context.Background())
	fmt.Println(err)
	// Output:
	// tracks service: [1]
	// loader: not found
}

func ExampleCollect() {
	fmt.Println(loader.Collect(loader.Value(1), loader.Empty[int](), loader.Value(3)).Require(context.Background()))
	// Output: [1 3] <nil>
}
