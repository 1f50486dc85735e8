package main

import (
	"context"
	"os"
	"path/filepath"
	"time"
)

// profiled is how long a CPU profile is taken; the load goes on for a little longer, so that it covers all of it.
const (
	profiled    = 3 * time.Second
	profileLoad = profiled + time.Second
)

// writeProfiles profiles clumpql under the load of each query, into files named by query and kind.
func writeProfiles(ctx context.Context, p plan, servers []server, folder string) error {
	if err := os.MkdirAll(folder, 0o755); err != nil {
		return err
	}
	for _, server := range servers {
		if server.library != own {
			continue
		}
		for _, q := range p.queries {
			if err := profileQuery(ctx, q, server, folder); err != nil {
				return err
			}
		}
	}
	return nil
}

func profileQuery(ctx context.Context, q query, s server, folder string) error {
	loads, err := newLoads(ctx, q, []server{s})
	if err != nil {
		return err
	}
	opened, err := loads[0].open(ctx, busyConnections, profileLoad)
	if err != nil {
		return err
	}
	defer closeAll(opened)
	loaded := make(chan error, 1)
	go func() {
		_, _, err := loads[0].run(opened, profileLoad)
		loaded <- err
	}()
	file := filepath.Join(folder, q.name)
	err = s.ProfileCPU(ctx, profiled, file+".cpu.pprof")
	if err == nil {
		// Of these seconds alone, not since the server began.
		err = s.ProfileAllocations(ctx, file+".allocs.pprof")
	}
	if failed := <-loaded; err == nil {
		err = failed
	}
	return err
}
