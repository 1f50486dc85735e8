package loader_test

import (
	"context"
	"errors"
	"fmt"
	"slices"

	"github.com/clumpql/clumpql/loader"
)

// tree is a random composition, of which a clump can be built and which a naive evaluator can
// evaluate: the two must agree.
type tree struct {
	kind  kind
	n     int // a value, a key, or how to treat the variable
	parts []*tree
}

type kind int

const (
	kValue kind = iota
	kEmpty
	kFail
	kVariable // the value bound by the innermost FlatMap, Traverse or Rescue
	kFuture
	kGet    // a fixed key
	kGetVar // a key made of the variable
	kGetAll // three keys made of the variable
	kMap
	kFlatMap
	kFilter
	kOrElse
	kOrDefault
	kHandle
	kRescue
	kFallback
	kFallbackTo
	kOptional
	kJoin
	kCollect
	kTraverse
)

// inner are the kinds with parts, those that lead to further waves more often.
var inner = []kind{
	kFlatMap, kTraverse, kCollect, kJoin, kFlatMap, kMap, kFilter, kOrElse, kOrDefault, kHandle,
	kRescue, kFallback, kFallbackTo, kOptional, kFlatMap, kCollect,
}

// arity is how many parts a kind has; the leaves have none.
var arity = map[kind]int{
	kMap: 1, kFlatMap: 2, kFilter: 1, kOrElse: 2, kOrDefault: 1, kHandle: 1, kRescue: 2, kFallback: 1,
	kFallbackTo: 2, kOptional: 1, kJoin: 2, kCollect: 3, kTraverse: 1,
}

const (
	keysPerSource = 40
	numSources    = 3
)

// leaves are the kinds without parts, those that fetch more often than those that only end a
// branch.
var leaves = []kind{kGet, kGetVar, kGetAll, kGetVar, kValue, kGet, kGetVar, kVariable, kFuture, kGetAll, kEmpty, kFail}

// plant makes a tree of the bytes: two for each node, its kind and its number. Where they end, and
// at depth 0, there are leaves only; the topmost nodes are none.
func plant(data *[]byte, depth, top int) *tree {
	next := func() int {
		if len(*data) == 0 {
			return 0
		}
		b := (*data)[0]
		*data = (*data)[1:]
		return int(b)
	}
	among := leaves
	if depth > 0 && len(*data) > 0 {
		among = inner
		if top <= 0 {
			among = slices.Concat(inner, leaves)
		}
	}
	t := &tree{kind: among[next()%len(among)], n: next()}
	for range arity[t.kind] {
		t.parts = append(t.parts, plant(data, depth-1, top-1))
	}
	return t
}

// treeError is a failure, told apart by its number.
type treeError int

// failure is the number of a failure that came out of a tree.
func failure(err error) int {
	var e treeError
	if !errors.As(err, &e) {
		panic(err) // no tree makes another
	}
	return int(e)
}

func (e treeError) Error() string { return fmt.Sprint("failure ", int(e)) }

// in is what the sources have: nothing under one key in seven, a failure under one in eleven.
func in(source, key int) (v int, defined bool, err error) {
	switch {
	case key%7 == 3:
		return 0, false, nil
	case key%11 == 5:
		return 0, false, treeError(1000*source + key)
	}
	return 100*source + 3*key + 1, true, nil
}

// place is where a tree fetches from, given a number: the source and the key.
func place(n int) (source, key int) {
	n = max(n, -n)
	return n % numSources, n / numSources % keysPerSource
}

func optionNumber(o loader.Option[int]) int {
	if o.Defined {
		return o.Value
	}
	return -7
}

func sum(vs []int) int {
	total := len(vs) // an element left out must show
	for _, v := range vs {
		total += v
	}
	return total
}

// build makes the clump of a tree, with the value of the variable.
func (t *tree) build(sources []*loader.Source[int, int], variable int) loader.Clump[int] {
	part := func(i int) loader.Clump[int] { return t.parts[i].build(sources, variable) }
	body := func(i int) func(int) loader.Clump[int] {
		return func(v int) loader.Clump[int] { return t.parts[i].build(sources, v) }
	}
	get := func(n int) loader.Clump[int] {
		source, key := place(n)
		return sources[source].Get(key)
	}
	switch t.kind {
	case kEmpty:
		return loader.Empty[int]()
	case kFail:
		return loader.Fail[int](treeError(t.n))
	case kVariable:
		return loader.Try(func() (int, error) { return variable, nil })
	case kFuture:
		return loader.Future(func(context.Context) (int, error) { return t.n, nil })
	case kGet:
		return get(t.n)
	case kGetVar:
		return get(variable + t.n)
	case kGetAll:
		source, key := place(variable + t.n)
		return loader.Map(sources[source].GetAll([]int{key, t.n % keysPerSource, key}), sum)
	case kMap:
		return loader.Map(part(0), func(v int) int { return v + t.n })
	case kFlatMap:
		return loader.FlatMap(part(0), body(1))
	case kFilter:
		return part(0).Filter(func(v int) bool { return (v+t.n)%3 != 0 })
	case kOrElse:
		return part(0).OrElse(part(1))
	case kOrDefault:
		return part(0).OrDefault(t.n)
	case kHandle:
		return part(0).Handle(func(err error) (int, bool) { return t.n, failure(err)%2 == 0 })
	case kRescue:
		return part(0).Rescue(func(err error) (loader.Clump[int], bool) {
			n := failure(err)
			return body(1)(n), n%2 == 0
		})
	case kFallback:
		return part(0).Fallback(t.n)
	case kFallbackTo:
		return part(0).FallbackTo(part(1))
	case kOptional:
		return loader.Map(loader.Optional(part(0)), optionNumber)
	case kJoin:
		return loader.Map(loader.Join(part(0), part(1)), func(p loader.Tuple2[int, int]) int { return p.V1 - p.V2 })
	case kCollect:
		return loader.Map(loader.Collect(part(0), part(1), part(2)), sum)
	case kTraverse:
		return loader.Map(loader.Traverse([]int{variable, t.n, variable + 1}, body(0)), sum)
	}
	return loader.Value(t.n)
}
