// Package testserver has the cases of gqlgen's own codegen/testserver (v0.17.95), under their names, against what gqlexec generates from the
// same parts of its schema: Go types that are maps, slices, interfaces, numbers and pointers to pointers, methods with every signature, inputs
// that tell null from missing, directives, embedded structs, getters, streams.
//
//	*.graphqls ──> generated.go, models_gen.go   (models in the package of the executor, as in a fresh gqlgen project)
//	           └─> *_test.go: query and whole answer, over gqlgen's transports
//
// Locations, which gqlgen leaves out of some errors, are there. A panic in a marshaler is an error of its value, where gqlgen answers
// with status 500. These cases have no counterpart:
//   - defer: nothing is deferred, and the query is not valid. TestDefer_IsNotValid in package oracle.
//   - inline_arguments_integration and inline_arguments_error: @inlineArguments is refused.
//   - directive, "field directives" and "operation directives": directives in queries are refused.
//   - subscriptionwithcontext and TestSubscriptionContextField: @subscriptionContext and its setting are refused.
//   - middleware: field interceptors are not called; TestAroundColumn_Calls in package gqlexec has what takes their place.
//   - skip_include: graphql-js' cases, in package oracle.
//   - TestEnums, TestCodegen of compliant-int, TestLayouts: what gqlgen's modelgen and its layouts write. Models are its own; there is one layout.
//   - childfielddedup, usefunctionsyntaxforexecutioncontext: how gqlgen's executor is cut into functions; with its queries of
//     nested objects and of a query, a mutation and a subscription each, every other case would do the same.
//   - benchmark: bench/graphql measures against stock gqlgen.
package testserver

//go:generate go run ../../../cmd/gqlexec -config gqlgen.yml
//go:generate go run ../../../cmd/gqlexec -config nullabledirectives/gqlgen.yml
