package graph

// fetchStack are about the bytes of stack that a fetch from Postgres takes.
const fetchStack = 5 << 10

// growStack makes room for a fetch on the stack of its goroutine. That of a batch begins small; it would grow where the fetch is deepest, as
// it waits for Postgres, and be copied with all that has been called by then. Where the fetch begins there is little to copy. It returns a
// byte of the room, so that there is some.
//
//go:noinline
func growStack(i int) byte {
	var room [fetchStack]byte
	return room[i]
}
