package catalogue

import (
	"cmp"
	"slices"
)

// binder puts the rows of a pages statement together. The lists of all its pages lie in the same slices, one after the other.
type binder[T any] struct {
	list[T]
	rows      slab[T]
	stretches []stretch
	items     []*T
	positions []int64
	scattered bool // parents, or the rows of one, have not come in their order
}

// stretch is rows of the same parent that have come one after the other.
type stretch struct {
	parentID    int64
	hasPrevious bool
	start       int // of the items; they end where the next stretch starts
}

// newBinder makes a binder for about so many pages and rows.
func newBinder[T any](l list[T], pages, rows int) *binder[T] {
	return &binder[T]{
		list:      l,
		rows:      slab[T]{size: rows},
		stretches: make([]stretch, 0, pages),
		items:     make([]*T, 0, rows),
		positions: make([]int64, 0, rows),
	}
}

func (b *binder[T]) add(c *columns) {
	parentID, hasPrevious := c.integer(), c.boolean()
	n := len(b.stretches)
	if n == 0 || b.stretches[n-1].parentID != parentID {
		b.scattered = b.scattered || n > 0 && b.stretches[n-1].parentID > parentID
		b.stretches = append(b.stretches, stretch{parentID, hasPrevious, len(b.items)})
		n++
	}
	if c.isNull() { // the position: the page is empty
		return
	}
	b.positions = append(b.positions, c.integer())
	item := b.rows.next()
	b.read(c, item)
	b.items = append(b.items, item)
	if last := len(b.items) - 1; last > b.stretches[n-1].start {
		b.scattered = b.scattered || b.compare(last-1, last) > 0
	}
}

// compare tells the order of two items of a list.
func (b *binder[T]) compare(i, j int) int {
	if b.order != nil {
		return b.order(b.items[i], b.items[j])
	}
	return cmp.Compare(b.positions[i], b.positions[j])
}

// bind returns the pages, of first rows at most.
func (b *binder[T]) bind(first int) map[int64]Slice[T] {
	if b.scattered {
		b.sort()
	}
	bound := make(map[int64]Slice[T], len(b.stretches))
	for i, s := range b.stretches {
		end := b.end(i)
		page := Slice[T]{HasPrevious: s.hasPrevious, HasNext: end-s.start > first}
		if end = min(end, s.start+first); end > s.start {
			page.Items, page.Positions = b.items[s.start:end:end], b.positions[s.start:end:end]
		}
		bound[s.parentID] = page
	}
	return bound
}

// end is that of the items of stretch i.
func (b *binder[T]) end(i int) int {
	if i+1 < len(b.stretches) {
		return b.stretches[i+1].start
	}
	return len(b.items)
}

// sort makes one stretch of the rows of each parent, in the order of the list.
func (b *binder[T]) sort() {
	byParent := func(x, y stretch) int { return cmp.Compare(x.parentID, y.parentID) }
	own := make([]stretch, 0, len(b.items)) // of each item: it alone
	for i, s := range b.stretches {
		for item := s.start; item < b.end(i); item++ {
			own = append(own, stretch{s.parentID, s.hasPrevious, item})
		}
	}
	slices.SortFunc(own, func(x, y stretch) int { return cmp.Or(byParent(x, y), b.compare(x.start, y.start)) })
	slices.SortFunc(b.stretches, byParent)
	b.stretches = slices.CompactFunc(b.stretches, func(x, y stretch) bool { return x.parentID == y.parentID })

	items, positions := make([]*T, len(own)), make([]int64, len(own))
	for i, o := range own {
		items[i], positions[i] = b.items[o.start], b.positions[o.start]
	}
	b.items, b.positions = items, positions
	next := 0
	for i := range b.stretches {
		b.stretches[i].start = next
		for next < len(own) && own[next].parentID == b.stretches[i].parentID {
			next++
		}
	}
}
