package demo

import (
	"errors"
	"fmt"
)

// FirstID is the least id of what the demo makes up. Only alice, bob and charlie have lower ones, unless Options.Apart.
const FirstID = 1_000_000

// ErrOptions says that a demo cannot be made of these Options.
var ErrOptions = errors.New("impossible size of the demo")

// The bounds of Options.
const (
	MinUsers = 5             // alice, bob and charlie, and two who pay each other
	MaxCount = 1_000_000_000 // of anything
)

// Options say how much there is of everything. The zero Options make a playground.
type Options struct {
	Users     int    // alice, bob and charlie included; at least 5; 0: 50
	Tracks    int    // 0: 300
	Playlists int    // 0: 20
	Transfers int    // besides the four of the scenario; for each three of them there is a deposit; 0: 75
	Seed      uint64 // demos of different seeds differ; 0: 1
	Apart     bool   // alice, bob and charlie have ids from FirstID on too, so that a real catalogue can be imported beside the demo

	// Progress, when set, is told how many rows have been made, of how many. It is never called twice at once, but not always
	// from the same goroutine. It must not block.
	Progress func(done, total int64)
}

func (o Options) withDefaults() Options {
	for _, size := range []struct {
		value *int
		other int
	}{{&o.Users, 50}, {&o.Tracks, 300}, {&o.Playlists, 20}, {&o.Transfers, 75}} {
		if *size.value == 0 {
			*size.value = size.other
		}
	}
	if o.Seed == 0 {
		o.Seed = 1
	}
	return o
}

func (o Options) check() error {
	if o.Users < MinUsers {
		return fmt.Errorf("%w: %d users, at least %d are needed", ErrOptions, o.Users, MinUsers)
	}
	for _, size := range []struct {
		what  string
		value int
	}{{"users", o.Users}, {"tracks", o.Tracks}, {"playlists", o.Playlists}, {"transfers", o.Transfers}} {
		if size.value < 0 || size.value > MaxCount {
			return fmt.Errorf("%w: %d %s, not between 1 and %d", ErrOptions, size.value, size.what, MaxCount)
		}
	}
	return nil
}
