package pgtest

import (
	"sync"
	"testing"
)

func TestNew(t *testing.T) {
	var wg sync.WaitGroup
	for range 8 {
		wg.Go(func() {
			pool := New(t)
			if _, err := pool.Exec(t.Context(), "CREATE TABLE mine (id int)"); err != nil {
				t.Error(err)
			}
		})
	}
	wg.Wait()
}
