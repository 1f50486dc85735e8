package main

import (
	"bytes"
	"context"
	"fmt"
	"sync"
	"time"

	"github.com/clumpql/clumpql/bench/wire"
)

// load is what is asked of a server: requests in turn, each with the answer that it has to give.
type load struct {
	name     string // of server and query, for errors
	address  string
	requests [][]byte
	want     [][]byte
}

// patience is how long an answer may take.
const patience = 30 * time.Second

// open opens connections to be used for the duration. They are the caller's to close.
func (l *load) open(ctx context.Context, n int, duration time.Duration) ([]*wire.Connection, error) {
	connections := make([]*wire.Connection, 0, n)
	for range n {
		c, err := wire.Dial(ctx, l.address, duration+patience)
		if err != nil {
			closeAll(connections)
			return nil, fmt.Errorf("%s: %w", l.name, err)
		}
		connections = append(connections, c)
	}
	return connections, nil
}

func closeAll(connections []*wire.Connection) {
	for _, c := range connections {
		c.Close()
	}
}

// run asks on all connections, on each one request after the other, until the time is over and all that were sent are answered. It
// returns how long each took, and all together.
func (l *load) run(connections []*wire.Connection, duration time.Duration) (latencies []time.Duration, elapsed time.Duration, err error) {
	var (
		mu    sync.Mutex // guards latencies and err
		group sync.WaitGroup
	)
	begin := time.Now()
	for i, c := range connections {
		group.Go(func() {
			own, failed := l.ask(c, i, begin.Add(duration))
			mu.Lock()
			defer mu.Unlock()
			latencies = append(latencies, own...)
			if err == nil {
				err = failed
			}
		})
	}
	group.Wait()
	return latencies, time.Since(begin), err
}

// ask asks on one connection, beginning with the first-th request. It asks at least once.
func (l *load) ask(c *wire.Connection, first int, end time.Time) (latencies []time.Duration, err error) {
	for i := first; ; i++ {
		n := i % len(l.requests)
		begin := time.Now()
		answer, err := c.Ask(l.requests[n])
		now := time.Now()
		if err != nil {
			return nil, fmt.Errorf("%s: %w", l.name, err)
		}
		if !bytes.Equal(answer, l.want[n]) {
			return nil, fmt.Errorf("%s answers %s, want %s", l.name, excerpt(answer), excerpt(l.want[n]))
		}
		latencies = append(latencies, now.Sub(begin))
		if !now.Before(end) {
			return latencies, nil
		}
	}
}

// excerpt is as much of an answer as an error shows.
func excerpt(answer []byte) string {
	const most = 500
	if len(answer) > most {
		return string(answer[:most]) + "..."
	}
	return string(answer)
}
