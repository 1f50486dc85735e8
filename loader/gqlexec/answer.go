package gqlexec

import (
	"slices"
	"sort"
	"sync"

	"github.com/vektah/gqlparser/v2/ast"
)

// Slot is the place of one value in an answer. Slots of a column follow each other.
type Slot uint32

// value is what a slot holds:
//
//	null    nothing
//	raw     arena[a:b], encoded JSON
//	object  row b of blocks[a]
//	list    b elements from slot a on
type value struct {
	kind kind
	a, b uint32
}

type kind uint8

const (
	kindNull kind = iota
	kindRaw
	kindObject
	kindList
)

// answer holds the values of one answer in flat slices, so that an object or a list costs no allocation of its own.
type answer struct {
	values  []value
	arena   []byte
	blocks  []block
	regions []region
	encoded []byte
}

// answers are those that no request uses any more: their slices have room for the next.
var answers = sync.Pool{New: func() any { return new(answer) }}

// maxKept is how much room an answer has at most that is kept for the next request, in slots and in bytes of its arena.
const maxKept = 1 << 20

func (a *answer) recycle() {
	if cap(a.values) > maxKept || cap(a.arena) > maxKept || cap(a.encoded) > maxKept {
		return
	}
	clear(a.blocks)
	a.values, a.arena, a.blocks, a.regions, a.encoded = a.values[:0], a.arena[:0], a.blocks[:0], a.regions[:0], a.encoded[:0]
	answers.Put(a)
}

// block is the executed selection of all objects that were executed together: field f of row r is in slot
// base + f*rows + r, so that the column of a field is contiguous.
type block struct {
	fields []Field
	base   Slot
	rows   int
	owners places // the slots whose values are the rows; none for the root
}

// region tells what the slots from base on belong to, for the path of an error: a block, or (block < 0) the
// elements of the list in slot owner. Regions are in the order of their bases.
type region struct {
	base  Slot
	block int
	owner Slot
}

// reserve appends n empty slots and returns the first.
func (a *answer) reserve(n int) Slot {
	base := Slot(len(a.values))
	a.values = slices.Grow(a.values, n)[:len(a.values)+n]
	clear(a.values[base:])
	return base
}

// raw ends what was appended to the arena since start and puts it into s.
func (a *answer) raw(s Slot, start int) {
	a.values[s] = value{kindRaw, uint32(start), uint32(len(a.arena))}
}

// list puts a list of n elements into s and returns the slot of the first.
func (a *answer) list(s Slot, n int) Slot {
	first := a.reserve(n)
	if n > 0 {
		a.regions = append(a.regions, region{base: first, block: -1, owner: s})
	}
	a.values[s] = value{kindList, uint32(first), uint32(n)}
	return first
}

// block puts an object into each of the slots; without any, one into none: the root.
func (a *answer) block(fields []Field, owners places) block {
	b := block{fields: fields, rows: max(owners.n, 1), owners: owners}
	b.base = a.reserve(len(fields) * b.rows)
	id := len(a.blocks)
	a.blocks = append(a.blocks, b)
	if len(fields) > 0 {
		a.regions = append(a.regions, region{base: b.base, block: id})
	}
	for r := range owners.n {
		a.values[owners.at(r)] = value{kindObject, uint32(id), uint32(r)}
	}
	return b
}

// step is one element of a path: a field, or an index of a list.
type step struct {
	field *Field
	index int
}

// path returns the steps from slot s up to the root, the innermost first. It is found out only when there is an error.
func (a *answer) path(s Slot) []step {
	var steps []step
	for {
		i := sort.Search(len(a.regions), func(i int) bool { return a.regions[i].base > s }) - 1
		r := a.regions[i]
		if r.block < 0 {
			steps = append(steps, step{index: int(s - r.base)})
			s = r.owner
			continue
		}
		b := a.blocks[r.block]
		offset := int(s - b.base)
		steps = append(steps, step{field: &b.fields[offset/b.rows]})
		if b.owners.n == 0 {
			return steps
		}
		s = b.owners.at(offset % b.rows)
	}
}

// appendBlock appends row r of block b as a JSON object. It reports false, having appended nothing, when a field that must not be
// null is.
func (a *answer) appendBlock(buf []byte, b block, r int) ([]byte, bool) {
	start := len(buf)
	buf = append(buf, '{')
	for i := range b.fields {
		if i > 0 {
			buf = append(buf, ',')
		}
		f := b.fields[i].fieldPlan
		buf = append(buf, f.key...)
		var ok bool
		if buf, ok = a.appendValue(buf, b.base+Slot(i*b.rows+r), f.typ); !ok {
			return buf[:start], false
		}
	}
	return append(buf, '}'), true
}

// appendValue appends the value in s, or reports false when it is null and its type does not allow that: then it is the
// value around it that becomes null.
func (a *answer) appendValue(buf []byte, s Slot, typ *ast.Type) ([]byte, bool) {
	var ok bool
	switch v := a.values[s]; v.kind {
	case kindRaw:
		return append(buf, a.arena[v.a:v.b]...), true
	case kindObject:
		buf, ok = a.appendBlock(buf, a.blocks[v.a], int(v.b))
	case kindList:
		buf, ok = a.appendList(buf, Slot(v.a), int(v.b), typ.Elem)
	}
	if ok {
		return buf, true
	}
	if typ.NonNull {
		return buf, false
	}
	return append(buf, "null"...), true
}

func (a *answer) appendList(buf []byte, first Slot, n int, elem *ast.Type) ([]byte, bool) {
	start := len(buf)
	buf = append(buf, '[')
	for i := range n {
		if i > 0 {
			buf = append(buf, ',')
		}
		var ok bool
		if buf, ok = a.appendValue(buf, first+Slot(i), elem); !ok {
			return buf[:start], false
		}
	}
	return append(buf, ']'), true
}
