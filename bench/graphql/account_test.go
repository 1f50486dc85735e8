package main

import (
	"runtime"
	"testing"
	"time"

	"github.com/clumpql/clumpql/internal/pgtest"
)

func TestBackends_since(t *testing.T) {
	before := backends{1: 10 * time.Millisecond, 2: 5 * time.Millisecond}
	after := backends{1: 12 * time.Millisecond, 3: 4 * time.Millisecond} // one has ended, one is new
	if got, want := after.since(before), 6*time.Millisecond; got != want {
		t.Errorf("%s, want %s", got, want)
	}
}

// What Postgres spends on a statement is told, where the kernel tells it.
func TestReadBackends(t *testing.T) {
	pool := pgtest.New(t)
	before, err := readBackends(t.Context(), pool)
	if err != nil {
		t.Fatal(err)
	}
	if runtime.GOOS != "linux" {
		if len(before) != 0 {
			t.Errorf("%d processes of Postgres have CPU time on %s", len(before), runtime.GOOS)
		}
		return
	}
	if _, err := pool.Exec(t.Context(), `SELECT count(*) FROM generate_series(1, 300000)`); err != nil {
		t.Fatal(err)
	}
	after, err := readBackends(t.Context(), pool)
	if err != nil {
		t.Fatal(err)
	}
	if used := after.since(before); used < time.Millisecond {
		t.Errorf("counting took %s", used)
	}
}
