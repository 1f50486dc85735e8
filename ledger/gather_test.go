package ledger

import (
	"context"
	"errors"
	"fmt"
	"io"
	"slices"
	"sync"
	"testing"
	"testing/synctest"
)

// gathered is a gather of the test's own, whose statements wait to be released.
type gathered struct {
	*gather[afterPosition, int64]
	release chan error

	mu         sync.Mutex // guards statements
	statements []string
}

func newGathered() *gathered {
	g := &gathered{release: make(chan error)}
	g.gather = newGather(func(_ context.Context, keys []afterPosition) (map[afterPosition]int64, error) {
		values := make(map[afterPosition]int64, len(keys))
		var names []string
		for _, k := range keys {
			values[k] = 100*k.userID + k.position
			names = append(names, fmt.Sprint(k.userID, "@", k.position))
		}
		slices.Sort(names)
		g.mu.Lock()
		g.statements = append(g.statements, fmt.Sprint(names))
		g.mu.Unlock()
		return values, <-g.release
	}, func(k afterPosition) int64 { return k.userID })
	return g
}

// Invariant: what is asked for while a statement is under way is read in the next one, together; a user has one key in each.
func TestGatherReadsTogether(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		g := newGathered()
		var callers sync.WaitGroup
		ask := func(k afterPosition) {
			callers.Go(func() {
				if got, err := g.read(t.Context(), k); got != 100*k.userID+k.position || err != nil {
					t.Errorf("%v: %d, %v", k, got, err)
				}
			})
			synctest.Wait()
		}
		ask(afterPosition{1, 0})
		for _, k := range []afterPosition{{1, 5}, {2, 7}, {1, 6}, {1, 5}, {3, 8}, {2, 9}} {
			ask(k)
		}
		for range 3 {
			g.release <- nil
			synctest.Wait()
		}
		callers.Wait()
		if got, want := fmt.Sprint(g.statements), "[[1@0] [1@5 2@7 3@8] [1@6 2@9]]"; got != want {
			t.Errorf("statements %s, want %s", got, want)
		}
	})
}

// Invariant: a statement has at most maxGathered users.
func TestGatherIsBounded(t *testing.T) {
	g := newGathered()
	statements := map[*gathering[afterPosition, int64]]bool{}
	for user := range int64(maxGathered + 1) {
		with, first := g.join(afterPosition{user, 0})
		if first == statements[with] {
			t.Fatalf("user %d: first %v", user, first)
		}
		statements[with] = true
	}
	if len(statements) != 2 {
		t.Errorf("%d statements, want 2", len(statements))
	}
}

// Invariant: who goes away leaves at once; who sends the statement sends it for the others all the same. An error is everybody's.
func TestGatherCallersGoAway(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		g := newGathered()
		first, cancelFirst := context.WithCancel(t.Context())
		second, cancelSecond := context.WithCancel(t.Context())
		errs := make(chan error, 3)
		for _, ctx := range []context.Context{t.Context(), first, second} {
			go func() {
				_, err := g.read(ctx, afterPosition{1, 0})
				errs <- err
			}()
			synctest.Wait()
		}
		cancelSecond()
		if err := <-errs; !errors.Is(err, context.Canceled) {
			t.Errorf("who went away: %v", err)
		}
		cancelFirst()
		g.release <- io.EOF
		synctest.Wait()
		g.release <- io.EOF
		for range 2 {
			if err := <-errs; !errors.Is(err, io.EOF) {
				t.Errorf("the error of the statement: %v", err)
			}
		}
	})
}
