package main

import (
	"bytes"
	"context"
	"encoding/json"
	"fmt"
	"reflect"

	"github.com/clumpql/clumpql/bench/wire"
)

// newLoads asks each server all variants of a query, demands the same of all, and returns the load of each, in their order.
func newLoads(ctx context.Context, q query, servers []server) ([]*load, error) {
	bodies, err := q.bodies()
	if err != nil {
		return nil, err
	}
	loads := make([]*load, len(servers))
	for i, p := range servers {
		if loads[i], err = newLoad(ctx, q, p, bodies); err != nil {
			return nil, err
		}
	}
	for variant := range bodies {
		for _, l := range loads[1:] {
			if err := sameAnswer(loads[0], l, variant); err != nil {
				return nil, err
			}
		}
	}
	return loads, nil
}

// newLoad asks the server each body. What it answers is what it has to answer from then on.
func newLoad(ctx context.Context, q query, p server, bodies [][]byte) (*load, error) {
	l := &load{name: fmt.Sprintf("%s, query %s", p.contender, q.name), address: p.GraphQL}
	c, err := wire.Dial(ctx, l.address, patience)
	if err != nil {
		return nil, fmt.Errorf("%s: %w", l.name, err)
	}
	defer c.Close()
	for _, body := range bodies {
		sent := wire.Request(l.address, body)
		answer, err := c.Ask(sent)
		if err != nil {
			return nil, fmt.Errorf("%s: %w", l.name, err)
		}
		if n := bytes.Count(answer, []byte(`"id":`)); n < q.objects {
			return nil, fmt.Errorf("%s answers %d objects, want %d: %s", l.name, n, q.objects, excerpt(answer))
		}
		l.requests = append(l.requests, sent)
		l.want = append(l.want, bytes.Clone(answer))
	}
	return l, nil
}

// sameAnswer demands that two servers have answered the same JSON, and data without errors.
func sameAnswer(a, b *load, variant int) error {
	var values [2]struct {
		Data   map[string]any
		Errors any
	}
	for i, l := range []*load{a, b} {
		decoder := json.NewDecoder(bytes.NewReader(l.want[variant]))
		decoder.UseNumber()
		if err := decoder.Decode(&values[i]); err != nil {
			return fmt.Errorf("%s: %w in %s", l.name, err, excerpt(l.want[variant]))
		}
		if values[i].Errors != nil || len(values[i].Data) == 0 {
			return fmt.Errorf("%s answers %s", l.name, excerpt(l.want[variant]))
		}
	}
	if !reflect.DeepEqual(values[0], values[1]) {
		return fmt.Errorf("%s and %s differ: %s and %s", a.name, b.name, excerpt(a.want[variant]), excerpt(b.want[variant]))
	}
	return nil
}
