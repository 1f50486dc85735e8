package loader_test

import (
	"context"
	"fmt"
	"testing"

	"github.com/clumpql/clumpql/loader"
)

// The cases of Clump's IntegrationSpec, under their names, with its made-up services.

type (
	tweet struct {
		Body   string
		UserID int
	}
	user struct {
		ID   int
		Name string
	}
	track struct {
		ID    int
		Title string
	}
	timeline struct {
		ID      int
		LikeIDs []int
	}
	like struct {
		ID                int
		TrackIDs, UserIDs []int
	}
)

// services has what the tweets' world knows of every key, and records who is asked for what.
type services struct {
	tweetBatches, userBatches, trackBatches recorder

	tweets    *loader.Source[int, tweet]
	users     *loader.Source[int, user]
	someUsers *loader.Source[int, user] // only those that 20 divides
	tracks    *loader.Source[int, track]
	timelines *loader.Source[int, timeline]
	likes     *loader.Source[int, like]
	topTracks *loader.Source[user, []track]
}

func list[V any](r *recorder, of func(int) V) func(context.Context, []int) ([]V, error) {
	return func(_ context.Context, ids []int) ([]V, error) {
		r.note(ids)
		var values []V
		for _, id := range ids {
			values = append(values, of(id))
		}
		return values, nil
	}
}

func userOf(id int) user   { return user{id, fmt.Sprint("User", id)} }
func tweetOf(id int) tweet { return tweet{fmt.Sprint("Tweet", id), 10 * id} }

func newServices() *services {
	var s services
	trackOf := func(id int) track { return track{id, fmt.Sprint("Track", id)} }
	s.tweets = loader.NewSource("tweets", loader.FromZip(list(&s.tweetBatches, tweetOf)))
	s.users = loader.NewSource("users", loader.FromList(list(&s.userBatches, userOf), func(u user) int { return u.ID }))
	s.someUsers = loader.NewSource("some users", loader.FromMap(func(_ context.Context, ids []int) (map[int]user, error) {
		found := make(map[int]user)
		for _, id := range ids {
			if id%20 == 0 {
				found[id] = userOf(id)
			}
		}
		return found, nil
	}))
	s.tracks = loader.NewSource("tracks", loader.FromZip(list(&s.trackBatches, trackOf)))
	s.timelines = loader.NewSource("timelines", loader.FromZip(list(new(recorder), func(id int) timeline {
		return timeline{id, []int{id * 10, id * 20}}
	})))
	s.likes = loader.NewSource("likes", loader.FromZip(list(new(recorder), func(id int) like {
		return like{id, []int{id * 10, id * 20}, []int{id * 100, id * 200}}
	})))
	s.topTracks = loader.NewSource("top tracks", loader.FromSingle(func(_ context.Context, u user) ([]track, error) {
		return []track{trackOf(u.ID), trackOf(u.ID + 1), trackOf(u.ID + 2)}, nil
	}))
	return &s
}

func (s *services) enriched(id int) loader.Clump[pairOf[tweet, user]] {
	return then(s.tweets.Get(id), func(t tweet) loader.Clump[user] { return s.users.Get(t.UserID) })
}

var allEnriched = []pairOf[tweet, user]{
	{V1: tweet{"Tweet1", 10}, V2: user{10, "User10"}},
	{V1: tweet{"Tweet2", 20}, V2: user{20, "User20"}},
	{V1: tweet{"Tweet3", 30}, V2: user{30, "User30"}},
}

func TestIntegration(t *testing.T) {
	t.Run("A Clump should batch calls to services", func(t *testing.T) {
		s := newServices()
		c := loader.Traverse([]int{1, 2, 3}, func(id int) loader.Clump[pairOf[pairOf[tweet, user], []track]] {
			return then(s.enriched(id), func(p pairOf[tweet, user]) loader.Clump[[]track] { return s.topTracks.Get(p.V2) })
		})
		yields(t, c, []pairOf[pairOf[tweet, user], []track]{
			{V1: allEnriched[0], V2: []track{{10, "Track10"}, {11, "Track11"}, {12, "Track12"}}},
			{V1: allEnriched[1], V2: []track{{20, "Track20"}, {21, "Track21"}, {22, "Track22"}}},
			{V1: allEnriched[2], V2: []track{{30, "Track30"}, {31, "Track31"}, {32, "Track32"}}},
		})
		s.tweetBatches.fetched(t, []int{1, 2, 3})
		s.userBatches.fetched(t, []int{10, 20, 30})
	})
	t.Run("it should be usable with regular maps and flatMaps", func(t *testing.T) {
		s := newServices()
		yields(t, loader.Traverse([]int{1, 2, 3}, s.enriched), allEnriched)
		s.tweetBatches.fetched(t, []int{1, 2, 3})
		s.userBatches.fetched(t, []int{10, 20, 30})
	})
	t.Run("it should allow unwrapping Clumped lists with clump.list", func(t *testing.T) {
		got, err := loader.List(t.Context(), loader.Traverse([]int{1, 2, 3}, newServices().enriched))
		if err != nil || len(got) != 3 || got[2] != allEnriched[2] {
			t.Errorf("got %v, %v", got, err)
		}
	})
	t.Run("A Clump can have a partial result", func(t *testing.T) {
		s := newServices()
		full := loader.Traverse([]int{1, 2, 3}, func(id int) loader.Clump[pairOf[tweet, user]] {
			return then(s.tweets.Get(id), func(t tweet) loader.Clump[user] { return s.someUsers.Get(t.UserID) })
		})
		yields(t, full, allEnriched[1:2])
		partial := loader.Traverse([]int{1, 2, 3}, func(id int) loader.Clump[pairOf[tweet, loader.Option[user]]] {
			return then(s.tweets.Get(id), func(t tweet) loader.Clump[loader.Option[user]] {
				return loader.Optional(s.someUsers.Get(t.UserID))
			})
		})
		yields(t, partial, []pairOf[tweet, loader.Option[user]]{
			{V1: tweet{"Tweet1", 10}},
			{V1: tweet{"Tweet2", 20}, V2: loader.Option[user]{Value: user{20, "User20"}, Defined: true}},
			{V1: tweet{"Tweet3", 30}},
		})
	})
	t.Run("A Clump can have individual failing entities", func(t *testing.T) {
		source := loader.NewSource("tweets", func(_ context.Context, ids []int) (map[int]loader.Result[tweet], error) {
			found := make(map[int]loader.Result[tweet])
			for _, id := range ids {
				found[id] = loader.Result[tweet]{Value: tweet{fmt.Sprint("Tweet", id), id * 10}}
				if id < 0 {
					found[id] = loader.Result[tweet]{Err: errState}
				}
			}
			return found, nil
		})
		fails(t, then(source.Get(1), func(tweet) loader.Clump[tweet] { return source.Get(-1) }), errState)
		fallback := tweet{"<error>", 0}
		yields(t, then(source.Get(1).Fallback(fallback), func(tweet) loader.Clump[tweet] { return source.Get(-1).Fallback(fallback) }),
			pairOf[tweet, tweet]{V1: tweet{"Tweet1", 10}, V2: fallback})
	})
}

