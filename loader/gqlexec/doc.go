// Package gqlexec executes GraphQL breadth-first over clumps, behind gqlgen's handler. It is the runtime; package generate
// writes the executor that calls it, from the gqlgen.yml, the schema and the models that a gqlgen project has already.
//
// gqlgen's own executor resolves every element of a list in a goroutine of its own, each blocking, so that a loader
// underneath has to guess with a timer when all have asked. Here a resolver returns a [loader.Clump], which describes what it
// needs, and nothing blocks:
//
//	func (r trackResolver) Creator(ctx context.Context, t *Track) loader.Clump[*User] {
//		return r.users.Get(t.CreatorID)
//	}
//
// docs/gqlexec.md in the repository is the way there from a gqlgen project, and package example a small one.
//
// Execution goes in columns: a field of a selection is executed once for all objects of a wave.
//
//	objects ──> plain fields: read in a loop, encoded at once
//	        └─> resolver fields: their clumps, all of them, into one Scope
//	                 when nothing else can go on, the Scope dispatches: one batch a source
//	        ┌─────── what arrives is the next column of objects
//	        v
//	   the next wave ... until nothing is outstanding; then the values are written out as JSON, once
//
// The values of an interface or a union are grouped by their Go types: each object type is a column with a selection of its own, and the
// clumps of all of them go into the same wave.
//
// One goroutine drives a request. A query has one Scope; each root field of a mutation has its own, one after the other, so that it
// sees what the one before it changed; and so has each event of a subscription.
//
// # Subscriptions
//
// The resolver of a subscription returns a channel, as gqlgen's does: (<-chan T, error). Each of its values is an event, which is executed like
// a query, breadth-first, when the transport asks for the next response. So events are not buffered: while a client is slow, the
// channel's sender waits. The resolver must stop when its context ends, since nobody receives any more then. Errors of an event, EventTimeout
// among them, are answered with it and do not end the stream; it ends when the channel is closed or the context ends.
//
// # What it keeps
//
// Answers are those of gqlgen, byte for byte: nullability and its propagation, aliases, merged fields, fragments, interfaces and unions,
// @skip and @include, lists of lists, arguments and their defaults, input objects, enums, custom scalars, introspection.
// An undefined clump and a nil are null. Package internal/oracle compares both executors on random queries.
// Only where gqlgen departs from the specification do answers differ:
//   - A null that reaches an argument or input field that is not nullable is an [InputError], as is a name that is none of its enum's, or a
//     null for a @skip or @include, and an input object with @oneOf that has not exactly one key, or a null, in a variable too.
//   - A marshaler that fails in a field that is not nullable makes the object around it null.
//   - What is selected on several interfaces or unions of an object that have nothing to do with each other is merged; gqlgen answers its
//     key twice.
//   - A field that is selected on an interface has the arguments and defaults that its object type gives it, not the interface's.
//   - A nil pointer in an interface that must not be null is an error.
//   - An error in an event of a subscription has the root field in its path, and a null that reaches that field where it must not be null
//     makes the data null.
//
// Where gqlgen and gqlparser depart from it in what their scalars take and write, ours does as they do: an Int may be beyond 32 bits, a
// variable 5 is taken for a String, "5" for an Int, "5.5" for a Float and 1.5 for an ID, and a Go value that is none of its enum's is
// written as its marshaler does.
//
// A value of a Go type that is none of its interface's or union's object types is an error of its field, where gqlgen panics, or takes
// what a graphql.Marshaler writes.
//
// Errors have the path with indexes and the location of their field; a panic fails its field alone.
//
// A resolver's context has a [graphql.FieldContext] for its column, so it names the field and its arguments, but no index. [Future] hands it
// on to what blocks; a loader.Future has the context of the whole request.
// Arguments are coerced once for all objects of a column, which share them: a resolver must not change what they hold. An error that a resolver
// reports by graphql.AddError has no index in its path either. So where it then returns null for a field that must not be null, that null is an
// error too within lists; elsewhere it is not, as in gqlgen.
//
// Nothing is deferred, and nothing promises it: the schema is served without the directive @defer, and a query with it is not valid.
//
// # Extensions and interceptors
//
// Extensions that intercept operations, responses and root fields are called as gqlgen calls them. As the root fields of a query share a
// Scope, their interceptors are nested, those of the first field outermost: each begins before anything is fetched and ends when all is
// complete, so the time that one measures is that of the whole query. One may change the context of its field, skip it, run it again or
// answer something else; it must not wait for the interceptor of another field. One that returns while its next is under way in another
// goroutine is kept until next has returned, and a next that is called later does nothing and returns null. Two answers differ: a
// panic in an interceptor fails its field, and a null that it answers for a field that must not be null is no answer but leaves the whole
// data null.
//
// Field interceptors would be called for every object. [AroundColumn] takes their place, once for a column. While an extension that
// intercepts fields is installed, every operation fails with an error that says so, unless IgnoreFieldInterceptors is set.
//
// # Directives
//
// Directives on field definitions, on the object types of fields, on arguments, input fields and input objects run as in gqlgen, by the
// same functions in a DirectiveRoot. Those of a field of Subscription run once, around its resolver, when the stream begins. Those of any
// other field are called for every object, in a goroutine each, with a context whose path has the indexes; next waits for the value of a
// clump, and what the directives of a wave wait for is one batch, its keys in no particular order. So they may block, and may use the Scope.
// Where none does, InlineDirectives saves the goroutines for fields that return no clumps. This is what differs:
//   - The context that a directive hands to next reaches the resolver of its field, but not the fields below.
//   - A panic in a clump is a [*loader.PanicError] that next returns.
//   - Directives on arguments and what they hold are called once for a field of the query, not for every object: that is when
//     arguments are coerced.
//
// # Speed
//
// What an operation selects is collected by the first request for it and kept, for each combination of the variables in its @skip and
// @include, of the thousand operations that were executed last. They are known by gqlgen's query cache: install one.
//
// An answer is encoded once. gqlgen's transports encode its data once more: in their place use [POST], [GET], [SSE], and [Websocket], where gqlgen's
// encodes it twice more and ours once.
//
//	server := handler.New(exec.NewExecutableSchema(config))
//	server.AddTransport(gqlexec.POST{})
//
// Where no extension keeps the data of a response, POST{ReuseData: true} writes it from where it was encoded, without a copy.
//
// A scalar that a project defines may have, beside the functions MarshalX and UnmarshalX that gqlgen looks for, an
//
//	func AppendX(buf []byte, v T) []byte
//
// that appends the JSON that MarshalX writes: then its values are encoded without a closure for each.
//
// # What it refuses
//
// The generator refuses, by file, line, type and field, whatever it has no code for:
//   - A schema that declares @defer: nothing is deferred.
//   - Batch resolvers: a clump of a source is one already, over all objects of a wave and not of one list.
//   - Subscription contexts (@subscriptionContext): a response has the context of its subscription.
//   - Directives in queries, and those whose implementation is in the configuration.
//   - @inlineArguments, and Query, Mutation or Subscription as the type of a field.
//   - Federation, the layout follow-schema, a worker limit, and settings that change what panics do or what is returned for inputs.
//
// What a resolver's FieldContext lacks: Child is nil, and IsMethod and IsResolver are always true.
//
// When the context of a request ends, its execution stops at once and the answer has the error and no data; batches that nobody else waits
// for are cancelled.
package gqlexec
