package scalar_test

import (
	"bytes"
	"math"
	"testing"
	"time"

	"github.com/99designs/gqlgen/graphql"

	"github.com/clumpql/clumpql/graph/scalar"
)

// appendsAsMarshaled fails the test unless a scalar's two ways of writing values agree.
func appendsAsMarshaled[V any](t *testing.T, marshal func(V) graphql.Marshaler, appendTo func([]byte, V) []byte, values ...V) {
	t.Helper()
	for _, v := range values {
		var want bytes.Buffer
		marshal(v).MarshalGQL(&want)
		if got := appendTo([]byte("before "), v); string(got) != "before "+want.String() {
			t.Errorf("%v appends %s, marshals to %s", v, got, want.String())
		}
	}
}

func TestAppend(t *testing.T) {
	integers := []int64{0, 1, -1, math.MaxInt64, math.MinInt64}
	appendsAsMarshaled(t, scalar.MarshalBigInt, scalar.AppendBigInt, integers...)
	appendsAsMarshaled(t, scalar.MarshalID, scalar.AppendID, integers...)
	appendsAsMarshaled(t, scalar.MarshalDateTime, scalar.AppendDateTime,
		time.Time{}, time.Unix(0, 0), time.Date(2026, 2, 28, 23, 59, 59, 1000, time.FixedZone("", -3600)), time.Date(12026, 1, 1, 0, 0, 0, 0, time.UTC))
}
