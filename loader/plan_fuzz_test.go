package loader_test

import (
	"context"
	"math/rand/v2"
	"testing"

	"github.com/clumpql/clumpql/loader"
)

// tally is what an execution cost.
type tally struct{ waves, calls int }

// planted executes the tree once for each value of its variable, one after the other in one Scope,
// and compares each outcome with the naive evaluator's.
func planted(t *testing.T, f *forest, tr *tree, variables []int, opts ...loader.ScopeOption) tally {
	t.Helper()
	var l log
	f.batches = nil
	ctx := inScope(t, append(opts, loader.WithObserver(&l))...)
	for i, variable := range variables {
		want, _ := evaluate(tr, variable)
		can := []func(context.Context) context.Context{end, notEnd}[i%2]
		v, defined, err := tr.build(f.sources, variable).Get(can(ctx))
		want.agrees(t, answer[int]{v, defined, err})
	}
	f.noKeyTwice(t)
	return tally{len(l.waves), l.calls}
}

// agreePlanned executes trees under one plan: the first on the same data again and again, then it
// and the second on different data. It returns the batches that the plan has saved.
func agreePlanned(t *testing.T, tr, other *tree) (saved int) {
	t.Helper()
	var plans loader.Plans
	f, plan := newForest(), loader.WithPlan(&plans, "k")
	for _, variables := range [][]int{{0}, {5, 17}} {
		unheld := planted(t, f, tr, variables)
		for run := range 3 {
			got := planted(t, f, tr, variables, plan)
			switch {
			case run == 0 && len(variables) == 1 && got != unheld:
				t.Errorf("with nothing learned yet: %+v, without a plan %+v", got, unheld)
			case len(variables) == 1 && (got.waves > unheld.waves || got.calls > unheld.calls):
				t.Errorf("run %d on what was learned: %+v, without a plan %+v", run, got, unheld)
			case got.waves > unheld.waves+len(variables):
				t.Errorf("run %d on the data of %v: %+v, without a plan %+v", run, variables, got, unheld)
			case run == 2 && (got.waves > unheld.waves || got.calls > unheld.calls):
				t.Errorf("after learning on the data of %v: %+v, without a plan %+v", variables, got, unheld)
			}
			saved += unheld.calls - got.calls
		}
	}
	for variable := range 12 { // the data and the shape change all the time
		for _, one := range []*tree{tr, other} {
			unheld := planted(t, f, one, []int{variable})
			if got := planted(t, f, one, []int{variable}, plan); got.waves > unheld.waves+1 {
				t.Errorf("a wrong guess on the data of %d: %+v, without a plan %+v", variable, got, unheld)
			}
		}
	}
	return saved
}

// agreeStarted is the tree's execution by an executor that starts a tree for each outcome only
// after Advance has returned, as one that works in columns does.
func agreeStarted(t *testing.T, tr *tree) (saved int) {
	t.Helper()
	var plans loader.Plans
	f := newForest()
	unheld := startLevels(t, f, tr)
	for range 3 {
		got := startLevels(t, f, tr, loader.WithPlan(&plans, "k"))
		if got.waves > unheld.waves || got.calls > unheld.calls {
			t.Errorf("started in levels: %+v, without a plan %+v", got, unheld)
		}
		saved += unheld.calls - got.calls
	}
	return saved
}

// startLevels starts the tree's parts, with what each of them comes to the parts' parts, and so on.
func startLevels(t *testing.T, f *forest, tr *tree, opts ...loader.ScopeOption) tally {
	t.Helper()
	type arrived struct {
		tree   *tree
		v      int
		behind loader.Behind
	}
	var l log
	f.batches = nil
	scope := loader.NewScope(append(opts, loader.WithObserver(&l))...)
	x := scope.Begin(loader.WithScope(context.Background(), scope))
	defer x.End()
	var arrivals []arrived
	start := func(tr *tree, variable int) {
		loader.Start(x, tr.build(f.sources, variable), "", func(v int, _ bool, _ error) {
			arrivals = append(arrivals, arrived{tr, v, x.Behind()})
		})
	}
	start(tr, 0)
	for {
		x.Advance()
		if len(arrivals) > 0 {
			now := arrivals
			arrivals = nil
			for _, a := range now {
				x.After(a.behind)
				for _, part := range a.tree.parts {
					start(part, a.v)
				}
			}
			continue
		}
		if more, err := x.Wait(); err != nil {
			t.Fatal(err)
		} else if !more {
			f.noKeyTwice(t)
			return tally{len(l.waves), l.calls}
		}
	}
}

func FuzzPlan(f *testing.F) {
	f.Add([]byte{}, []byte{})
	f.Add([]byte("a composition of clumps, as any text is one"), []byte("another one"))
	f.Add([]byte{3, 0, 2, 0, 1, 5, 10, 2, 1, 8, 4, 0, 15, 3, 2, 1, 2, 6, 8, 8, 17, 4, 21, 9}, []byte{0, 0, 0, 0, 2, 0, 0, 9})
	f.Fuzz(func(t *testing.T, data, other []byte) {
		if len(data)+len(other) > 500 {
			return // deeper trees show nothing that these do not
		}
		tr := plant(&data, 8, 3)
		agreePlanned(t, tr, plant(&other, 8, 3))
		agreeStarted(t, tr)
	})
}

// TestRandomTreesWithPlans is the fuzz test on trees from a fixed seed.
func TestRandomTreesWithPlans(t *testing.T) {
	random := rand.New(rand.NewPCG(3, 4))
	next := func() *tree {
		data := make([]byte, 40+random.IntN(300))
		for i := range data {
			data[i] = byte(random.IntN(256))
		}
		return plant(&data, 8, 3)
	}
	saving, savingStarted := 0, 0
	for i := range 200 {
		tr := next()
		if agreePlanned(t, tr, next()) > 0 {
			saving++
		}
		if agreeStarted(t, tr) > 0 {
			savingStarted++
		}
		if t.Failed() {
			t.Fatalf("tree %d", i)
		}
	}
	t.Logf("of 200 trees %d were fetched in fewer batches, %d when started in levels", saving, savingStarted)
	if saving < 20 || savingStarted < 20 {
		t.Errorf("of 200 trees only %d were fetched in fewer batches, %d when started in levels: they test little", saving, savingStarted)
	}
}
