package command

import (
	"log/slog"
	"net/http"

	"github.com/99designs/gqlgen/graphql/playground"
	"github.com/go-chi/chi/v5"
)

// newRouter puts the server's paths together.
func newRouter(graphQL http.Handler, ready http.Handler, maxBody int64, log *slog.Logger) http.Handler {
	router := chi.NewRouter()
	router.Use(identify, recoverPanics(log), readBody(maxBody))

	// The page loads GraphiQL from a CDN: it needs a browser with a way to the internet. The API does not. Its subscriptions go by
	// WebSocket to the same host and path.
	router.Get("/", playground.Handler("clumpql", "/graphql"))
	router.Handle("/graphql", graphQL)
	router.Get("/healthz", alive)
	router.Method(http.MethodGet, "/readyz", ready)
	return router
}
