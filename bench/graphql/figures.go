package main

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

// figures are what a server process has used since it began.
type figures struct {
	CPU     time.Duration // user and system
	Mallocs uint64
	Bytes   uint64 // allocated
}

const figuresPath = "/figures"

// privateClient asks servers' private listeners.
var privateClient = &http.Client{Timeout: patience}

// privateHandler tells the figures and takes profiles.
func privateHandler() http.Handler {
	routes := http.NewServeMux()
	routes.HandleFunc(figuresPath, func(w http.ResponseWriter, _ *http.Request) {
		f, err := readFigures()
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

func readFigures() (figures, error) {
	var usage syscall.Rusage
	if err := syscall.Getrusage(syscall.RUSAGE_SELF, &usage); err != nil {
		return figures{}, fmt.Errorf("getrusage: %w", err)
	}
	var memory runtime.MemStats
	runtime.ReadMemStats(&memory)
	return figures{
		CPU:     time.Duration(usage.Utime.Nano() + usage.Stime.Nano()),
		Mallocs: memory.Mallocs,
		Bytes:   memory.TotalAlloc,
	}, nil
}

// figures asks the process for its figures.
func (p *process) figures(ctx context.Context) (f figures, err error) {
	request, err := http.NewRequestWithContext(ctx, http.MethodGet, "http://"+p.Private+figuresPath, nil)
	if err != nil {
		return f, err
	}
	response, err := privateClient.Do(request)
	if err != nil {
		return f, fmt.Errorf("figures of %s: %w", p.contender, err)
	}
	defer response.Body.Close()
	if err := json.NewDecoder(response.Body).Decode(&f); err != nil {
		return f, fmt.Errorf("figures of %s: %w", p.contender, err)
	}
	return f, nil
}
