package graph_test

import (
	"bytes"
	"context"
	"errors"
	"net"
	"net/http/httptest"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/jackc/pgx/v5/pgxpool"

	"github.com/clumpql/clumpql/graph"
	"github.com/clumpql/clumpql/internal/pgtest"
	"github.com/clumpql/clumpql/ledger"
)

// wires are the connections of a pool, to be cut or to fall silent.
type wires struct {
	mu     sync.Mutex // guards all below
	open   []net.Conn
	refuse bool
	silent bool
	until  string // what is sent, if it is not "", before they fall silent
}

var errRefused = errors.New("connection refused")

// newWiredPool returns another pool on the database of pool, on wires.
func newWiredPool(t *testing.T, pool *pgxpool.Pool) (*pgxpool.Pool, *wires) {
	t.Helper()
	w := &wires{}
	config := pool.Config()
	config.ConnConfig.TLSConfig, config.ConnConfig.Fallbacks = nil, nil
	dial := config.ConnConfig.DialFunc
	config.ConnConfig.DialFunc = func(ctx context.Context, network, address string) (net.Conn, error) {
		conn, err := dial(ctx, network, address)
		if err != nil {
			return nil, err
		}
		return w.add(conn)
	}
	wired, err := pgxpool.NewWithConfig(t.Context(), config)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		w.cut() // or the pool waits for the server's good-bye
		wired.Close()
	})
	return wired, w
}

func (w *wires) add(conn net.Conn) (net.Conn, error) {
	w.mu.Lock()
	defer w.mu.Unlock()
	if w.refuse {
		_ = conn.Close()
		return nil, errRefused
	}
	w.open = append(w.open, conn)
	return wire{conn, w}, nil
}

// cut closes all connections and refuses new ones.
func (w *wires) cut() {
	w.mu.Lock()
	defer w.mu.Unlock()
	w.refuse = true
	for _, conn := range w.open {
		_ = conn.Close()
	}
}

// fallSilent swallows whatever is sent, on new connections too.
func (w *wires) fallSilent() {
	w.mu.Lock()
	defer w.mu.Unlock()
	w.silent = true
}

type wire struct {
	net.Conn
	wires *wires
}

func (c wire) Write(b []byte) (int, error) {
	c.wires.mu.Lock()
	if c.wires.until != "" && bytes.Contains(b, []byte(c.wires.until)) {
		c.wires.silent = true
	}
	silent := c.wires.silent
	c.wires.mu.Unlock()
	if silent {
		return len(b), nil
	}
	return c.Conn.Write(b)
}

// serveWithin starts the API, without a worker, with a deadline for requests.
func serveWithin(t *testing.T, pool *pgxpool.Pool, timeout time.Duration) *api {
	t.Helper()
	depot := ledger.NewDepot(pool)
	t.Cleanup(depot.Close)
	handler, err := graph.NewHandler(graph.Config{Pool: pool, Depot: depot, Timeout: timeout})
	if err != nil {
		t.Fatal(err)
	}
	server := httptest.NewServer(handler)
	t.Cleanup(server.Close)
	return &api{url: server.URL, pool: pool}
}

// threeMutations append three records and wait until they are settled.
var threeMutations = []string{
	`mutation { deposit(input: {id: "d", userId: 0, amount: 1}) { replayed } }`,
	`mutation { transfer(input: {id: "t", fromUserId: 0, toUserId: 1, amount: 1}) { replayed } }`,
	`mutation { transfers(inputs: [{id: "ts", fromUserId: 0, toUserId: 1, amount: 1}]) { replayed } }`,
}

