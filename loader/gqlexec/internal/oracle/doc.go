// Package oracle is a schema with two executors: ours and stock gqlgen's, over the same data. Its test sends random queries to both and
// demands the same answers.
//
//	schema.graphqls ──> ours/generated.go   (gqlexec, resolvers return clumps)
//	                └─> stock/generated.go  (gqlgen, resolvers block)
//	data.go, abstract.go, stream.go, outcome.go: what both resolve to, with nulls, errors and panics where a number, or an argument, says so
//
// Where stock gqlgen departs from the specification, ours does not follow. Random queries keep away from these, and a test of its own has
// what ours answers:
//   - A marshaler that fails in a non-null field: stock leaves null where the schema allows none.
//   - A null for a @skip or @include: stock panics.
//   - A null for a non-null argument or input field, an unknown name of an enum: stock takes the zero value.
//   - A variable for an input object with @oneOf that has no key, several, or a null: stock takes it.
//   - Fields of one key, selected on interfaces and unions of which none implements the other: stock answers the key twice.
//   - Arguments of a field that is selected on an interface: stock has the interface's defaults, and no others of the object type's.
//   - A nil pointer in an interface that must not be null: stock propagates the null, but has no error.
//   - A Go type that is none of the interface's object types: stock panics.
//   - The path of an error in an event of a subscription: stock leaves out the root field.
//   - The location of an error: stock gives none to nulls where the schema allows none, panics, arguments, marshalers, and what a directive
//     returns of another type. Random queries compare those that it gives, and look up ours in the document.
//   - A null in an event whose root field must not be null: stock leaves it there.
//   - @defer: stock defers. Ours does not, and so does not declare it.
//
// The files graphqljs_*_test.go have the cases of graphql-js' execution suites, under their names. These are not there:
//   - For they need what a schema of gqlgen cannot have: types without resolvers, or whose resolveType and isTypeOf fail or are promises (a Go
//     type stands for its object type); default resolvers of fields, types and streams, plain objects, a rootValue, custom resolvers for
//     __typename; lists that are iterators, asynchronous ones too; resolvers of streams that return no stream, and promises of one (they may
//     block); enums with null among their values; schemas and arguments of the executor's functions that are wrong.
//   - A limit of errors for variables: gqlparser tells the first one. Variables of fragments, @defer and @stream: gqlparser has none, or they are
//     not valid here. The option to leave out the propagation of nulls.
//   - "Cancellation with null bubbling": a null that has reached the root ends nothing; all of a wave is answered with its errors.
//   - What a resolver knows of the execution: that is gqlgen's FieldContext, which package testserver asks for. Errors in a source stream, and
//     streams that are thrown: a channel has none, so resolvers say them by transport.AddSubscriptionError (package graph's tests).
//   - The suites of what graphql-js is made of, such as mapAsyncIterator and sync.
//
// These differ: an empty name of an operation is none; what has no field to subscribe to, or two, subscribes to nothing; @include and fragments
// that would recurse, unknown or missing fields and arguments are refused by validation, which graphql-js' executor goes without; an argument
// that its scalar does not take is an error of its field, also from a variable. The wording of what is refused before execution is gqlparser's.
package oracle

//go:generate go run ../../cmd/gqlexec -config gqlexec.yml
//go:generate go tool gqlgen generate --config stock.yml
