package ledger

import (
	"context"
	"fmt"
	"net"
	"sync/atomic"
	"testing"

	"github.com/google/go-cmp/cmp"
	"github.com/jackc/pgx/v5"
	"github.com/jackc/pgx/v5/pgxpool"
)

// halting is a connection that stops, while it is told to, before the last bytes of whatever is large, until it may go on.
type halting struct {
	net.Conn
	armed  *atomic.Bool
	halted chan<- struct{}
	goOn   <-chan struct{}
}

// largeBytes is less than the arrays of a thousand records take, lastBytes more than executes the statements of an append to a few partitions.
const largeBytes, lastBytes = 8_000, 600

func (c halting) Write(b []byte) (int, error) {
	if !c.armed.Load() || len(b) < largeBytes {
		return c.Conn.Write(b)
	}
	n, err := c.Conn.Write(b[:len(b)-lastBytes])
	if err != nil {
		return n, err
	}
	c.halted <- struct{}{}
	<-c.goOn
	last, err := c.Conn.Write(b[n:])
	return n + last, err
}

// Invariant: whatever an append has to send, a process that falls silent in the middle of that keeps nobody from the depot, also not if the depot holds some
// of it, in several partitions: no timeout of Postgres would end that.
func TestDepotAppendTakesLocksLast(t *testing.T) {
	t.Parallel()
	withPartitions(t, func(t *testing.T, pool *pgxpool.Pool) {
		var armed atomic.Bool
		halted, goOn := make(chan struct{}), make(chan struct{})
		config := pool.Config()
		config.ConnConfig.TLSConfig, config.ConnConfig.Fallbacks = nil, nil // the messages are to be sent as they are
		dial := config.ConnConfig.DialFunc
		config.ConnConfig.DialFunc = func(ctx context.Context, network, address string) (net.Conn, error) {
			conn, err := dial(ctx, network, address)
			return halting{conn, &armed, halted, goOn}, err
		}
		ctx := testContext(t)
		slow, err := pgxpool.NewWithConfig(ctx, config)
		if err != nil {
			t.Fatal(err)
		}
		t.Cleanup(slow.Close)
		d := newDepot(t, slow)
		const records = 1_000
		many := make([]Record, 2*records)
		for i := range many {
			many[i] = Deposit{fmt.Sprint(i), int64(i), 1}
		}
		appendSlowly := func(records []Record, messages int) []Receipt {
			t.Helper()
			armed.Store(true)
			defer armed.Store(false)
			appended := make(chan []Receipt)
			go func() {
				receipts, err := d.Append(ctx, records...)
				if err != nil {
					t.Error(err)
				}
				appended <- receipts
			}()
			for range messages {
				select {
				case <-halted:
				case <-ctx.Done():
					t.Fatal("fewer large messages were sent")
				}
				if err := lockHeadsNow(ctx, pool); err != nil {
					t.Errorf("a head is locked by a message that has not arrived: %v", err)
				}
				goOn <- struct{}{}
			}
			return <-appended
		}
		appendSlowly(many[:records], 1)
		d.lookups = 1 // or a message would be refused first
		for i, r := range appendSlowly(many, 2) {
			if r.Replayed != (i < records) {
				t.Errorf("receipt %d is %+v", i, r)
			}
		}
		decideAll(t, NewWorker(newDepot(t, pool), WorkerOptions{Logger: testLogger(t)}))
		verifyOK(t, pool, 2*records)
	})
}

// Invariant: what somebody else appends after it was looked up is found all the same, and what is new besides is appended once.
func TestDepotAppendKnown_appendedMeanwhile(t *testing.T) {
	t.Parallel()
	withPartitions(t, func(t *testing.T, pool *pgxpool.Pool) {
		ctx := testContext(t)
		d := newDepot(t, pool)
		d.lookups = 1
		appended := make(chan []Receipt)
		err := pgx.BeginFunc(ctx, pool, func(tx pgx.Tx) error {
			if _, err := newDepot(t, pool).AppendTx(ctx, tx, []Record{Deposit{"held", alice, 1}}); err != nil {
				return err
			}
			go func() {
				receipts, err := d.Append(ctx, Deposit{"new", alice, 1}, Deposit{"held", alice, 1}, Deposit{"newer", alice, 1})
				if err != nil {
					t.Error(err)
				}
				appended <- receipts
			}()
			waitBlocked(t, d) // it has looked, and waits for the head
			return nil
		})
		if err != nil {
			t.Fatal(err)
		}
		p := partitionOf(alice, int32(countRows(t, pool, "SELECT count(*) FROM depot_heads")))
		want := []Receipt{{p, 1, false}, {p, 0, true}, {p, 2, false}}
		if diff := cmp.Diff(want, <-appended); diff != "" {
			t.Errorf("receipts (-want +got):\n%s", diff)
		}
	})
}

// lockHeadsNow locks the heads of all partitions and lets them go, or fails where one is locked.
func lockHeadsNow(ctx context.Context, pool *pgxpool.Pool) error {
	return pgx.BeginFunc(ctx, pool, func(tx pgx.Tx) error {
		partitions, err := countPartitions(ctx, tx)
		for p := int32(0); p < partitions && err == nil; p++ { // one by one, as a cluster demands
			_, err = tx.Exec(ctx, "SELECT partition FROM depot_heads WHERE partition = $1 FOR UPDATE NOWAIT", p)
		}
		return err
	})
}
