package gqlexec

import "slices"

// places are the slots that a column of values is completed into. Those that follow each other, as nearly all do, need no list.
type places struct {
	n    int
	base Slot
	list []Slot // nil: base, base+1 and so on
}

// at returns the slot of value i.
func (p *places) at(i int) Slot {
	if p.list != nil {
		return p.list[i]
	}
	return p.base + Slot(i)
}

// add appends n slots that follow each other.
func (p *places) add(base Slot, n int) {
	switch {
	case p.list != nil:
	case p.n == 0:
		p.base = base
	case base != p.base+Slot(p.n):
		p.list = make([]Slot, p.n, max(2*p.n, p.n+n))
		for i := range p.list {
			p.list[i] = p.base + Slot(i)
		}
	}
	if p.list != nil {
		p.list = slices.Grow(p.list, n)
		for i := range n {
			p.list = append(p.list, base+Slot(i))
		}
	}
	p.n += n
}
