package ledger

import (
	"bytes"
	"context"
	"encoding/binary"
	"errors"
	"fmt"
	"io"
	"net"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/jackc/pgx/v5/pgproto3"
	"github.com/jackc/pgx/v5/pgxpool"
)

var errCut = errors.New("connection cut by the test")

// failure is a way in which a statement fails.
type failure int

const (
	cutBefore    failure = iota // the connection is lost before the statement is sent
	cutAfter                    // and when the server has executed it, before the answer arrives
	endedBefore                 // an administrator ends the connection before it: FATAL, 57P01
	endedAfter                  // and after it
	notSerial                   // the server answers 40001 in its place
	deadlocked                  // and 40P01
	failureCount                // how many there are
)

func (f failure) String() string {
	return [...]string{"cut before", "cut after", "ended before", "ended after", "40001", "40P01"}[f]
}

// point is a place in what connections send: the nth time a statement is executed. endOfMessage stands for the end of a message, after which the
// server answers.
type point struct {
	statement string
	nth       int
}

const endOfMessage = "(end of the message)"

func (p point) String() string {
	text := strings.Join(strings.Fields(p.statement), " ")
	return fmt.Sprintf("%.60s #%d", text, p.nth)
}

// faults lets connections fail at a chosen point. It knows what they execute by reading the protocol, so it needs no list of statements.
type faults struct {
	mu       sync.Mutex
	armed    bool
	target   point // the zero point: only record
	how      failure
	last     bool // the failure is the last that is heard of the process, until comeBack
	counts   map[string]int
	points   []point // that were seen, in order
	fired    chan struct{}
	gone     bool
	refused  chan struct{} // a token says that a connection was tried in vain
	existing map[*faultyConn]struct{}
}

func newFaults() *faults {
	return &faults{refused: make(chan struct{}, 1), existing: map[*faultyConn]struct{}{}}
}

// record begins to record points.
func (f *faults) record() { f.arm(point{}, cutBefore, false) }

// arm lets the target fail, once. fired is closed when it does. last: with it all connections are lost, and none can be opened.
func (f *faults) arm(target point, how failure, last bool) (fired <-chan struct{}) {
	f.mu.Lock()
	defer f.mu.Unlock()
	f.armed, f.target, f.how, f.last = true, target, how, last
	f.counts, f.points, f.fired = map[string]int{}, nil, make(chan struct{})
	return f.fired
}

// disarm returns the points that were seen.
func (f *faults) disarm() []point {
	f.mu.Lock()
	defer f.mu.Unlock()
	f.armed = false
	return f.points
}

// executes counts a point, and tells whether to fail here.
func (f *faults) executes(statement string) (how failure, fail bool) {
	f.mu.Lock()
	defer f.mu.Unlock()
	if !f.armed {
		return 0, false
	}
	f.counts[statement]++
	at := point{statement, f.counts[statement]}
	f.points = append(f.points, at)
	if at != f.target {
		return 0, false
	}
	f.armed = false
	return f.how, true
}

// failed tells that the failure has happened, once it has.
func (f *faults) failed() {
	f.mu.Lock()
	last, fired := f.last, f.fired
	f.mu.Unlock()
	if last {
		f.cutOff()
	}
	close(fired)
}

// cutOff loses all connections and lets none be opened, until comeBack.
func (f *faults) cutOff() {
	f.mu.Lock()
	defer f.mu.Unlock()
	f.gone = true
	for c := range f.existing {
		_ = c.Conn.Close() // its reader and writer get the error
	}
}

func (f *faults) comeBack() {
	f.mu.Lock()
	defer f.mu.Unlock()
	f.gone = false
}

// refuse tells whether the database is out of reach.
func (f *faults) refuse() bool {
	f.mu.Lock()
	defer f.mu.Unlock()
	if f.gone {
		select {
		case f.refused <- struct{}{}:
		default:
		}
	}
	return f.gone
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
		c := &faultyConn{Conn: conn, faults: f, prepared: map[string]string{}, portals: map[string]string{}, dead: make(chan struct{})}
		f.mu.Lock()
		defer f.mu.Unlock()
		f.existing[c] = struct{}{}
		return c, nil
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
	faults   *faults
	started  bool              // the startup message, which has no type, was sent
	partial  []byte            // of a message
	held     [][]byte          // messages to be sent with those that follow: nobody waits for an answer yet
	prepared map[string]string // text of a prepared statement, by name
	portals  map[string]string // text of a bound statement, by portal
	executed int               // statements since the last end of a message

	answers sync.Mutex // held while answers are read that the client is not to get

	mu    sync.Mutex // guards both
	dying bool
	words []byte        // the last that the client hears
	dead  chan struct{} // closed when words are complete
}

func (c *faultyConn) isDying() bool {
	c.mu.Lock()
	defer c.mu.Unlock()
	return c.dying
}

func (c *faultyConn) Close() error {
	c.faults.mu.Lock()
	delete(c.faults.existing, c)
	c.faults.mu.Unlock()
	return c.Conn.Close()
}

func (c *faultyConn) Read(b []byte) (int, error) {
	if !c.isDying() {
		c.answers.Lock()   // a client may read in the background while its write takes long
		c.answers.Unlock() //nolint:staticcheck // nothing is done under it: it was waited for
	}
	if !c.isDying() {
		return c.Conn.Read(b)
	}
	<-c.dead
	c.mu.Lock()
	defer c.mu.Unlock()
	if len(c.words) == 0 {
		return 0, io.EOF
	}
	n := copy(b, c.words)
	c.words = c.words[n:]
	return n, nil
}

