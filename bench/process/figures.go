package process

import (
	"context"
	"encoding/json"
	"fmt"
	"net/http"
	"net/http/pprof"
	"runtime"
	"syscall"
	"time"
)

// Figures are what a process has used since it began.
type Figures struct {
	CPU     time.Duration // user and system
	Mallocs uint64
	Bytes   uint64 // allocated
}

// Sub returns what was used since before.
func (f Figures) Sub(before Figures) Figures {
	return Figures{CPU: f.CPU - before.CPU, Mallocs: f.Mallocs - before.Mallocs, Bytes: f.Bytes - before.Bytes}
}

const figuresPath = "/figures"

// privateClient asks servers' private listeners.
var privateClient = &http.Client{Timeout: 30 * time.Second}

// privateHandler tells the figures and takes profiles.
func privateHandler() http.Handler {
	routes := http.NewServeMux()
	routes.HandleFunc(figuresPath, func(w http.ResponseWriter, _ *http.Request) {
		f, err := ReadFigures()
		if err != nil {
			http.Error(w, err.Error(), http.StatusInternalServerError)
			return
		}
		_ = json.NewEncoder(w).Encode(f) // the reader notices
	})
	routes.HandleFunc("/profile/cpu", pprof.Profile)
	routes.Handle("/profile/allocs", pprof.Handler("allocs"))
	return routes
}

// ReadFigures returns those of this process.
func ReadFigures() (Figures, error) {
	var usage syscall.Rusage
	if err := syscall.Getrusage(syscall.RUSAGE_SELF, &usage); err != nil {
		return Figures{}, fmt.Errorf("getrusage: %w", err)
	}
	var memory runtime.MemStats
	runtime.ReadMemStats(&memory)
	return Figures{
		CPU:     time.Duration(usage.Utime.Nano() + usage.Stime.Nano()),
		Mallocs: memory.Mallocs,
		Bytes:   memory.TotalAlloc,
	}, nil
}

// Figures asks the process for its figures.
func (p *Process) Figures(ctx context.Context) (f Figures, err error) {
	response, err := p.get(ctx, figuresPath)
	if err != nil {
		return f, err
	}
	defer response.Body.Close()
	if err := json.NewDecoder(response.Body).Decode(&f); err != nil {
		return f, fmt.Errorf("%s of %s: %w", figuresPath, p.name, err)
	}
	return f, nil
}

// get asks the process's private listener. The body is the caller's to close.
func (p *Process) get(ctx context.Context, path string) (*http.Response, error) {
	request, err := http.NewRequestWithContext(ctx, http.MethodGet, "http://"+p.Private+path, nil)
	if err != nil {
		return nil, err
	}
	response, err := privateClient.Do(request)
	if err != nil {
		return nil, fmt.Errorf("%s of %s: %w", path, p.name, err)
	}
	return response, nil
}
