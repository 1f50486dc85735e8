package gqlexec

// scratch is the memory that the values of a column are in until they are encoded. That of scalars and enums is used again by another
// column of the field; objects may be referred to for as long as the request lasts.
type scratch[V any] struct {
	values []V // none, with room for all
}

func scratchOf[V any](c *Column) *scratch[V] {
	if s, ok := c.field.scratch.Get().(*scratch[V]); ok && cap(s.values) >= c.rows {
		return s
	}
	return &scratch[V]{make([]V, 0, c.rows)}
}

// maxScratch is how many values a scratch has room for at most that is kept.
const maxScratch = 1 << 12

// leave ends the use of the values, which are those of the scratch.
func (s *scratch[V]) leave(c *Column, values []V) {
	if c.field.leaf && cap(values) <= maxScratch {
		clear(values)
		c.field.scratch.Put(s)
	}
}
