package command

import (
	"os"
	"runtime"
	"runtime/metrics"
	"testing"
)

// heapGoal is the size at which the heap is collected next.
func heapGoal() uint64 {
	runtime.GC()
	sample := []metrics.Sample{{Name: "/gc/heap/goal:bytes"}}
	metrics.Read(sample)
	return sample[0].Value.Uint64()
}

// Invariant: garbage may come together while little is live, unless the operator has decided how much.
func TestRaiseHeapFloor(t *testing.T) {
	for _, name := range []string{"GOGC", "GOMEMLIMIT"} {
		t.Setenv(name, "") // restored after the test
		if err := os.Unsetenv(name); err != nil {
			t.Fatal(err)
		}
	}
	lower := RaiseHeapFloor()
	if goal := heapGoal(); goal < 2*heapFloor {
		t.Errorf("the heap is collected at %d bytes, want %d or more", goal, 2*heapFloor)
	}
	lower()
	for _, name := range []string{"GOGC", "GOMEMLIMIT"} {
		t.Setenv(name, "100")
		lower := RaiseHeapFloor()
		if goal := heapGoal(); goal > heapFloor {
			t.Errorf("with %s the heap is collected at %d bytes", name, goal)
		}
		lower()
		if err := os.Unsetenv(name); err != nil {
			t.Fatal(err)
		}
	}
}
