// Package batch serves the queries of the comparison by gqlgen's batch resolvers: a resolver gets all parents of its list at once
// and reads them in one statement. There is nothing between the resolvers and the store, so lists that lie apart are
// read apart, and a key twice when two lists have it.
package batch

//go:generate go tool -modfile=../../../../go.mod gqlgen generate --config gqlgen.yml
