// Package demo makes up a catalogue and a ledger to play with: `clumpql seed`, and `serve --demo` on an empty database.
//
//	Options --> files (an fs.FS whose CSV is made while it is read) --> importer.ImportTx --> tables and depot
//	                                                               `--> is anything there that is not the demo's? roll back
//
// It goes the way of every catalogue, so it streams, it lands in one transaction, and its money goes through the depot.
//
// # What there is
//
// Users 0, 1 and 2 are alice, bob and charlie. They are paid 200, 100 and 100; alice pays bob 50, fails to pay charlie 160, pays
// charlie 25, and charlie pays bob 10. No other record touches them, so with a ledger that was empty they end with 125, 160 and 115.
//
// All other ids begin at FirstID, far above those of most real catalogues, so that one that is imported later does not mix with
// the demo's. With Options.Apart, as `serve --demo` has it, that holds for alice, bob and charlie as well.
//
// The rest is what the data model allows: tracks whose creator does not exist, tracks of no genre, playlist entries whose
// track does not exist, transfers that are refused.
//
// # Guarantees
//
//   - Deterministic: the same Options make the same files, byte for byte, with the same version of this program. The names
//     come from gofakeit, a new version of which may know others.
//   - Idempotent: a second Seed with the same Options changes nothing.
//   - A catalogue that is not the demo's is left alone: Seed then changes nothing and fails with ErrNotDemo. It does so also for
//     a demo made with other Options.
//   - All or nothing, and bounded memory for any size: see internal/importer.
package demo
