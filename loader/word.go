package loader

import (
	"reflect"
	"unsafe"
)

// word is the key of a Source's clump where it is small enough to be kept in the clump itself: then
// Get allocates nothing. Clumps of other nodes have none.
type word uint64

// fitsWord says whether keys of type K are kept in words: numbers of all kinds and bools.
func fitsWord[K comparable]() bool {
	kind := reflect.TypeFor[K]().Kind()
	return kind >= reflect.Bool && kind <= reflect.Float64
}

// isWhole says whether keys of type K are whole numbers or bools: equal where their words are.
func isWhole[K comparable]() bool {
	kind := reflect.TypeFor[K]().Kind()
	return kind >= reflect.Bool && kind <= reflect.Uintptr
}

func toWord[K comparable](k K) (w word) {
	*(*K)(unsafe.Pointer(&w)) = k
	return w
}

func fromWord[K comparable](w word) K { return *(*K)(unsafe.Pointer(&w)) }
