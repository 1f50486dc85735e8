// Command ledger measures clumpql's ledger beside a transaction for each transfer, as pgbench makes them: on one Postgres with the settings
// that initdb gives it, durability included, in one run.
//
//	pgbench  ---begin, two updates, insert, commit---------------------------------> its database    |
//	this process: appenders --Depot.Append--> depot, worker -----------------------> its database    |-- one cluster
//	this process: connections --GraphQL over HTTP--> clumpql, a process of its own -> its database    |
//
// The contenders are
//
//	pgbench-8, pgbench-1      pgbench with so many clients; the script is transfer.sql, the tables are tables.sql
//	pgbench-hot-...           with 8 clients, where all pay one account or one account pays all
//	depot-32x100              32 appenders with 100 records a call, decided by a running worker
//	depot-512x1               512 appenders with one record a call
//	depot-hot-...             as depot-32x100, where all pay one account or one account pays all
//	http-4x500                4 connections with bulks of 500 transfers, settled
//	http-256, http-1          so many connections with a transfer a request, settled
//
// The rival has the least that keeps money safe: balances that cannot be negative, ids that cannot happen twice, locks in an order that has
// no circles. It keeps no histories by payer and payee and no depot, and its ids are integers; clumpql's are text, as long as a ULID.
//
// Rounds of all contenders are interleaved, each round beginning with another one, and each contender with a second that does not count, in which it
// gets back what the others have put out of Postgres' memory. Figures are medians of rounds, latencies are of all rounds together: of a
// transaction, of an append (which is durable then, not decided), of a request. Records a second count what is
// decided: a round of appenders ends with the decision of their last record. CPU is that of the contender (in depot-... the same process as
// its load, so both columns show it), of this process, and of all of Postgres' processes where Linux tells; WAL is of the whole cluster;
// commits are transactions that wrote. At the end each database has to hold exactly the records that were counted and the money that
// there was in the beginning, or the program ends with an error. A missed target is no error.
//
// With -large the contenders are two ledgers in this process, as depot-32x100: one that was empty when the rounds began, and one that was
// filled through itself. Of its accounts one in a hundred is dormant: it has its opening deposit and no transfers. Then balances and first
// pages of histories are read of random users, active and dormant ones, one after the other, in process and over HTTP, and the commands
// that go through the whole ledger are run, each in a process of its own.
//
// Load, servers and Postgres share the machine, so absolute figures say little: read the ratios.
package main