func TestIntegrationOtherSources(t *testing.T) {
	t.Run("A Clump should batch calls to parameterized services", func(t *testing.T) {
		// Each service knows one prefix only, and has nothing under others.
		var tweetBatches, userBatches recorder
		tweets := loader.NewParamSource("tweets", func(prefix string) loader.Fetch[int, tweet] {
			return loader.FromMap(func(_ context.Context, ids []int) (map[int]tweet, error) {
				tweetBatches.note(ids)
				found := make(map[int]tweet)
				for _, id := range ids {
					if prefix == "foo" {
						found[id] = tweetOf(id)
					}
				}
				return found, nil
			})
		})
		users := loader.NewParamSource("users", func(prefix string) loader.Fetch[int, user] {
			usersOf := list(&userBatches, userOf)
			return loader.FromList(func(ctx context.Context, ids []int) ([]user, error) {
				if prefix != "bar" {
					return nil, nil
				}
				return usersOf(ctx, ids)
			}, func(u user) int { return u.ID })
		})
		yields(t, loader.Traverse([]int{1, 2, 3}, func(id int) loader.Clump[pairOf[tweet, user]] {
			return then(tweets.Get("foo", id), func(t tweet) loader.Clump[user] { return users.Get("bar", t.UserID) })
		}), allEnriched)
		tweetBatches.fetched(t, []int{1, 2, 3})
		userBatches.fetched(t, []int{10, 20, 30})
	})
	t.Run("it should work with Clump.sourceZip", func(t *testing.T) {
		s := newServices()
		var batches recorder
		zipped := loader.NewSource("zipped users", loader.FromZip(list(&batches, userOf)))
		yields(t, loader.Traverse([]int{1, 2, 3}, func(id int) loader.Clump[pairOf[tweet, user]] {
			return then(s.tweets.Get(id), func(t tweet) loader.Clump[user] { return zipped.Get(t.UserID) })
		}), allEnriched)
		batches.fetched(t, []int{10, 20, 30})
	})
}

func TestIntegrationNested(t *testing.T) {
	t.Run("it should be able to be used in complex nested fetches", func(t *testing.T) {
		type likeParts = pairOf[like, pairOf[[]track, []user]]
		type result = pairOf[timeline, []likeParts]
		s := newServices()
		c := loader.Traverse([]int{1, 3}, func(id int) loader.Clump[result] {
			return then(s.timelines.Get(id), func(tl timeline) loader.Clump[[]likeParts] {
				return loader.Traverse(tl.LikeIDs, func(id int) loader.Clump[likeParts] {
					return then(s.likes.Get(id), func(l like) loader.Clump[pairOf[[]track, []user]] {
						return loader.Join(s.tracks.GetAll(l.TrackIDs), s.users.GetAll(l.UserIDs))
					})
				})
			})
		})
		part := func(id int) likeParts {
			p := likeParts{V1: like{id, []int{id * 10, id * 20}, []int{id * 100, id * 200}}}
			for _, k := range p.V1.TrackIDs {
				p.V2.V1 = append(p.V2.V1, track{k, fmt.Sprint("Track", k)})
			}
			for _, k := range p.V1.UserIDs {
				p.V2.V2 = append(p.V2.V2, user{k, fmt.Sprint("User", k)})
			}
			return p
		}
		yields(t, c, []result{
			{V1: timeline{1, []int{10, 20}}, V2: []likeParts{part(10), part(20)}},
			{V1: timeline{3, []int{30, 60}}, V2: []likeParts{part(30), part(60)}},
		})
		s.trackBatches.fetched(t, []int{100, 200, 400, 300, 600, 1200})
		s.userBatches.fetched(t, []int{1000, 2000, 4000, 3000, 6000, 12000})
	})
}
