// Package loader composes data from many services with the fewest possible fetches: Clump,
// SoundCloud's library for Scala (github.com/getclump/clump), for Go.
//
// # In five minutes
//
// A [Source] stands for a service that answers for many keys at once. Make it once:
//
//	tracks := loader.NewSource("tracks", loader.FromMap(fetchTracks)) // func(ctx, []int) (map[int]Track, error)
//	users := loader.NewSource("users", loader.FromList(fetchUsers, func(u User) int { return u.ID }))
//
// A [Clump] says what is wanted, as if it were fetched one by one. Building it runs nothing:
//
//	func enriched(trackID int) loader.Clump[EnrichedTrack] {
//		return loader.FlatMap(tracks.Get(trackID), func(t Track) loader.Clump[EnrichedTrack] {
//			return loader.Map(users.Get(t.CreatorID), func(u User) EnrichedTrack { return EnrichedTrack{t, u} })
//		})
//	}
//
// Get executes it, and decides how to fetch. These are two calls, one to each service, for up to a
// hundred ids; of more, each hundred is a call, in parallel ([MaxBatchSize]):
//
//	enrichedTracks, err := loader.List(ctx, loader.Traverse(ids, enriched))
//
// A clump is defined, undefined or failed. Composition is a relational inner join: an undefined
// part makes the whole undefined, and drops out of the lists of [Collect] and [Traverse]; a failed
// part fails the whole. [Optional], OrElse and OrDefault keep what is undefined, Handle, Rescue,
// Fallback and FallbackTo recover what failed. Of several failures the first in order counts, so
// that the outcome never depends on which fetch was quicker.
//
// A [Scope] is what executions share, commonly for one request: the cache and the batches.
//
//	scope := loader.NewScope()
//	defer scope.Close()
//	ctx = loader.WithScope(ctx, scope)
//
// # What flows where
//
//	Get, or an executor's Start          other executions of the Scope
//	        |                                       |
//	        v                                       |
//	Execution: runs functions, one goroutine        |
//	        |  keys it wants          ^             |
//	        v                         | outcomes    |
//	Scope:  cache, pending keys <-----+-------------+
//	        |  when nothing can go on ^
//	        v                         |
//	batches: in parallel, retries, MaxConcurrency
//
// Each execution runs all it can on the goroutine that drives it, and collects the keys it comes to
// want. When no execution of the Scope can go on, everything that is pending goes out at once, in
// parallel: a wave. Its results let executions go on, to the next wave. Under the policy [Rounds] a
// wave besides waits until nothing is in flight; under [Eager] it does not.
//
// # A plan
//
// What one source is asked for in one wave and in the next again is two batches: the users who made
// a playlist, then those who made its tracks. With a plan ([WithPlan], under Rounds) the Scopes of
// one shape learn where that happens, and from the second on the source is held and sent once:
//
//	wave   1          2              3          batches
//	       playlists  users, tracks  users      4
//	       playlists  tracks         users      3
//
// Only what nothing else waits for is held, so that there are never more waves; and only for one
// wave, so that where the data turns out different from what was learned, that costs a wave. The
// source is held there again when that would have been right in two Scopes in a row; after each
// further time that it proves wrong it takes twice as many.
//
// # Guarantees
//
//   - There are no timers and no windows: under Rounds, what executions that have begun fetch together is a function of
//     the composition and the data alone, whatever the load of the machine. Under Eager it is also one of which fetch
//     was quicker.
//   - A goroutine that has not called Get yet holds nothing back: Gets from several goroutines are batched only where
//     each has begun before all the others wait. What holds them together for certain is one clump of all ([Collect],
//     [Traverse]), or an [Execution] for each, begun ([Scope.Begin]) before the goroutines start.
//   - A key is fetched at most once a Scope: values, misses and the errors of single keys are remembered. It may be
//     fetched again when it was cleared, when its batch failed as a whole or was abandoned, as nobody waited for it any
//     more, and by the retries that [MaxRetries] allows.
//   - Functions given to combinators run on the goroutine that drives the execution, one at a time; within one
//     execution they need no locks among themselves. They must not call Get in the same Scope; a fetch or a Future may.
//   - Composition costs no stack and linear time, at any depth, and no goroutine: there is one for each batch and Future,
//     and none for a batch that is alone under way, where the execution that sends it has a context that can not end.
//     [FromSingle] has one for each key besides.
//   - A Get whose context ends returns at once, also while it goes on from one known key to the next. A batch runs under
//     a context of its own, and is cancelled when nobody waits for it any more.
//   - No goroutine outlives its fetch; a fetch should heed its context.
//   - A key costs next to no allocation, whatever is in flight: numbers as keys are kept in the clump itself, what an
//     execution collects in is used again by the next, and the memory of a Scope that is closed by other Scopes.
//   - A Scope never shows what is another's, closed or not, whatever is under way when it is closed.
//
// # When things fail
//
// A fetch that returns an error, panics or ends its goroutine fails its own batch's keys, after the
// retries that [MaxRetries] allows. Panics become a [*PanicError], also those of functions given to
// combinators.
//
// # Differences from Clump
//
//   - Clump flushes a deeper level with all that follows from it before the next, so that a map in mid-chain splits
//     what follows from its siblings' batch. Here a combinator never splits a batch.
//   - Clump's Scope, the ClumpContext, is made for each get. Here executions may share one.
//   - A whole batch that fails fails every get of Clump's, whatever handles it; here its keys fail, and can be recovered.
//   - A value that a fetch leaves out of a list or a zip is an error here ([ErrZipLength]) or undefined, never shifted.
//   - Extra parameters of a source are one comparable P ([NewParamSource]), not up to four arguments.
//   - The aliases (successful, failed, sequence, recover, recoverWith) are left out.
package loader
