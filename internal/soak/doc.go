// Command soak tries to make the ledger lose, double or invent money, and fails when it can.
//
// It runs several clumpql processes, built with the race detector, on one Postgres, each behind a proxy of its own, lets clients use
// them by GraphQL over HTTP, and meanwhile breaks what can break:
//
//	clients ---HTTP---> clumpql 0 ---> proxy 0 --.
//	   |     \--------> clumpql 1 ---> proxy 1 ---+---> Postgres
//	   |      \-------> clumpql 2 ---> proxy 2 --'         ^
//	   |                    ^             ^                |
//	   |            kill -9, SIGTERM,   cut, cut short,  restarted, kill -9, backends ended,
//	   |            SIGSTOP + SIGCONT   slow, silent     appends held open
//	   v
//	histories, the bank, acknowledged records, availability ---> summary, exit code
//
// What it checks:
//
//   - Histories of clients that share three accounts are linearizable: one after the other, each taking effect between its call and its
//     return, the operations explain every answer. A call without an answer may take effect at any time from then on, or never.
//     Package porcupine decides that, with a sequential model that shares no code with the ledger.
//   - The bank: one read of all its accounts finds all of the money that was paid into it.
//   - What was acknowledged is there, with the outcome that was acknowledged, whenever it is asked for again.
//   - An error is one that the API promises while things fail: UNAVAILABLE or TIMEOUT, and it comes before the request's deadline.
//   - No process ends by itself, and the race detector finds nothing.
//   - When everything works again all that is in the depot is decided; the model, replaying the depot in the order of decisions, finds the tables as
//     they should be; and so does clumpql verify.
//
// The seed, which it prints, makes the choices of clients and faults; how they meet is up to the machine.
//
// The tests of this folder are its short version, a fault at a time, with what can be expected of each. The manner of testing is Jepsen's,
// https://jepsen.io; the bank is one of its workloads.
package main
