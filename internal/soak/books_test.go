package main

import (
	"context"
	"fmt"
	"slices"
	"testing"

	"github.com/jackc/pgx/v5/pgxpool"

	"github.com/clumpql/clumpql/ledger"
)

// Invariant: what an audit could not read stays in the books, before what was added meanwhile: nothing that was acknowledged goes unread because Postgres was
// away.
func TestBooks_putBack(t *testing.T) {
	t.Parallel()
	away, err := pgxpool.New(t.Context(), "postgres://nobody@127.0.0.1:1/nowhere") // where nobody listens
	if err != nil {
		t.Fatal(err)
	}
	defer away.Close()
	var b books
	var want []string
	add := func() {
		r := newDeposit(fmt.Sprint(len(want)), 1, 1)
		want = append(want, r.id)
		b.add(r, outcome{})
	}
	for range auditChunk + 2 {
		add()
	}
	ended, end := context.WithCancel(t.Context())
	end()
	for range 2 {
		if audited, err := b.audit(ended, ledger.NewPStates(away)); err == nil || audited != 0 {
			t.Errorf("audit while Postgres is away: %d, %v", audited, err)
		}
		taken := b.take()
		add() // while the audit is under way
		b.putBack(taken)
	}
	var got []string
	for taken := b.take(); len(taken) > 0; taken = b.take() {
		if len(taken) > auditChunk {
			t.Errorf("%d records are read at once", len(taken))
		}
		for _, e := range taken {
			got = append(got, e.record.id)
		}
	}
	if !slices.Equal(got, want) {
		t.Errorf("%d records are in the books, %d were put there, or their order is not kept", len(got), len(want))
	}
}
