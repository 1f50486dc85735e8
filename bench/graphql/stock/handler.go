package stock

import (
	"net/http"

	"github.com/99designs/gqlgen/graphql"
	gqlhandler "github.com/99designs/gqlgen/graphql/handler"
	"github.com/99designs/gqlgen/graphql/handler/lru"
	"github.com/99designs/gqlgen/graphql/handler/transport"
	"github.com/vektah/gqlparser/v2/ast"
)

// cachedQueries is how many parsed queries a server keeps: as many as clumpql.
const cachedQueries = 1000

// NewHandler serves a schema with what the comparison needs and nothing else: no limits, no introspection, gqlgen's own errors.
func NewHandler(schema graphql.ExecutableSchema) http.Handler {
	server := gqlhandler.New(schema)
	server.AddTransport(transport.POST{})
	server.SetQueryCache(lru.New[*ast.QueryDocument](cachedQueries))
	return server
}
