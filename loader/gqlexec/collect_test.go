package gqlexec

import (
	"fmt"
	"testing"

	"github.com/vektah/gqlparser/v2/ast"
)

// Fields of a response key are merged in the place of the first, whether they are few or many.
func TestCollector_ManyFields(t *testing.T) {
	const keys = 3 * fewFields
	var set ast.SelectionSet
	for range 2 {
		for i := range keys {
			set = append(set, &ast.Field{Alias: fmt.Sprint("k", i), SelectionSet: ast.SelectionSet{&ast.Field{}}})
		}
	}
	var c collector
	if err := c.add(set); err != nil {
		t.Fatal(err)
	}
	if len(c.fields) != keys {
		t.Fatalf("%d fields, want %d", len(c.fields), keys)
	}
	for i, f := range c.fields {
		if f.Alias != fmt.Sprint("k", i) || len(f.Selections) != 2 {
			t.Errorf("place %d has %s with %d selections", i, f.Alias, len(f.Selections))
		}
	}
}
