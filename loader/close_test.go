package loader_test

import (
	"context"
	"errors"
	"fmt"
	"runtime"
	"slices"
	"sync"
	"testing"
	"testing/synctest"
	"weak"

	"github.com/clumpql/clumpql/loader"
)

// tenant is what the requests of these tests are made for. Sources answer with what is the tenant's, so that an answer from
// another request shows.
type tenant struct{}

func forTenant(ctx context.Context, n int) context.Context {
	return context.WithValue(ctx, tenant{}, n)
}

func tenantValue(n, k int) int { return 1000*n + k }

func tenantSource() *loader.Source[int, int] {
	return loader.NewSource("tenants", loader.FromZip(func(ctx context.Context, keys []int) ([]int, error) {
		values := make([]int, len(keys))
		for i, k := range keys {
			values[i] = tenantValue(ctx.Value(tenant{}).(int), k)
		}
		return values, nil
	}))
}

func upTo(n int) []int {
	keys := make([]int, n)
	for i := range keys {
		keys[i] = i
	}
	return keys
}

// expect fails the test unless a list of a tenant's keys is what belongs to it.
func expect(t *testing.T, ctx context.Context, s *loader.Source[int, int], n int, keys []int) {
	t.Helper()
	values, err := loader.List(ctx, loader.Traverse(keys, s.Get))
	if err != nil || len(values) != len(keys) {
		t.Fatalf("tenant %d got %d values, %v", n, len(values), err)
	}
	for i, v := range values {
		if v != tenantValue(n, keys[i]) {
			t.Fatalf("tenant %d got %d under %d", n, v, keys[i])
		}
	}
}

func TestCloseLeavesTheMemoryToTheNextScope(t *testing.T) {
	s := tenantSource()
	keys := upTo(1000)
	request := func(closed bool) {
		scope := loader.NewScope()
		expect(t, forTenant(loader.WithScope(t.Context(), scope), 1), s, 1, keys)
		if closed {
			scope.Close()
		}
	}
	bytes := func(closed bool) uint64 {
		var before, after runtime.MemStats
		runtime.ReadMemStats(&before)
		for range 100 {
			request(closed)
		}
		runtime.ReadMemStats(&after)
		return after.TotalAlloc - before.TotalAlloc
	}
	request(false)
	if dropped, closed := bytes(false), bytes(true); closed > dropped*3/4 {
		t.Errorf("%d bytes for a hundred requests that close their Scope, %d where they do not", closed, dropped)
	}
}

func TestCloseOfAScopeOfOtherSizes(t *testing.T) {
	s := tenantSource()
	for i, n := range []int{3, 100, 40, 1000, 5, 30_000, 0, 700, 60, 1, 100} {
		scope := loader.NewScope()
		ctx := forTenant(loader.WithScope(t.Context(), scope), i)
		expect(t, ctx, s, i, upTo(n))
		expect(t, ctx, s, i, upTo(2*n))
		scope.Close()
	}
}

func TestClosedScopeIsAsNone(t *testing.T) {
	for name, read := range map[string]bool{"read by lists": false, "and by single Gets": true} {
		t.Run(name, func(t *testing.T) {
			var r recorder
			s := r.source("s")
			scope := loader.NewScope()
			ctx := loader.WithScope(t.Context(), scope)
			ask := func(ctx context.Context) {
				if v, err := s.GetAll([]int{1, 2, 3, 4, 5, 6}).Require(ctx); !slices.Equal(v, []int{10, 20, 30, 40, 50, 60}) || err != nil {
					t.Errorf("got %v, %v", v, err)
				}
			}
			ask(ctx)
			for range 3 {
				if read {
					if v, err := s.Get(1).Require(ctx); v != 10 || err != nil {
						t.Errorf("got %v, %v", v, err)
					}
				}
			}
			scope.Close()
			scope.Close()
			other := inScope(t)
			ask(other)
			s.Prime(other, 1, 7)
			s.Prime(ctx, 1, 8)
			s.Clear(ctx, 2)
			s.Clear(ctx)
			if v, err := s.Get(1).Require(ctx); v != 10 || err != nil {
				t.Errorf("got %v, %v", v, err)
			}
			ask(ctx)
			x := scope.Begin(ctx)
			defer x.End()
			loader.Start(x, s.Get(1), "", func(v int, _ bool, err error) {
				if v != 10 || err != nil {
					t.Errorf("got %v, %v", v, err)
				}
			})
			if err := x.Drive(); err != nil {
				t.Error(err)
			}
			all := []int{1, 2, 3, 4, 5, 6}
			r.fetched(t, all, all, []int{1}, all, []int{1})
		})
	}
}

func TestCloseWhileSomethingIsUnderWayDoesNothing(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		var r recorder
		land := make(chan struct{})
		s := loader.NewSource("s", loader.FromMap(func(ctx context.Context, keys []int) (map[int]int, error) {
			<-land
			return r.fetch(ctx, keys)
		}))
		scope := loader.NewScope()
		ctx := loader.WithScope(t.Context(), scope)
		var get sync.WaitGroup
		get.Go(func() {
			if v, err := s.GetAll([]int{1, 2, 3, 4, 5}).Require(ctx); !slices.Equal(v, []int{10, 20, 30, 40, 50}) || err != nil {
				t.Errorf("got %v, %v", v, err)
			}
		})
		synctest.Wait()
		scope.Close()
		close(land)
		get.Wait()
		if v, err := s.Get(3).Require(ctx); v != 30 || err != nil {
			t.Errorf("got %v, %v", v, err)
		}
		r.fetched(t, []int{1, 2, 3, 4, 5})
	})
}

