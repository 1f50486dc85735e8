// Command clumpql serves a music platform's catalogue and wallet over GraphQL. See README.md.
package main

import (
	"net/http"
	"os"

	"github.com/clumpql/clumpql/graph"
	"github.com/clumpql/clumpql/internal/command"
)

func main() {
	os.Exit(command.Run(os.Args[1:], command.Program{
		Stdout:     os.Stdout,
		Stderr:     os.Stderr,
		NewHandler: newHandler,
	}))
}

// newHandler is the one place where the program meets graph: internal/command knows nothing of GraphQL.
func newHandler(s command.Services) (http.Handler, error) {
	return graph.NewHandler(graph.Config{
		Pool: s.Pool, Depot: s.Depot, Logger: s.Logger, RequestID: s.RequestID, NoPlans: s.NoPlans,
		Origins: s.Origins, MaxDepth: s.MaxDepth, MaxCost: s.MaxComplexity,
		Timeout: s.Timeout, WriteTimeout: s.WriteTimeout,
	})
}
