package main

import (
	"fmt"
	"net/http"
	"time"

	"github.com/clumpql/clumpql/bench/graphql/stock"
	"github.com/clumpql/clumpql/bench/graphql/stock/batch"
	"github.com/clumpql/clumpql/bench/process"
	"github.com/clumpql/clumpql/internal/catalogue"
)

// windows are those that the loaders wait for keys to gather. The last is the usual one.
var windows = []time.Duration{100 * time.Microsecond, 300 * time.Microsecond, usualWindow}

const usualWindow = time.Millisecond

// contender is a way to serve the queries.
type contender struct {
	library string
	window  time.Duration // 0: it has none
	stock   bool          // served by gqlgen's own executor
	serve   process.Server
}

const (
	own         = "clumpql"
	handwritten = "handwritten"
)

func contenders() []contender {
	all := []contender{{library: own, serve: process.Clumpql}}
	for _, window := range windows {
		all = append(all,
			contender{"dataloadgen", window, true, serveHandler(func(store *catalogue.Store) http.Handler {
				return stock.WithLoaders(stock.Dataloadgen(store, window), stockHandler(store))
			})},
			contender{"graph-gophers", window, true, serveHandler(func(store *catalogue.Store) http.Handler {
				return stock.WithLoaders(stock.GraphGophers(store, window), stockHandler(store))
			})})
	}
	return append(all,
		contender{"batch resolvers", 0, true, serveHandler(func(store *catalogue.Store) http.Handler {
			return stock.NewHandler(batch.NewExecutableSchema(batch.Config{Resolvers: batch.Resolver{Store: store}}))
		})},
		contender{library: handwritten, serve: serveHandler(newHandwritten)})
}

func stockHandler(store *catalogue.Store) http.Handler {
	return stock.NewHandler(stock.NewExecutableSchema(stock.Config{Resolvers: stock.Resolver{Store: store}}))
}

// String names the contender and its window.
func (c contender) String() string {
	if c.window == 0 {
		return c.library
	}
	return fmt.Sprintf("%s %s", c.library, c.window)
}

func contenderNamed(name string) (contender, error) {
	for _, c := range contenders() {
		if c.String() == name {
			return c, nil
		}
	}
	return contender{}, fmt.Errorf("no contender %q", name)
}
