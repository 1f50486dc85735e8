package main

import (
	"context"
	"fmt"
	"io"
	"net/http"
	"os"
	"path/filepath"
	"time"
)

// profiled is how long a CPU profile is taken; the load goes on for a little longer, so that it covers all of it.
const (
	profiledSeconds = 3
	profileLoad     = (profiledSeconds + 1) * time.Second
)

// writeProfiles profiles clumpql under the load of each query, into files named by query and kind.
func writeProfiles(ctx context.Context, p plan, servers []*process, folder string) error {
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

func profileQuery(ctx context.Context, q query, server *process, folder string) error {
	loads, err := newLoads(ctx, q, []*process{server})
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
	err = server.download(ctx, fmt.Sprintf("/profile/cpu?seconds=%d", profiledSeconds), file+".cpu.pprof")
	if err == nil {
		// Of these seconds alone, not since the server began.
		err = server.download(ctx, "/profile/allocs?seconds=1", file+".allocs.pprof")
	}
	if failed := <-loaded; err == nil {
		err = failed
	}
	return err
}

// download writes what the server's private listener answers to a file.
func (p *process) download(ctx context.Context, path, file string) error {
	request, err := http.NewRequestWithContext(ctx, http.MethodGet, "http://"+p.Private+path, nil)
	if err != nil {
		return err
	}
	response, err := privateClient.Do(request)
	if err != nil {
		return err
	}
	defer response.Body.Close()
	if response.StatusCode != http.StatusOK {
		return fmt.Errorf("%s: %s", path, response.Status)
	}
	out, err := os.Create(file)
	if err != nil {
		return err
	}
	if _, err := io.Copy(out, response.Body); err != nil {
		_ = out.Close() // the first error tells more
		return err
	}
	return out.Close()
}
