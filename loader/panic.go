package loader

import (
	"fmt"
	"runtime/debug"
)

// PanicError is the failure of a clump in whose making a function panicked: a fetch, a Future, or a
// function handed to a combinator. errors.Is and errors.As see through it when the value is an
// error.
type PanicError struct {
	Value any    // what was passed to panic
	Stack []byte // the stack of the goroutine that panicked
}

func (e *PanicError) Error() string { return fmt.Sprintf("loader: panic: %v", e.Value) }

func (e *PanicError) Unwrap() error {
	err, _ := e.Value.(error)
	return err
}

func newPanicError(value any) *PanicError {
	return &PanicError{Value: value, Stack: debug.Stack()}
}

// protect calls f, and makes a panic of it an error.
func protect[T, U any](f func(T) U, v T) (u U, err error) {
	defer func() {
		if r := recover(); r != nil {
			err = newPanicError(r)
		}
	}()
	return f(v), nil
}

// protect2 is protect for a function of two results.
func protect2[T, U, V any](f func(T) (U, V), v T) (u U, w V, err error) {
	defer func() {
		if r := recover(); r != nil {
			err = newPanicError(r)
		}
	}()
	u, w = f(v)
	return u, w, nil
}

// call runs f on the goroutine of a batch or a Future, where besides a panic also a Goexit must not
// go unnoticed: then is told of the outcome in every case, exactly once, as the goroutine's last
// act.
func call[T any](f func() (T, error), then func(v T, err error)) {
	var v T
	err := ErrGoexit
	defer func() {
		if r := recover(); r != nil {
			err = newPanicError(r)
		}
		then(v, err)
	}()
	v, err = f()
}
