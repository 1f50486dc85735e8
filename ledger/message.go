package ledger

import (
	"context"
	"errors"
	"fmt"
	"strconv"
	"time"

	"github.com/jackc/pgx/v5"
	"github.com/jackc/pgx/v5/pgconn"
	"github.com/jackc/pgx/v5/pgproto3"
)

// message is a whole transaction that is sent at once and answered at once: begin, settings if it has some, statements, commit.
// The server skips what follows an error, so a commit is never reached after one. Or it is the first or the second part of one.
//
// Statements are bound to their arguments first, all of them, and executed after that; those of a second part are bound in the first. A process
// that is stopped or cut off while it sends holds no lock of a row then: what takes locks is some hundred bytes at the end, and all that a
// second part has. No timeout of Postgres would end a transaction that waits for the rest of a message.
type message struct {
	settings   statement   // zero: none
	statements []statement // in the order of execution
	args       [][][]byte  // of each statement
	argsBytes  int         // of all
	part       part        // to be set first
	second     *message    // of an opening one: the closing one
	sent       bool        // the server may have got it
}

// part says which part of a transaction a message is.
type part int

const (
	whole   part = iota
	opening      // begins it
	closing      // commits what the other one has begun on the same connection
)

// statement is SQL under the name by which connections know it prepared.
type statement struct{ name, sql string }

var (
	stmtBegin  = statement{"clumpql_begin", "begin"}
	stmtCommit = statement{"clumpql_commit", "commit"}
	stmtPlans  = statement{"clumpql_plans", planSettings}
	stmtNotify = statement{"clumpql_notify", notify}
)

// planSettings hold for one message. Its statements take arrays and find each element's row by an index. A plan is made
// once for a connection, maybe while the tables are empty, and must be that one. On a cluster it is made each time: see onCluster.
const planSettings = `SELECT set_config('plan_cache_mode', CASE WHEN ` + onCluster + ` THEN 'force_custom_plan' ELSE 'force_generic_plan' END, true),
    set_config('enable_seqscan', 'off', true),
    set_config('enable_hashjoin', 'off', true),
    set_config('enable_mergejoin', 'off', true)`

// errBroken means that a message was not sent or not answered to the end.
var errBroken = errors.New("connection broken")

// closeTimeout bounds closing a connection whose message failed.
const closeTimeout = time.Second

// add puts a statement with its arguments, in their binary form, behind the others.
func (m *message) add(s statement, args ...[]byte) {
	m.statements, m.args = append(m.statements, s), append(m.args, args)
	for _, arg := range args {
		m.argsBytes += len(arg)
	}
}

var binaryFormat = []int16{pgx.BinaryFormatCode}

// portal names a bound statement. A name is taken until the end of the transaction.
func (m *message) portal(i int) string { return strconv.Itoa(int(m.part)) + "." + strconv.Itoa(i) }

// send runs the message, and returns for each statement the columns of the last row that it returned. After an error the
// connection is closed, and the transaction was rolled back if commitUnknown says no.
func (m *message) send(ctx context.Context, conn *pgx.Conn) (rows [][][]byte, err error) {
	if err := m.prepare(ctx, conn); err != nil {
		return nil, err
	}
	raw := conn.PgConn()
	interrupted := context.AfterFunc(ctx, func() { _ = raw.Conn().SetDeadline(time.Unix(1, 0)) })
	defer func() {
		if interrupted() && err == nil {
			return
		}
		closeConn(ctx, conn) // the end of ctx may have come just after the answer: then only the connection is lost
	}()
	m.sent = true
	if _, err = raw.Conn().Write(m.encode()); err == nil {
		rows, err = m.receive(raw.Frontend())
	}
	var refused *pgconn.PgError
	if err != nil && !errors.As(err, &refused) {
		err = errors.Join(ctx.Err(), errBroken, err)
	}
	return rows, err
}

