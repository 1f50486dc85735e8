// Package oracle is a schema with two executors: ours and stock gqlgen's, over the same data. Its test sends random queries to both and
// demands the same answers.
//
//	schema.graphqls ──> ours/generated.go   (gqlexec, resolvers return clumps)
//	                └─> stock/generated.go  (gqlgen, resolvers block)
//	data.go: what both resolve to, with nulls, errors and panics where a node's number says so
package oracle

//go:generate go run ../../cmd/gqlexec -config gqlexec.yml
//go:generate go tool gqlgen generate --config stock.yml
