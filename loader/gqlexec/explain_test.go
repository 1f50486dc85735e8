package gqlexec_test

import (
	"context"
	"errors"
	"fmt"
	"net/http"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"github.com/99designs/gqlgen/graphql"

	"github.com/clumpql/clumpql/loader"
	"github.com/clumpql/clumpql/loader/gqlexec"
)

// explain executes a query and returns its explanation, with an error as its message.
func explain(ctx context.Context, s *gqlexec.Schema, query string) (gqlexec.Explanation, *graphql.Response) {
	response := execute(ctx, s, &graphql.RawParams{Query: query, Headers: http.Header{gqlexec.ExplainHeader: {"1"}}})
	return response.Extensions["clump"].(gqlexec.Explanation), response
}

func told(f gqlexec.Fetched) string {
	message := "-"
	if f.Error != nil {
		message = *f.Error
	}
	return fmt.Sprintf("wave %d: %d keys, %d attempts, %v, %s", f.Wave, f.Keys, f.Attempts, f.Paths, message)
}

// Of a batch that is not over when the request is cut off, the explanation tells what is known by then. The fetch here does not heed its
// context, so that it is never over in time.
func TestExplain_CutOff(t *testing.T) {
	for name, cut := range map[string]func(context.Context) (context.Context, context.CancelFunc){
		"by a deadline": func(ctx context.Context) (context.Context, context.CancelFunc) {
			return context.WithTimeout(ctx, time.Second)
		},
		"by its client": func(ctx context.Context) (context.Context, context.CancelFunc) {
			ctx, cancel := context.WithCancel(ctx)
			time.AfterFunc(time.Second, cancel)
			return ctx, cancel
		},
	} {
		t.Run(name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				over := make(chan struct{})
				fetch := loader.FromMap(func(_ context.Context, keys []int) (map[int]*item, error) {
					if keys[0] > 0 {
						<-over
					}
					return map[int]*item{0: {0}}, nil
				})
				ctx, cancel := cut(t.Context())
				defer cancel()
				got, response := explain(ctx, schema(fetch), `{ item { next { n } pair { n } } }`)
				if string(response.Data) != "null" || len(response.Errors) != 1 {
					t.Errorf("response %s %v", response.Data, response.Errors)
				}
				if len(got.Fetches) != 2 || got.Waves != 2 ||
					told(got.Fetches[0]) != "wave 1: 1 keys, 1 attempts, [item], -" ||
					told(got.Fetches[1]) != "wave 2: 2 keys, 1 attempts, [item.next item.pair], unfinished" ||
					got.Fetches[1].DurationMicros != time.Second.Microseconds() {
					t.Errorf("explanation %+v", got)
				}
				close(over)
				synctest.Wait()
				if told(got.Fetches[1]) != "wave 2: 2 keys, 1 attempts, [item.next item.pair], unfinished" {
					t.Errorf("what is over late changes the explanation: %+v", got)
				}
			})
		})
	}
}

// The attempts that an unfinished batch has made are counted, that which is under way among them.
func TestExplain_CutOffInALaterAttempt(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		over, calls := make(chan struct{}), 0
		defer close(over)
		fetch := loader.FromMap(func(context.Context, []int) (map[int]*item, error) {
			if calls++; calls < 3 {
				return nil, errors.New("down")
			}
			<-over
			return nil, nil
		})
		ctx, cancel := context.WithTimeout(t.Context(), time.Second)
		defer cancel()
		got, _ := explain(ctx, schema(fetch, loader.MaxRetries(func(error) int { return 5 })), `{ item { n } }`)
		if len(got.Fetches) != 1 || told(got.Fetches[0]) != "wave 1: 1 keys, 3 attempts, [item], unfinished" {
			t.Errorf("explanation %+v", got)
		}
	})
}

// A batch that waits for its turn has not been sent.
func TestExplain_CutOffBeforeItsTurn(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		over := make(chan struct{})
		defer close(over)
		fetch := loader.FromMap(func(_ context.Context, keys []int) (map[int]*item, error) {
			if keys[0] > 0 {
				<-over
			}
			return map[int]*item{0: {0}}, nil
		})
		ctx, cancel := context.WithTimeout(t.Context(), time.Second)
		defer cancel()
		s := schema(fetch, loader.MaxBatchSize(1), loader.MaxConcurrency(1))
		got, _ := explain(ctx, s, `{ item { pair { n } } }`)
		if len(got.Fetches) != 2 || told(got.Fetches[1]) != "wave 2: 1 keys, 1 attempts, [item.pair], unfinished" {
			t.Errorf("explanation %+v", got)
		}
	})
}

// However many fields ask, an explanation names the first 16 of them; those after the first found the key asked for already.
func TestExplain_PathsAreBounded(t *testing.T) {
	var query strings.Builder
	var want []string
	for i := range 40 {
		fmt.Fprintf(&query, "f%d: item { n } ", i)
		if i < 16 {
			want = append(want, fmt.Sprint("f", i))
		}
	}
	var batches [][]int
	got, _ := explain(t.Context(), schema(numbers(&batches)), "{ "+query.String()+"}")
	if len(got.Fetches) != 1 || told(got.Fetches[0]) != fmt.Sprintf("wave 1: 1 keys, 1 attempts, %v, -", want) || got.CacheHits != 39 {
		t.Errorf("explanation %+v", got)
	}
}
