package ledger

import (
	"errors"
	"strings"
	"testing"

	"github.com/jackc/pgx/v5/pgconn"

	"github.com/clumpql/clumpql/internal/pgtest"
)

// Invariant: behind the validation of records stands the database. What is no record does not get into the depot, and no balance below zero into funds,
// whoever writes it.
func TestTablesRefuse(t *testing.T) {
	t.Parallel()
	pool := pgtest.New(t)
	ctx := testContext(t)
	const (
		insert = `INSERT INTO depot (partition, depot_offset, user_id, to_user_id, amount_minor, append_token, kind, record_id, appended_at)
VALUES (0, $6, $1, $2, $3, 0, $4, $5, now())`
		most = 128
	)
	for _, test := range []struct {
		name     string
		from, to int64
		amount   int64
		kind     kind
		id       string
		isRecord bool
	}{
		{"transfer", 0, 1, 1, kindTransfer, "a", true},
		{"deposit", 0, 0, 1, kindDeposit, strings.Repeat("a", most), true},
		{"largest", 1<<63 - 1, 1<<63 - 2, 1<<63 - 1, kindTransfer, "a", true},
		{"no amount", 1, 2, 0, kindTransfer, "a", false},
		{"negative amount", 1, 1, -1, kindDeposit, "a", false},
		{"negative payer", -1, 2, 1, kindTransfer, "a", false},
		{"negative payee", 1, -2, 1, kindTransfer, "a", false},
		{"negative user", -1, -1, 1, kindDeposit, "a", false},
		{"transfer to oneself", 1, 1, 1, kindTransfer, "a", false},
		{"deposit by another", 1, 2, 1, kindDeposit, "a", false},
		{"unknown kind", 1, 2, 1, 2, "a", false},
		{"negative kind", 1, 2, 1, -1, "a", false},
		{"unknown kind of one user", 1, 1, 1, 2, "a", false},
		{"no id", 1, 2, 1, kindTransfer, "", false},
		{"long id", 1, 2, 1, kindTransfer, strings.Repeat("a", most+1), false},
		{"id of too many bytes", 1, 2, 1, kindTransfer, strings.Repeat("é", most/2) + "a", false},
	} {
		t.Run(test.name, func(t *testing.T) {
			tx, err := pool.Begin(ctx)
			if err != nil {
				t.Fatal(err)
			}
			defer func() { _ = tx.Rollback(ctx) }()
			_, err = tx.Exec(ctx, insert, test.from, test.to, test.amount, test.kind, test.id, 1)
			if test.isRecord && err != nil || !test.isRecord && !isCheck(err) {
				t.Error(err)
			}
		})
	}
	if _, err := pool.Exec(ctx, insert, 1, 2, 1, kindTransfer, "a", -1); !isCheck(err) {
		t.Errorf("a negative offset: %v, want a refusal", err)
	}
	for _, sql := range []string{"INSERT INTO funds VALUES (1, -1)", "INSERT INTO funds VALUES (1, 0); UPDATE funds SET balance_minor = -1"} {
		if _, err := pool.Exec(ctx, sql); !isCheck(err) {
			t.Errorf("%s: %v, want a refusal", sql, err)
		}
	}
}

// isCheck tells whether a check has refused a row.
func isCheck(err error) bool {
	var refused *pgconn.PgError
	return errors.As(err, &refused) && refused.Code == "23514"
}

// Invariant: what a check says is true of every row, also of those that are older than the check.
func TestChecksAreValidated(t *testing.T) {
	t.Parallel()
	var open []string
	err := pgtest.New(t).QueryRow(testContext(t), `SELECT array_agg(conname) FROM pg_constraint WHERE NOT convalidated`).Scan(&open)
	if err != nil || len(open) > 0 {
		t.Errorf("not validated: %v, %v", open, err)
	}
}