// closeConn closes a connection that can not be used any more.
func closeConn(ctx context.Context, conn *pgx.Conn) {
	ctx, cancel := context.WithTimeout(context.WithoutCancel(ctx), closeTimeout)
	defer cancel()
	_ = conn.Close(ctx) // what happened before is what counts
}

// prepare makes sure that the connection knows the statements.
func (m *message) prepare(ctx context.Context, conn *pgx.Conn) error {
	for _, s := range append([]statement{stmtBegin, m.settings, stmtCommit}, m.statements...) {
		if s == (statement{}) {
			continue
		}
		if _, err := conn.Prepare(ctx, s.name, s.sql); err != nil {
			return fmt.Errorf("prepare %s: %w", s.name, err)
		}
	}
	if m.second != nil {
		return m.second.prepare(ctx, conn)
	}
	return nil
}

// encode returns the bytes to be sent.
func (m *message) encode() []byte {
	b := make([]byte, 0, m.size())
	if m.part != closing {
		b = appendRun(b, stmtBegin)
	}
	if m.settings != (statement{}) {
		b = appendRun(b, m.settings)
	}
	if m.part != closing {
		b = m.appendBinds(b)
	}
	if m.second != nil {
		b = m.second.appendBinds(b)
	}
	for i := range m.statements {
		b, _ = (&pgproto3.Execute{Portal: m.portal(i)}).Encode(b) // as in appendRun
	}
	if m.part != opening {
		b = appendRun(b, stmtCommit)
	}
	b, _ = (&pgproto3.Sync{}).Encode(b)
	return b
}

// size is at least that of the encoded message.
func (m *message) size() int {
	const statementBytes, otherBytes = 256, 512
	size := otherBytes + statementBytes*len(m.statements)
	if m.part != closing {
		size += m.argsBytes
	}
	if m.second != nil {
		size += statementBytes*len(m.second.statements) + m.second.argsBytes
	}
	return size
}

// appendBinds appends what binds the statements to their arguments.
func (m *message) appendBinds(b []byte) []byte {
	for i, s := range m.statements {
		bind := pgproto3.Bind{
			DestinationPortal: m.portal(i),
			PreparedStatement: s.name,
			Parameters:        m.args[i],
			ResultFormatCodes: binaryFormat,
		}
		if len(m.args[i]) > 0 {
			bind.ParameterFormatCodes = binaryFormat
		}
		b, _ = bind.Encode(b) // fails for a gigabyte; a message is bounded far below that
	}
	return b
}

// appendRun appends what runs a statement without arguments.
func appendRun(b []byte, s statement) []byte {
	b, _ = (&pgproto3.Bind{PreparedStatement: s.name}).Encode(b) // only huge messages are refused
	b, _ = (&pgproto3.Execute{}).Encode(b)
	return b
}

// receive reads the answer to the end. Of several errors it returns the first.
func (m *message) receive(answer *pgproto3.Frontend) (rows [][][]byte, err error) {
	rows = make([][][]byte, len(m.statements))
	at := 0
	if m.part != closing {
		at-- // begin comes before the first, and so do settings
	}
	if m.settings != (statement{}) {
		at--
	}
	for {
		received, broken := answer.Receive()
		if broken != nil {
			return nil, errors.Join(err, broken)
		}
		switch received := received.(type) {
		case *pgproto3.DataRow:
			if at >= 0 && at < len(rows) {
				rows[at] = cloneRow(received.Values)
			}
		case *pgproto3.CommandComplete:
			at++
		case *pgproto3.ErrorResponse:
			if err == nil {
				err = pgconn.ErrorResponseToPgError(received)
			}
		case *pgproto3.ReadyForQuery:
			return rows, err
		}
	}
}

// cloneRow keeps a row whose memory the next message will overwrite.
func cloneRow(values [][]byte) [][]byte {
	row := make([][]byte, len(values))
	for i, v := range values {
		row[i] = append([]byte(nil), v...)
	}
	return row
}
