package loader

import (
	"context"
	"sync"
	"time"
)

// flightContext has the values of the first waiter's context, an end of its own, and besides tells a
// Get inside the flight which Scope it is in, and which flight. Many a fetch from memory asks for
// neither values nor the end: what can be waited for is made for those who do.
type flightContext struct {
	flight *flight
	values context.Context

	mu     sync.Mutex
	ended  bool
	ending context.Context // nil until somebody asks
	cancel context.CancelFunc
}

type flightKey struct{}

func (c *flightContext) Deadline() (time.Time, bool) { return time.Time{}, false }

func (c *flightContext) Done() <-chan struct{} { return c.waitable().Done() }

func (c *flightContext) Err() error {
	c.mu.Lock()
	defer c.mu.Unlock()
	if c.ended {
		return context.Canceled
	}
	return nil
}

// Value asks the context that can be waited for first: it is how package context comes to know that,
// and not one of the waiter's, as what ends contexts made of this one.
func (c *flightContext) Value(key any) any {
	switch key.(type) {
	case flightKey:
		return c.flight
	case scopeKey:
		return c.flight.scope
	}
	if v := c.waitable().Value(key); v != nil {
		return v
	}
	return c.values.Value(key)
}

func (c *flightContext) waitable() context.Context {
	c.mu.Lock()
	defer c.mu.Unlock()
	if c.ending == nil {
		c.ending, c.cancel = context.WithCancel(context.Background())
		if c.ended {
			c.cancel()
		}
	}
	return c.ending
}

func (*flightContext) String() string { return "loader: the context of a fetch" }

func (c *flightContext) end() {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.ended = true
	if c.cancel != nil {
		c.cancel()
	}
}
