package ledger

import (
	"context"
	"encoding/binary"
	"errors"
	"io"
	"net"
	"sync"
	"testing"

	"github.com/jackc/pgx/v5/pgxpool"
)

var errCut = errors.New("connection cut by the test")

// faults cuts a connection at a chosen statement. It counts the statements that the connections of a pool send, by
// reading the protocol: Execute and Query messages.
type faults struct {
	mu     sync.Mutex
	armed  bool
	target int  // the statement at which to cut, counted from 1; 0: only count
	after  bool // cut when the server has executed it, before the answer arrives; else before it is sent
	seen   int
	fired  bool

	refused chan struct{} // not nil: after the cut no connection is opened any more, and a token says that one was tried
}

// refuse tells whether the database is to be out of reach.
func (f *faults) refuse() bool {
	f.mu.Lock()
	defer f.mu.Unlock()
	if !f.fired || f.refused == nil {
		return false
	}
	select {
	case f.refused <- struct{}{}:
	default:
	}
	return true
}

func (f *faults) arm(target int, after bool) {
	f.mu.Lock()
	defer f.mu.Unlock()
	f.armed, f.target, f.after, f.seen, f.fired = true, target, after, 0, false
}

// disarm returns how many statements were seen, and whether the connection was cut.
func (f *faults) disarm() (seen int, fired bool) {
	f.mu.Lock()
	defer f.mu.Unlock()
	f.armed = false
	return f.seen, f.fired
}

// statement counts one, and tells whether to cut here.
func (f *faults) statement() (cut, after bool) {
	f.mu.Lock()
	defer f.mu.Unlock()
	if !f.armed || f.fired {
		return false, false
	}
	f.seen++
	f.fired = f.seen == f.target
	return f.fired, f.after
}

// newFaultyPool returns another pool on the database of pool, whose connections obey f.
func newFaultyPool(t testing.TB, pool *pgxpool.Pool, f *faults) *pgxpool.Pool {
	t.Helper()
	config := pool.Config()
	connect := config.ConnConfig
	connect.TLSConfig, connect.Fallbacks = nil, nil // the messages must be readable
	connect.RuntimeParams["application_name"] = "victim"
	dial := connect.DialFunc
	connect.DialFunc = func(ctx context.Context, network, address string) (net.Conn, error) {
		if f.refuse() {
			return nil, errCut
		}
		conn, err := dial(ctx, network, address)
		if err != nil {
			return nil, err
		}
		return &faultyConn{Conn: conn, faults: f}, nil
	}
	faulty, err := pgxpool.NewWithConfig(context.Background(), config)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(faulty.Close)
	return faulty
}

// faultyConn forwards whole messages to the server until faults says stop.
type faultyConn struct {
	net.Conn
	faults  *faults
	started bool   // the startup message, which has no type, was sent
	partial []byte // of a message

	mu  sync.Mutex
	cut bool
}

func (c *faultyConn) isCut() bool {
	c.mu.Lock()
	defer c.mu.Unlock()
	return c.cut
}

func (c *faultyConn) Read(b []byte) (int, error) {
	if c.isCut() {
		return 0, errCut
	}
	return c.Conn.Read(b)
}

func (c *faultyConn) Write(b []byte) (int, error) {
	if c.isCut() {
		return 0, errCut
	}
	if !c.started {
		c.started = true
		return c.Conn.Write(b)
	}
	c.partial = append(c.partial, b...)
	forward := 0
	for {
		rest := c.partial[forward:]
		if len(rest) < 5 {
			break
		}
		size := 1 + int(binary.BigEndian.Uint32(rest[1:5]))
		if len(rest) < size {
			break
		}
		if rest[0] == 'E' || rest[0] == 'Q' {
			if cut, after := c.faults.statement(); cut {
				if after {
					forward += size
				}
				return 0, c.die(c.partial[:forward], after)
			}
		}
		forward += size
	}
	if _, err := c.Conn.Write(c.partial[:forward]); err != nil {
		return 0, err
	}
	c.partial = append(c.partial[:0], c.partial[forward:]...)
	return len(b), nil
}

// die sends the last messages, waits until the server has executed them if asked to, and closes the connection.
func (c *faultyConn) die(last []byte, wait bool) error {
	c.mu.Lock()
	c.cut = true
	c.mu.Unlock()
	defer c.Close()
	if _, err := c.Conn.Write(last); err != nil || !wait {
		return errors.Join(errCut, err)
	}
	if _, err := c.Conn.Write([]byte{'S', 0, 0, 0, 4}); err != nil {
		return errors.Join(errCut, err)
	}
	for header := make([]byte, 5); header[0] != 'Z'; {
		if _, err := io.ReadFull(c.Conn, header); err != nil {
			return errors.Join(errCut, err)
		}
		if _, err := io.CopyN(io.Discard, c.Conn, int64(binary.BigEndian.Uint32(header[1:]))-4); err != nil {
			return errors.Join(errCut, err)
		}
	}
	return errCut
}
