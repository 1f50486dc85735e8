// Command graphql measures clumpql beside other ways to serve the same queries in Go: over HTTP on loopback, on the same Postgres,
// in one run.
//
//	load (this process) --HTTP--> one server process a contender --the same reads of internal/catalogue--> Postgres
//	                                    `--> private listener: CPU time and allocations so far
//
// The contenders are
//
//	clumpql          the program itself, as `clumpql serve` runs it: routes, request ids, limits, the ledger's worker
//	dataloadgen      stock gqlgen over vikstrous/dataloadgen
//	graph-gophers    stock gqlgen over graph-gophers/dataloader
//	batch resolvers  stock gqlgen with its own batch resolvers
//	handwritten      a handler that knows the queries: JSON in, statements, JSON out, no GraphQL
//
// The rivals serve nothing but these queries, have no routes, no limits and no request ids, and answer from a schema with just the
// types that are needed. Both loader libraries run with a window of 1 ms, as is usual, and with each of a row of others, of which
// the one with the most requests a second is shown as their best, for each query and number of connections: chosen after the fact.
//
// Before anything is measured all contenders have to give the same answer to all questions, and while it is measured
// each answer is compared with the first one. A wrong answer ends the program with an error. A missed target does not.
//
// Rounds of all contenders are interleaved. Requests a second, CPU and allocations are medians of rounds, latencies are of all rounds
// together. Where a round takes long, as on many connections of a slow machine, there are fewer of them, so that all end within the
// limit. Statements are counted by Postgres (pg_stat_statements), and shown as the least and the most of a round. Load,
// servers and Postgres share the machine, so absolute figures say little: read the ratios.
//
// A second table tells where the CPU time of a request goes: to the server, to Postgres (as Linux tells it of its processes), or to the
// load. What is not the server's is the same for all contenders, and bounds every ratio of requests a second. What bounds that of the
// latencies on one connection is the floor: the handwritten handler called within the process that measures, without HTTP.
package main