// TestCloseAfterAGetThatWasCancelled has the fetch return when other Scopes have come and gone: it must not write into theirs.
func TestCloseAfterAGetThatWasCancelled(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		land := make(chan struct{})
		s := loader.NewSource("s", loader.FromZip(func(ctx context.Context, keys []int) ([]int, error) {
			n := ctx.Value(tenant{}).(int)
			if n == 0 {
				<-land
			}
			values := make([]int, len(keys))
			for i, k := range keys {
				values[i] = tenantValue(n, k)
			}
			return values, nil
		}))
		keys := upTo(50)
		run := func(n int) {
			scope := loader.NewScope()
			defer scope.Close()
			expect(t, forTenant(loader.WithScope(t.Context(), scope), n), s, n, keys)
		}
		run(1)
		scope := loader.NewScope()
		ctx, cancel := context.WithCancel(forTenant(loader.WithScope(t.Context(), scope), 0))
		var get sync.WaitGroup
		get.Go(func() {
			if _, err := loader.List(ctx, s.GetAll(keys)); !errors.Is(err, context.Canceled) {
				t.Errorf("got %v", err)
			}
		})
		synctest.Wait()
		cancel()
		get.Wait()
		scope.Close()
		next := loader.NewScope()
		expect(t, forTenant(loader.WithScope(t.Context(), next), 2), s, 2, keys)
		close(land)
		synctest.Wait()
		expect(t, forTenant(loader.WithScope(t.Context(), next), 2), s, 2, keys)
		next.Close()
		run(3)
	})
}

func TestCloseFromADoneFunction(t *testing.T) {
	s := tenantSource()
	for n := range 10 {
		scope := loader.NewScope()
		ctx := forTenant(loader.WithScope(t.Context(), scope), n)
		x := scope.Begin(ctx)
		clumps := make([]loader.Clump[int], 20)
		for k := range clumps {
			clumps[k] = s.Get(k)
		}
		loader.StartEach(x, clumps, "", func(k, v int, _ bool, err error) {
			if v != tenantValue(n, k) || err != nil {
				t.Errorf("tenant %d got %d, %v under %d", n, v, err, k)
			}
			if k == 10 {
				x.End()
				scope.Close()
				other := loader.NewScope()
				expect(t, forTenant(loader.WithScope(t.Context(), other), n+100), s, n+100, upTo(20))
				other.Close()
			}
		})
		if err := x.Drive(); err != nil {
			t.Error(err)
		}
	}
}

func TestClosedScopeKeepsNoValues(t *testing.T) {
	type value struct{ of [100]int }
	var values []weak.Pointer[value]
	s := loader.NewSource("s", loader.FromSingle(func(_ context.Context, key string) (*value, error) {
		return &value{of: [100]int{len(key)}}, nil
	}))
	scope := loader.NewScope()
	ctx := loader.WithScope(t.Context(), scope)
	for i := range 20 {
		v, err := loader.Collect(s.Get(fmt.Sprint(i)), s.Get(fmt.Sprint(i+100))).Require(ctx)
		if err != nil {
			t.Fatal(err)
		}
		values = append(values, weak.Make(v[0]), weak.Make(v[1]))
	}
	scope.Close()
	runtime.GC() // pools keep what is in them over one, not over two
	for i, v := range values {
		if v.Value() != nil {
			t.Fatalf("value %d of %d is kept", i, len(values))
		}
	}
	runtime.KeepAlive(s)
}

// TestScopesThatAreClosedAtAnyMoment is for the race detector, and for answers of other Scopes: Gets and lists are under way while
// their Scope is closed, also by several at once, and while others take its memory.
func TestScopesThatAreClosedAtAnyMoment(t *testing.T) {
	const tenants, scopes, keys = 4, 20, 20
	s := tenantSource()
	var all sync.WaitGroup
	for n := range tenants {
		all.Go(func() {
			for i := range scopes {
				scope := loader.NewScope()
				ctx := forTenant(loader.WithScope(t.Context(), scope), n)
				var users sync.WaitGroup
				for user := range 3 {
					users.Go(func() {
						if (i+user)%3 == 0 {
							defer scope.Close()
						}
						expectEach(t, ctx, s, n, keys)
						values, err := loader.List(ctx, s.GetAll(upTo(keys)))
						for k, v := range values {
							if v != tenantValue(n, k) || err != nil {
								t.Errorf("tenant %d got %d, %v under %d", n, v, err, k)
							}
						}
					})
				}
				scope.Close()
				users.Wait()
				scope.Close()
			}
		})
	}
	all.Wait()
}

func expectEach(t *testing.T, ctx context.Context, s *loader.Source[int, int], n, keys int) {
	t.Helper()
	for k := range keys {
		for range 2 {
			if v, err := s.Get(k).Require(ctx); v != tenantValue(n, k) || err != nil {
				t.Errorf("tenant %d got %d, %v under %d", n, v, err, k)
			}
		}
	}
}
