// Package stock serves the queries of the comparison by gqlgen as it is: resolvers that block, below them the loaders of a request.
//
//	request -> WithLoaders -> gqlgen -> resolver --key--> Loader --keys, after its window--> catalogue.Store
//
// The loaders are those of dataloadgen or of graph-gophers/dataloader, made anew for each request, as both libraries advise.
// Package batch, below it, has gqlgen's own batch resolvers instead.
//
// The page of a timeline has no siblings to wait for: it is read at once.
//
// The inner join of enrichedTracks has to be known before its list is, so its resolver asks for many keys at once: with its
// own goroutine for every element, gqlgen would take longer.
package stock

//go:generate go tool -modfile=../../../go.mod gqlgen generate --config gqlgen.yml
