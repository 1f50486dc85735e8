package ledger

import (
	"context"
	"testing"

	"github.com/google/go-cmp/cmp"
	"github.com/jackc/pgx/v5"

	"github.com/clumpql/clumpql/internal/pgtest"
)

// Invariant: what is read under settings is one message with them, which Postgres takes for one transaction up to its end, as does a pooler of transactions. So nothing
// needs begin and commit.
func TestPStatesReadInOneMessage(t *testing.T) {
	t.Parallel()
	pool, f := pgtest.New(t), newFaults()
	d := newDepot(t, pool)
	stop := startWorker(t, d, WorkerOptions{})
	settle(t, d, seedRecords()...)
	stop()
	s := NewPStates(newFaultyPool(t, pool, f))
	users, page := []int64{alice, bob}, HistoryPage{First: 2}
	byID := HistoryPage{First: 2, Order: ByID}
	for _, test := range []struct {
		name     string
		read     func(ctx context.Context) error
		messages [][]string
	}{
		{"Balances", func(ctx context.Context) error { _, err := s.Balances(ctx, users); return err },
			[][]string{{readSettings, readFunds}}},
		{"BalancesAt", func(ctx context.Context) error { _, err := s.BalancesAt(ctx, 3, users); return err },
			[][]string{{readDecided, readSettings, readBalancesAt}}},
		{"OutgoingPages", func(ctx context.Context) error { _, err := s.OutgoingPages(ctx, page, users); return err },
			[][]string{{readDecided, readSettings, outgoingNewest}}},
		{"IncomingPages by id", func(ctx context.Context) error { _, err := s.IncomingPages(ctx, byID, users); return err },
			[][]string{{readDecided, readSettings, incomingByID}}},
		{"DepositPages", func(ctx context.Context) error {
			_, err := s.DepositPages(ctx, DepositPage{First: 2}, users)
			return err
		},
			[][]string{{readDecided, readSettings, depositsNewest}}},
		{"OutgoingCounts", func(ctx context.Context) error { _, err := s.OutgoingCounts(ctx, HistoryFilter{}, users); return err },
			[][]string{{readDecided, readSettings, countOutgoing}}},
		{"Transfers", func(ctx context.Context) error {
			_, err := s.Transfers(ctx, []TransferKey{{alice, "bob1"}})
			return err
		},
			[][]string{{readSettings, readAppended}, {readDecided, readSettings, readTransferDecisions}}},
	} {
		t.Run(test.name, func(t *testing.T) {
			ctx := testContext(t)
			for range 2 { // the first time its statements are prepared, and what is settled once is read
				f.record()
				if err := test.read(ctx); err != nil {
					t.Fatal(err)
				}
			}
			var messages [][]string
			var message []string
			for _, p := range f.disarm() {
				if p.statement != endOfMessage {
					message = append(message, p.statement)
					continue
				}
				messages, message = append(messages, message), nil
			}
			if diff := cmp.Diff(test.messages, messages); diff != "" || message != nil {
				t.Errorf("messages (-want +got):\n%s\nand %q", diff, message)
			}
		})
	}
}

// Invariant: settings of a read hold for its statement, and are over with its message.
func TestReadByIndexSettings(t *testing.T) {
	t.Parallel()
	pool := narrowed(t, pgtest.Plain(t), 1)
	ctx := testContext(t)
	const read = `SELECT current_setting('plan_cache_mode'), current_setting('enable_seqscan'), pg_backend_pid()`
	type settings struct {
		Plans, SeqScan string
		Backend        uint32
	}
	var during, after settings
	err := readByIndex(ctx, pool, plannedOnce, func(rows pgx.Rows) (err error) {
		during, err = pgx.CollectOneRow(rows, pgx.RowToStructByPos[settings])
		return err
	}, read)
	if err != nil {
		t.Fatal(err)
	}
	rows, _ := pool.Query(ctx, read)
	if after, err = pgx.CollectOneRow(rows, pgx.RowToStructByPos[settings]); err != nil {
		t.Fatal(err)
	}
	want := settings{"force_generic_plan", "off", during.Backend}
	if diff := cmp.Diff(want, during); diff != "" {
		t.Errorf("during the read (-want +got):\n%s", diff)
	}
	want = settings{"auto", "on", during.Backend}
	if diff := cmp.Diff(want, after); diff != "" {
		t.Errorf("after the read (-want +got):\n%s", diff)
	}
}
