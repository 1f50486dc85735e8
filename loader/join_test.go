package loader_test

import (
	"testing"

	"github.com/clumpql/clumpql/loader"
)

// The rest of ClumpApiSpec: "allows to join clumps" and "can be joined with another clump".

func TestJoin(t *testing.T) {
	c := loader.Value[int]
	t.Run("2 instances", func(t *testing.T) {
		yields(t, loader.Join(c(1), loader.Value("b")), loader.Tuple2[int, string]{V1: 1, V2: "b"})
	})
	t.Run("3 instances", func(t *testing.T) {
		yields(t, loader.Join3(c(1), c(2), c(3)), loader.Tuple3[int, int, int]{V1: 1, V2: 2, V3: 3})
	})
	t.Run("4 instances", func(t *testing.T) {
		yields(t, loader.Join4(c(1), c(2), c(3), c(4)), loader.Tuple4[int, int, int, int]{V1: 1, V2: 2, V3: 3, V4: 4})
	})
	t.Run("5 instances", func(t *testing.T) {
		yields(t, loader.Join5(c(1), c(2), c(3), c(4), c(5)),
			loader.Tuple5[int, int, int, int, int]{V1: 1, V2: 2, V3: 3, V4: 4, V5: 5})
	})
	t.Run("6 instances", func(t *testing.T) {
		yields(t, loader.Join6(c(1), c(2), c(3), c(4), c(5), c(6)),
			loader.Tuple6[int, int, int, int, int, int]{V1: 1, V2: 2, V3: 3, V4: 4, V5: 5, V6: 6})
	})
	t.Run("7 instances", func(t *testing.T) {
		yields(t, loader.Join7(c(1), c(2), c(3), c(4), c(5), c(6), c(7)),
			loader.Tuple7[int, int, int, int, int, int, int]{V1: 1, V2: 2, V3: 3, V4: 4, V5: 5, V6: 6, V7: 7})
	})
	t.Run("8 instances", func(t *testing.T) {
		yields(t, loader.Join8(c(1), c(2), c(3), c(4), c(5), c(6), c(7), c(8)),
			loader.Tuple8[int, int, int, int, int, int, int, int]{V1: 1, V2: 2, V3: 3, V4: 4, V5: 5, V6: 6, V7: 7, V8: 8})
	})
	t.Run("9 instances", func(t *testing.T) {
		yields(t, loader.Join9(c(1), c(2), c(3), c(4), c(5), c(6), c(7), c(8), c(9)),
			loader.Tuple9[int, int, int, int, int, int, int, int, int]{V1: 1, V2: 2, V3: 3, V4: 4, V5: 5, V6: 6, V7: 7, V8: 8, V9: 9})
	})
	t.Run("10 instances", func(t *testing.T) {
		yields(t, loader.Join10(c(1), c(2), c(3), c(4), c(5), c(6), c(7), c(8), c(9), c(10)),
			loader.Tuple10[int, int, int, int, int, int, int, int, int, int]{V1: 1, V2: 2, V3: 3, V4: 4, V5: 5, V6: 6, V7: 7, V8: 8, V9: 9, V10: 10})
	})
	t.Run("one of them is undefined", func(t *testing.T) {
		undefined(t, loader.Join(loader.Empty[int](), c(2)))
		undefined(t, loader.Join3(c(1), c(2), loader.Empty[int]()))
	})
	t.Run("the first failure in order counts, also against an undefined part", func(t *testing.T) {
		fails(t, loader.Join3(loader.Empty[int](), loader.Fail[int](errState), loader.Fail[int](errPointer)), errState)
	})
	t.Run("all parts go out in one wave", func(t *testing.T) {
		var r recorder
		s := r.source("s")
		yields(t, loader.Join4(s.Get(1), s.Get(2), s.Get(3), s.Get(1)),
			loader.Tuple4[int, int, int, int]{V1: 10, V2: 20, V3: 30, V4: 10})
		r.fetched(t, []int{1, 2, 3})
	})
}
