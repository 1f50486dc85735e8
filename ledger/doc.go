// Package ledger moves money between users: exactly once, never below zero, on Postgres.
//
// It is Rama's bank-transfer module in Go: an append-only depot, a worker that decides it in microbatches, and PStates
// (tables that only the worker writes) for what is read.
//
//	Depot.Append --> line --> one message a group:                          depot        offsets 0, 1, 2, ... without gaps
//	                          begin, take offsets, insert, commit             |
//	                                                                         v
//	Worker.Run ---> lease --> fill: take what was appended here, or         decide       apply.go, in the order of offsets
//	                          read the depot; recall the funds (while the     |
//	                          microbatch before it commits)                   |
//	                          one message a microbatch:                       v
//	                          begin, histories, progress (the fence), funds, notify if others listen, commit
//	                          or, while another one commits, two: histories first, and the rest when that is committed
//	         or, while the worker has nothing to do, and the group is small:
//	                          one message for both: begin, take the next offsets, insert, and as above
//	                                                                         |
//	Depot.Wait <---------------------------------------------- funds, outgoing_transfers,
//	PStates <------------------------------------------------- incoming_transfers, deposits
//	Feed: Depot.WaitBeyond -> PStates, for all followers in one statement -> balances, transfers as they are decided
//	Verify: depot, microbatches -> decide again -> compare
//	Rebuild: depot, microbatches -> decide again -> new PStates beside the old -> one transaction: fence, the rest, in their place
//
// # Guarantees
//
//   - Append is durable when it returns, and all or nothing. Concurrent appends are committed in groups: one transaction for
//     whatever arrived while the last one was under way. No timer makes a group, and a conflict stays with its call. A group whose records
//     are all new takes one round trip; the unique key refuses the others, and they are looked up. A small group that finds the worker of
//     its process without work, or within 20 ms, is decided in the same transaction (immediate.go): it is the worker's microbatch, under its
//     term and fence, and if it is refused because others were faster, or keep it waiting for a tenth of a second, it is appended and
//     decided as usual.
//   - A record id is used once, for ever, by one user for one kind: deposits by the user paid, transfers by the payer, and
//     a deposit and a transfer may have the same id. The same content again returns the original, other content is a
//     *ConflictError, which names the first record of the call that does not fit. The outcome never changes, also not that of a refusal
//     after the account was funded.
//   - Each record is decided exactly once: progress and PStates change in one transaction, and progress only by
//     compare-and-set of offset and epoch. A worker that was paused past its lease finds a later epoch and applies nothing.
//     What it remembers of the funds, and what it decided ahead of a commit, is of its term and ends with that. One microbatch
//     commits at a time, and the next one goes past the fence after it: what that one wrote ahead (commit.go) goes where it fails.
//   - A refused transfer is an outcome, not an error: both histories list it, with the balance that the decision found. So every row of
//     a history has the balance of its user at that position.
//   - Balances are int64 in minor units, never negative. An amount that would overflow is refused as BalanceOverflow.
//   - A follower of a Feed sees each transfer of its user once and in the order of decisions, whichever process made them, and
//     every balance but those that were changed again before it looked.
//   - PStates are a pure function of the depot (and of microbatches, where there are several partitions). Verify proves it.
//   - The past does not change unnoticed. Each microbatch has a hash over its records, their outcomes and the hash before it (chain.go says
//     over which bytes): Verify names the record that was changed, also where the PStates were changed to fit. Who could make
//     all later hashes anew as well is found out by a hash that was kept elsewhere. What was decided before there was the chain has
//     none, and only that.
//
// # Order
//
// With one partition, which is what a database has unless SetPartitions says otherwise, there is one total order:
// position is offset. With several, a record is in the partition of the user who pays, each microbatch takes what is next
// in every partition, and decides partition after partition. The table microbatches keeps where each one ended, and a
// record's position counts the decisions before it.
//
// # Segments
//
// A segment is a run of 2^18 positions. The keys of the histories begin with it, so what is decided touches the pages of the newest segment alone,
// whatever the size of the ledger is. Rows of funds are still all over their table.
// Those of funds take ninety bytes an account with their key, for which Postgres wants shared_buffers: with its default of 128 MB, a ledger of a million
// accounts and ten million records decided 0.70 to 0.85 of an empty one's records a second in six measurements that began with warm caches, and 0.68 to
// 0.74 in four that did not. More of it helps: when accounts took 103 bytes, it was 0.71 to 0.74 with 128 MB, 0.78 with 160 MB, and 0.82 with 192 and 512 MB.
// A ledger of ten thousand accounts and five million records decided 0.80 to 0.91.
//
// A balance changes in its page, which has room for some twenty-five old versions, and Postgres removes those that no open transaction may see. One that is
// open for seconds while balances change (a dump, Verify, an import of the catalogue, an AppendTx that is not committed) makes rows move to other
// pages, and the key grow: a million accounts that were changed forty thousand times a second had funds of 87 MB before a Verify of half a minute, and
// of 160 MB after it. Only Rebuild brings them together again. Postgres' own statistics take small samples of these tables and are ready at
// once: see migrations/0010_sample.sql.
//
// What is read of a user is looked up in one segment after the other, by one statement that stops where its page is full: a record of long ago, or none at
// all, costs a probe of an index for each segment in between, some microseconds. A new ledger has one segment, one of ten million records 39.
//
// By record id, the first transfers that name a user, up to 256, are found by walking over them, in their segments. What comes after them is listed by
// id in an index, whose key begins with the segment as well. So who has few transfers costs the ledger no such index, which is most users: a transfer makes
// four index entries, and six where both users have many. For that a page by id, or a count of a range of ids, reads up to 256 rows of each user, and of who
// has more, from each segment as many keys as the page is long: two milliseconds in all, for a user with a thousand transfers among five million.
//
// What is left to the client is the order of record ids: the depot's key begins with them. Ids that grow with time (ULIDs, UUIDs of
// version 7, counters) touch its newest pages; random ones touch a random page of it each.
//
// # Transactions
//
// What takes several statements to write is begun and committed by statements. What is read is one statement, or statements and the settings that
// hold for them, sent in one message without begin and commit: Postgres takes a message for a transaction, so a pooler of transactions does not take
// it apart. Its statements need no snapshot in common: what is decided does not change, and what comes later is behind it. Verify does, and has one.
//
// # On a Citus cluster
//
// The statements are the same, and the tables are spread by user and by partition of the depot: see the package migrations. A transaction that concerns
// several nodes is committed on one after the other, in two phases, so they show it one after the other.
//
//   - What one statement reads of one user is of one moment: it is on one node. What is read of several users is not, and neither is the sum of all funds
//     while transfers are decided. Verify may name a deviation then that it does not find again. Progress may show before the histories on other nodes
//     do: for that moment, a process that has no Worker may show a record as pending that it was told is decided, or an older balance.
//   - A microbatch writes the funds of all whom its records name, and each only where the table has what it decided on (microbatch.go). So what a node has
//     not shown yet is not decided over: the term ends, and the next one decides again.
//   - A node that is lost is Postgres being away, for whom it concerns. When it is back Citus ends what is in doubt there, within a minute
//     (citus.recover_2pc_interval).
//   - Citus plans a statement each time, for its arguments, and other nodes do not know a transaction's settings. So an append that finds the worker
//     without work while a long AppendTx is open keeps that from working for up to thirty seconds, not for a tenth of one.
//
// # When things fail
//
// A connection that breaks before the commit loses the transaction, and with it nothing that was promised. One that breaks
// while committing leaves the outcome unknown. An append is repeated then: the lock on the head makes the repetition
// wait for the end of its predecessor, and a token in each row tells its own records from others', so its receipts are
// the true ones. A microbatch ends its term: the worker takes the lease anew, under a later epoch, and reads progress. A transaction that
// is both is repeated as an append, and ends the term.
// A message takes its locks when all but the last few hundred bytes of it have arrived, so a process that is paused or cut off while it sends
// holds none. What it holds locked between two messages, Postgres frees after two seconds; its lease ends after three.
// A lease that ends later than the clock of the database lets it, because that was set back, counts as ended.
// A connection that falls silent without an end is given up after thirty seconds; another process has taken over long before.
// What a process appends whose worker has lost its term without knowing waits for the poll of the other's: a third of the lease. Who has just begun to
// listen, or was not heard of for three seconds, waits for its own poll: a second.
// While Postgres is away, appends answer ErrUnavailable after a few seconds or when their context ends, and the worker
// tries until its context ends. A context that ends after Postgres was silent for three seconds is answered ErrUnavailable too.
//
// PStates that are damaged are made anew by Rebuild while everything goes on. The depot and the microbatches are what it makes them from: of
// those there is no second copy but a backup. What was decided on damaged funds is in the chain as it was decided; after Rebuild
// those records have the outcome that the depot makes of them, and Verify names them for ever.
//
// AppendTx holds the head locked until the end of the transaction around it, so long imports make appends wait: also one whose process falls silent
// while it sends, until its connection ends.
//
// # Sources
//
// The module and its words (depot, microbatch, PState) are from Rama's examples, https://github.com/redplanetlabs/rama-demo-gallery.
// There a depot partition has one writer and microbatches span a cluster's PStates; here both are transactions of
// Postgres. Rama's transfers are keyed by id alone within the payer; here deposits have ids too, and every record is
// idempotent. The permanence of outcomes, refusals included, is TigerBeetle's, https://docs.tigerbeetle.com.
package ledger
