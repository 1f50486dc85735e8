// Package oracle is a schema with two executors: ours and stock gqlgen's, over the same data. Its test sends random queries to both and
// demands the same answers.
//
//	schema.graphqls ──> ours/generated.go   (gqlexec, resolvers return clumps)
//	                └─> stock/generated.go  (gqlgen, resolvers block)
//	data.go, abstract.go, stream.go: what both resolve to, with nulls, errors and panics where a number says so
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
// Of graphql-js' suites these cases are not here, for they need what a schema of gqlgen cannot have: types without resolvers or whose
// resolveType and isTypeOf fail or are promises (a Go type stands for its object type), default resolvers of plain objects, a rootValue,
// custom resolvers for __typename, lists that are iterators, and arguments or schemas that are checked only when they are executed. The
// wording of what is refused before execution is gqlparser's. Those on @stream and @defer, and on variables of fragments, are not here either.
package oracle

//go:generate go run ../../cmd/gqlexec -config gqlexec.yml
//go:generate go tool gqlgen generate --config stock.yml
