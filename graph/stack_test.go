package graph

import (
	"testing"
	"unsafe"
)

// needStack takes a bit less stack than growStack has made room for.
//
//go:noinline
func needStack(i int) byte {
	var room [fetchStack - 512]byte
	return room[i]
}

// places tells where a variable on the stack of a new goroutine is: stacks move as they grow.
func places(grow func(int) byte) (before, grown, used uintptr) {
	done := make(chan struct{})
	go func() {
		defer close(done)
		var here byte
		before = uintptr(unsafe.Pointer(&here))
		grow(0)
		grown = uintptr(unsafe.Pointer(&here))
		needStack(0)
		used = uintptr(unsafe.Pointer(&here))
	}()
	<-done
	return before, grown, used
}

// Invariant: after growStack a fetch finds the stack that it needs, and it is not copied any more.
func TestGrowStack(t *testing.T) {
	t.Parallel()
	const tries = 20 // garbage collection may shrink a stack just then
	for range tries {
		before, grown, used := places(growStack)
		if used == grown {
			t.Logf("moved as it grew: %v", before != grown)
			return
		}
	}
	t.Errorf("the stack grew once more in all of %d goroutines", tries)
}
