package gqlexec

import (
	"hash/maphash"
	"strconv"

	"github.com/99designs/gqlgen/graphql"
)

var shapeSeed = maphash.MakeSeed()

// shape is the key of the plan for an operation, or for a root field of a mutation: requests with the same text fetch alike. It is a
// hash, so that a plan costs as little memory for a long query. Two operations that share one unlearn each other's guesses.
func shape(operation *graphql.OperationContext, rootField string) string {
	var h maphash.Hash
	h.SetSeed(shapeSeed)
	for _, part := range []string{operation.RawQuery, operation.OperationName, rootField} {
		_, _ = h.WriteString(part) // never fails
		_ = h.WriteByte(0)         // never fails
	}
	return strconv.FormatUint(h.Sum64(), 36)
}