// Invariant: while Postgres is away mutations are answered UNAVAILABLE at the request's deadline, if not before: however Postgres went, and whether they append
// or wait. Who waited is told that it may have happened.
func TestMutations_PostgresAway(t *testing.T) {
	t.Parallel()
	for _, test := range []struct {
		name    string
		timeout time.Duration
		away    func(*wires)
		waiting bool // it goes when all is appended
	}{
		{"refused", 3 * time.Second, (*wires).cut, false}, // before an append is given up
		{"refused while they wait", 3 * time.Second, (*wires).cut, true},
		{"silent", 6 * time.Second, (*wires).fallSilent, false},
		{"silent while they wait", 6 * time.Second, (*wires).fallSilent, true},
	} {
		t.Run(test.name, func(t *testing.T) {
			t.Parallel()
			pool := pgtest.New(t)
			wired, w := newWiredPool(t, pool)
			if err := wired.Ping(t.Context()); err != nil {
				t.Fatal(err)
			}
			a := serveWithin(t, wired, test.timeout)
			if !test.waiting {
				test.away(w)
			}
			var clients sync.WaitGroup
			for _, mutation := range threeMutations {
				clients.Go(func() {
					got, err := a.ask(t.Context(), mutation, nil)
					if codes := got.codes(); err != nil || len(codes) != 1 || codes[0] != "UNAVAILABLE" {
						t.Errorf("%s: %v %v, want UNAVAILABLE", mutation, got.Errors, err)
					} else if test.waiting && !strings.Contains(got.Errors[0].Message, "may have happened") {
						t.Errorf("%s: %q of what is in the depot", mutation, got.Errors[0].Message)
					}
				})
			}
			if test.waiting {
				awaitAppended(t, pool, len(threeMutations))
				test.away(w)
			}
			clients.Wait()
		})
	}
}

// Invariant: where Postgres falls silent when all is decided, as the payload or what hangs off it is read, a mutation is answered UNAVAILABLE, too.
func TestMutations_PostgresSilentAfterDecision(t *testing.T) {
	t.Parallel()
	var all sync.WaitGroup // they mostly wait, whatever the bound of parallel tests
	for _, test := range []struct{ name, until, mutation string }{
		{"transfer", "JOIN outgoing_transfers", `mutation { transfer(input: {id: "t", fromUserId: 0, toUserId: 1, amount: 1}) { transfer { status } } }`},
		{"transfers", "JOIN depot", `mutation { transfers(inputs: [{id: "t", fromUserId: 0, toUserId: 1, amount: 1}]) { transfer { status } } }`},
		{"deposit", "JOIN deposits", `mutation { deposit(input: {id: "d", userId: 0, amount: 1}) { deposit { id } } }`},
		{"balance", "FROM funds", `mutation { deposit(input: {id: "d", userId: 0, amount: 1}) { account { balance } } }`},
	} {
		all.Go(func() {
			t.Run(test.name, func(t *testing.T) {
				pool := pgtest.New(t)
				serve(t, pool, true) // another process, which decides
				wired, w := newWiredPool(t, pool)
				w.until = test.until
				a := serveWithin(t, wired, 8*time.Second) // most of it is left when the record is decided
				a.failed(t, "UNAVAILABLE", test.mutation, nil)
				var decided int
				if err := pool.QueryRow(t.Context(), `SELECT sum(next_offset) FROM progress`).Scan(&decided); err != nil || decided != 1 {
					t.Errorf("%d records are decided, %v, want 1", decided, err)
				}
			})
		})
	}
	all.Wait()
}

// awaitAppended returns when the depot holds so many records.
func awaitAppended(t *testing.T, pool *pgxpool.Pool, want int) {
	t.Helper()
	for n := 0; n < want; {
		if err := pool.QueryRow(t.Context(), `SELECT count(*) FROM depot`).Scan(&n); err != nil {
			t.Fatal(err)
		}
	}
}

// Invariant: a mutation that waits for another transaction is late, and nobody says that Postgres is away. It is safe to repeat.
func TestMutations_LateBehindAnother(t *testing.T) {
	t.Parallel()
	pool := pgtest.New(t)
	tx, err := pool.Begin(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = tx.Rollback(context.WithoutCancel(t.Context())) }()
	if err := ledger.NewDepot(pool).LockTx(t.Context(), tx); err != nil {
		t.Fatal(err)
	}
	a := serveWithin(t, pool, time.Second)
	a.failed(t, "TIMEOUT", threeMutations[0], nil)
}