func (c *faultyConn) Write(b []byte) (int, error) {
	if c.isDying() {
		return 0, errCut
	}
	if !c.started {
		c.started = true
		return c.Conn.Write(b)
	}
	c.partial = append(c.partial, b...)
	for {
		m, ok := c.next()
		if !ok {
			return len(b), nil
		}
		how, fail := c.at(m)
		switch {
		case fail && (how == cutBefore || how == endedBefore):
			return c.die(0, how, len(b))
		case fail && (how == cutAfter || how == endedAfter):
			c.held = append(c.held, m)
			return c.die(m[0], how, len(b))
		case fail:
			if m, ok = c.raise(m, how); !ok {
				return c.die(0, how, len(b))
			}
			defer c.faults.failed()
		}
		c.held = append(c.held, m)
		if strings.IndexByte("PBDEC", m[0]) >= 0 {
			continue // the answer is expected after what follows
		}
		messages := slices.Concat(c.held...)
		c.held = nil
		if _, err := c.Conn.Write(messages); err != nil {
			return 0, err
		}
	}
}

// next takes a whole message from what was written.
func (c *faultyConn) next() ([]byte, bool) {
	if len(c.partial) < 5 {
		return nil, false
	}
	size := 1 + int(binary.BigEndian.Uint32(c.partial[1:5]))
	if len(c.partial) < size {
		return nil, false
	}
	m := slices.Clone(c.partial[:size])
	c.partial = append(c.partial[:0], c.partial[size:]...)
	return m, true
}

// at reads a message and tells whether to fail at it.
func (c *faultyConn) at(m []byte) (failure, bool) {
	words := bytes.SplitN(m[5:], []byte{0}, 3)
	switch m[0] {
	case 'P':
		c.prepared[string(words[0])] = string(words[1])
	case 'B':
		c.portals[string(words[0])] = c.prepared[string(words[1])]
	case 'E':
		c.executed++
		return c.faults.executes(c.portals[string(words[0])])
	case 'Q':
		return c.faults.executes(string(words[0]))
	case 'S':
		executed := c.executed
		c.executed = 0
		if executed > 0 {
			return c.faults.executes(endOfMessage)
		}
	}
	return 0, false
}

// raise makes the server fail when it is to execute the statement of m, and returns what to send for m. In place of a bound statement another one
// is bound, so that the client gets all the answers that it expects, up to the error.
func (c *faultyConn) raise(m []byte, how failure) ([]byte, bool) {
	sql := fmt.Sprintf("DO $$ BEGIN RAISE EXCEPTION 'by the test' USING ERRCODE = '%s'; END $$", how)
	if m[0] == 'Q' {
		m, _ = (&pgproto3.Query{String: sql}).Encode(nil) // these are small: they can be encoded
		return m, true
	}
	portal, _, _ := bytes.Cut(m[5:], []byte{0})
	name := "by the test " + how.String()
	if _, ok := c.prepared[name]; !ok {
		c.prepared[name] = sql
		parse, _ := (&pgproto3.Parse{Name: name, Query: sql}).Encode(nil)
		parse, _ = (&pgproto3.Sync{}).Encode(parse)
		if !c.await(parse, "Z", 1) {
			return nil, false
		}
	}
	for i, held := range slices.Backward(c.held) {
		if held[0] == 'B' && bytes.HasPrefix(held[5:], append(slices.Clone(portal), 0)) {
			c.held[i], _ = (&pgproto3.Bind{DestinationPortal: string(portal), PreparedStatement: name}).Encode(nil)
			return m, true
		}
	}
	return nil, false
}

// die sends what is held, waits until the server has executed the last statement if that is of a kind to wait for, and loses the connection.
func (c *faultyConn) die(waitFor byte, how failure, written int) (int, error) {
	c.mu.Lock()
	c.dying = true
	c.mu.Unlock()
	messages := slices.Concat(c.held...)
	switch waitFor {
	case 0:
		_, _ = c.Conn.Write(messages) // it is lost anyway
	case 'E':
		messages = append(messages, 'H', 0, 0, 0, 4) // let the server answer before the end of the message
		c.await(messages, "CIsE", c.executed)
	default:
		c.await(messages, "Z", 1)
	}
	_ = c.Conn.Close() // the client closes c
	ended := how == endedBefore || how == endedAfter
	if ended {
		words, _ := (&pgproto3.ErrorResponse{
			Severity: "FATAL", SeverityUnlocalized: "FATAL", Code: "57P01", Message: "terminating connection due to the test",
		}).Encode(nil)
		c.mu.Lock()
		c.words = words
		c.mu.Unlock()
	}
	c.faults.failed()
	close(c.dead)
	if ended {
		return written, nil
	}
	return 0, errCut
}

// awaitTimeout bounds the wait for the server's answers. It is not reached.
const awaitTimeout = 20 * time.Second

// await sends messages and reads answers until so many of these kinds have come, or an error. The client does not get them.
func (c *faultyConn) await(messages []byte, kinds string, number int) bool {
	c.answers.Lock()
	defer c.answers.Unlock()
	_ = c.SetReadDeadline(time.Now().Add(awaitTimeout))
	defer func() { _ = c.SetReadDeadline(time.Time{}) }()
	if _, err := c.Conn.Write(messages); err != nil {
		return false
	}
	for header := make([]byte, 5); number > 0; {
		if _, err := io.ReadFull(c.Conn, header); err != nil {
			return false
		}
		if _, err := io.CopyN(io.Discard, c.Conn, int64(binary.BigEndian.Uint32(header[1:]))-4); err != nil {
			return false
		}
		if header[0] == 'E' && kinds != "Z" {
			return false
		}
		if strings.IndexByte(kinds, header[0]) >= 0 {
			number--
		}
	}
	return true
}
