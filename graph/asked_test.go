package graph

import (
	"context"
	"testing"
	"testing/synctest"
	"time"

	"github.com/jackc/pgx/v5/pgconn"
)

// Invariant: Postgres counts as silent where it owes answers and has given none for three seconds: a refusal is an answer, the end of what was given up is none, and what
// was answered does not count.
func TestAskedSilent(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		check := func(a *asked, want bool) {
			t.Helper()
			if a.silent() != want {
				t.Errorf("silent is %v", !want)
			}
		}
		var nobody *asked
		nobody.begin()
		nobody.end(context.Canceled)
		check(nobody, false)

		a := &asked{}
		time.Sleep(time.Hour)
		check(a, false) // nothing was asked
		a.begin()
		time.Sleep(silentAfter - time.Millisecond)
		check(a, false)
		time.Sleep(time.Millisecond)
		check(a, true)
		a.begin()
		a.end(&pgconn.PgError{Code: "57014"})
		check(a, false) // another is not answered, but that was just now
		time.Sleep(silentAfter)
		a.end(context.Canceled)
		check(a, true)

		a = &asked{}
		a.begin()
		time.Sleep(time.Hour)
		a.end(nil)
		time.Sleep(time.Hour)
		check(a, false)
	})
}
