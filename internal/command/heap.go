package command

import (
	"os"
	"runtime"
)

// heapFloor is how much of a heap is garbage before it is collected, however little is live.
const heapFloor = 64 << 20

// RaiseHeapFloor lets the garbage collector run less often while little is live, until the function that it returns is called. A server under
// load would else collect its few megabytes ten times a second and more, for up to a quarter of its CPU time. It takes addresses and no memory
// of its own: what is never touched has no pages, but counts as live. Whoever sets GOGC or GOMEMLIMIT has decided otherwise.
func RaiseHeapFloor() (lower func()) {
	for _, name := range [...]string{"GOGC", "GOMEMLIMIT"} {
		if _, set := os.LookupEnv(name); set {
			return func() {}
		}
	}
	floor := make([]byte, heapFloor)
	return func() { runtime.KeepAlive(floor) }
}
