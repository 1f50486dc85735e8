package gqlexec

import (
	"context"

	"github.com/99designs/gqlgen/graphql"
)

// AroundColumn is called around every column of a request, in place of gqlgen's field interceptors, which are called for every object. It
// calls next once, with its own context or one made from it, and is told how many errors there were. The columns below a field
// whose values are objects are executed in its next, so that calls nest as the query does. For a field that returns clumps there is one call
// when they are asked for, and one for each wave that some of them arrive in.
//
// The context that next gets reaches the resolvers of the column and all below it. One goroutine makes the calls of a request, one at a time.
// A call that does not call next leaves the column null; a next that is called again, or after the call has returned, does nothing. A panic
// is not contained.
type AroundColumn func(ctx context.Context, info ColumnInfo, next func(context.Context) ColumnResult)

// ColumnInfo is what there is to know of a column before it is executed.
type ColumnInfo struct {
	Path    string                 // of the field in the query, as its aliases say and without indexes: "users.friends.name"
	Object  string                 // the object type
	Field   graphql.CollectedField // with its name, alias and definition
	Rows    int                    // objects that the field is executed for; with Arrived, clumps that are done
	Arrived bool                   // what the clumps of an earlier call came to is completed
}

// ColumnResult is what came of a column.
type ColumnResult struct {
	Errors int // of this field, since the last call for it
}

// around calls AroundColumn, which must be set, around execute.
func (r *run) around(f *Field, rows int, arrived bool, execute func()) {
	info := ColumnInfo{Path: f.origin, Object: f.object, Field: f.CollectedField, Rows: rows, Arrived: arrived}
	var t turn
	defer t.end()
	r.hook(f.outer(r), info, func(ctx context.Context) (result ColumnResult) {
		t.take(func() {
			t.over = true
			f.around, f.ctx = ctx, nil
			execute()
			result.Errors = f.errors - f.told
			f.told = f.errors
		})
		return result
	})
}
