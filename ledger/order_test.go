package ledger

import (
	"bytes"
	"encoding/binary"
	"fmt"
	"slices"
	"strings"
	"testing"

	"github.com/clumpql/clumpql/internal/pgtest"
)

// firstBytes are those of a message up to where a statement that begins with sql is bound.
func firstBytes(t *testing.T, m *message, sql string) []byte {
	t.Helper()
	i := slices.IndexFunc(m.statements, func(s statement) bool { return strings.HasPrefix(s.sql, sql) })
	if i < 0 {
		t.Fatalf("the message has no %s", sql)
	}
	encoded := m.encode()
	for at := 0; at < len(encoded); {
		size := 1 + int(binary.BigEndian.Uint32(encoded[at+1:]))
		portal, _, _ := bytes.Cut(encoded[at+5:at+size], []byte{0})
		at += size
		if string(portal) == m.portal(i) {
			return encoded[:at]
		}
	}
	t.Fatalf("%s is not bound", sql)
	return nil
}

// Invariant: who decides locks funds before the histories, as Rebuild and readers do: where the message is not yet there as a whole, or waits, Rebuild waits for
// it with nothing locked that it needs.
func TestMicrobatchLocksFundsFirst(t *testing.T) {
	t.Parallel()
	for _, records := range []int{1, 2} {
		for _, ahead := range []bool{false, true} {
			t.Run(fmt.Sprintf("%d records, histories ahead: %v", records, ahead), func(t *testing.T) {
				t.Parallel()
				microbatchLocksFundsFirst(t, records, ahead)
			})
		}
	}
}

func microbatchLocksFundsFirst(t *testing.T, records int, ahead bool) {
	pool := pgtest.New(t)
	d := newDepot(t, pool)
	ctx := testContext(t)
	for i := range records {
		if _, err := d.Append(ctx, Transfer{fmt.Sprint(i), alice, bob, 1}); err != nil {
			t.Fatal(err)
		}
	}
	w := NewWorker(d, WorkerOptions{Logger: testLogger(t)})
	term, err := w.campaign(ctx)
	if err != nil {
		t.Fatal(err)
	}
	mb := term.begin(term.next)
	if _, err := w.fill(ctx, term, mb); err != nil {
		t.Fatal(err)
	}
	m := term.send(mb, nil).rest
	if ahead {
		m = term.send(mb, &sending{}).histories
	}
	conn, err := pool.Acquire(ctx)
	if err != nil {
		t.Fatal(err)
	}
	defer conn.Release()
	defer closeConn(ctx, conn.Conn()) // in the middle of a message it can not be used any more
	if err := m.prepare(ctx, conn.Conn()); err != nil {
		t.Fatal(err)
	}
	if _, err := conn.Conn().PgConn().Conn().Write(firstBytes(t, m, "INSERT INTO outgoing_transfers")); err != nil {
		t.Fatal(err)
	}
	const locked = `SELECT count(*) FROM pg_locks WHERE granted AND pid = %d AND relation = '%s'::regclass`
	pid := conn.Conn().PgConn().PID()
	waitCounted(t, d, fmt.Sprintf("SELECT least(1, (%s))", fmt.Sprintf(locked, pid, "outgoing_transfers")), 1)
	if countRows(t, pool, fmt.Sprintf(locked, pid, "funds")) == 0 {
		t.Error("a history is locked before funds")
	}
}
