package loader_test

import (
	"errors"
	"reflect"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/clumpql/clumpql/loader"
)

var (
	errState   = errors.New("illegal state")
	errPointer = errors.New("null pointer")
)

// yields fails the test unless c is defined, with the value want.
func yields[T any](t *testing.T, c loader.Clump[T], want T) {
	t.Helper()
	got, defined, err := c.Get(t.Context())
	if err != nil || !defined {
		t.Fatalf("got (defined %v, error %v), want %v", defined, err, want)
	}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("value (-want +got):\n%s", diff)
	}
}

// undefined fails the test unless c is undefined.
func undefined[T any](t *testing.T, c loader.Clump[T]) {
	t.Helper()
	got, defined, err := c.Get(t.Context())
	if err != nil || defined {
		t.Errorf("got (%v, defined %v, error %v), want undefined", got, defined, err)
	}
}

// fails fails the test unless c fails with want, and without a value.
func fails[T any](t *testing.T, c loader.Clump[T], want error) {
	t.Helper()
	got, defined, err := c.Get(t.Context())
	if !errors.Is(err, want) || defined || !reflect.ValueOf(&got).Elem().IsZero() {
		t.Errorf("got (%v, defined %v, error %v), want the error %v", got, defined, err, want)
	}
}

// fetched fails the test unless the recorder saw exactly these batches, in any order: those of one
// wave come in any.
func (r *recorder) fetched(t *testing.T, want ...[]int) {
	t.Helper()
	if diff := cmp.Diff(sorted(want), sorted(r.got())); diff != "" {
		t.Errorf("batches (-want +got):\n%s", diff)
	}
}

// fetchedInOrder is fetched in the order of the batches: for a recorder that was asked for one
// batch a wave.
func (r *recorder) fetchedInOrder(t *testing.T, want ...[]int) {
	t.Helper()
	if diff := cmp.Diff(want, r.got()); diff != "" {
		t.Errorf("batches (-want +got):\n%s", diff)
	}
}
