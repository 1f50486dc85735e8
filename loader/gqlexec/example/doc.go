// Package example is a bookshop served by gqlexec: a schema, Go types, a store that is asked in batches, and resolvers that return
// clumps.
package example

//go:generate go run github.com/clumpql/clumpql/loader/gqlexec/cmd/gqlexec -config gqlgen.yml
