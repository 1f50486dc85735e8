package gqlexec

import "testing"

// useScratch is what a column of two values does, and returns what its memory holds afterwards.
func useScratch(c *Column) (s *scratch[string], held []string) {
	s = scratchOf[string](c)
	values := append(s.values, "a", "b")
	s.leave(c, values)
	return s, values
}

// The memory of scalars is used again, and refers to none of them meanwhile.
func TestScratch_leaf(t *testing.T) {
	c := &Column{field: &Field{fieldPlan: &fieldPlan{leaf: true}}, rows: 2}
	again, before := 0, (*scratch[string])(nil)
	for range 100 { // the race detector drops some of what is kept
		s, held := useScratch(c)
		if held[0] != "" || held[1] != "" {
			t.Fatalf("%q is held", held)
		}
		if s == before {
			again++
		}
		before = s
	}
	if again == 0 {
		t.Error("the memory is never used again")
	}
	c.rows = 3
	if s := scratchOf[string](c); cap(s.values) < 3 {
		t.Errorf("room for %d of 3", cap(s.values))
	}
}

// Objects may be read as long as the request lasts: by the directives of their fields.
func TestScratch_object(t *testing.T) {
	c := &Column{field: &Field{fieldPlan: new(fieldPlan)}, rows: 2}
	first, held := useScratch(c)
	for range 100 {
		if s, _ := useScratch(c); s == first {
			t.Fatal("the memory is used again")
		}
	}
	if held[0] != "a" || held[1] != "b" {
		t.Errorf("%q", held)
	}
}
