package oracle

import (
	"errors"
	"strconv"
)

// Named is an interface of the schema: of nodes, books and shelves.
type Named interface{ isNamed() }

// Titled is an interface that implements Named: of books and shelves.
type Titled interface {
	Named
	isTitled()
}

// Numbered is an interface that has nothing to do with those two, of nodes and books.
type Numbered interface{ isNumbered() }

// Item is a union: anything may be in it, so it takes structs as well as pointers to them.
type Item any

// Book is an object with fetches of its own.
type Book struct {
	ID     int
	Number int
}

// Shelf is an object whose Go type has the methods itself, so that an interface may hold a Shelf or a *Shelf.
type Shelf struct{ ID int }

// Stranger is a Named of no object type.
type Stranger struct{}

func (*Node) isNamed()    {}
func (*Node) isNumbered() {}
func (*Book) isNamed()    {}
func (*Book) isTitled()   {}
func (*Book) isNumbered() {}
func (Shelf) isNamed()    {}
func (Shelf) isTitled()   {}
func (Stranger) isNamed() {}

func (n *Node) Quoted(mark *string) string { return *mark + n.Label() + *mark }

// Shout shows which arguments it was given.
func (n *Node) Shout(times *int, mark *string) string {
	return n.Label() + shown(times) + *mark
}

func (b *Book) Label() (*string, error) {
	switch b.Number % 4 {
	case 0:
		return nil, nil
	case 1:
		return nil, errors.New("no label for book " + strconv.Itoa(b.Number))
	}
	s := "book " + strconv.Itoa(b.Number)
	return &s, nil
}

func (b *Book) Quoted(mark *string) string { return *mark + b.Title() + *mark }

func (b *Book) Shout(times *int) *string {
	s := b.Title() + shown(times)
	return &s
}

func (b *Book) Title() string { return "title " + strconv.Itoa(b.Number) }

// Parts are of every type the union has, by pointer and by value.
func (b *Book) Parts() []Item {
	parts := []Item{Point{X: b.Number}, &Point{X: 1}, b, &Node{ID: b.Number, Number: b.Number}}
	return parts[:b.Number%5]
}

// StrictParts lacks one for some books.
func (b *Book) StrictParts() ([][]Item, error) {
	switch b.Number % 7 {
	case 0:
		return [][]Item{{Point{}, nil}, nil}, nil
	case 1:
		return nil, errors.New("no parts of book " + strconv.Itoa(b.Number))
	}
	return [][]Item{b.Parts(), {}}, nil
}

func (s Shelf) Label() *string {
	label := "shelf"
	return &label
}

func (s Shelf) Quoted(mark *string) string { return *mark + "shelf" + *mark }

func (s Shelf) Shout(times *int) *string { return s.Label() }

// Title cannot be read of some shelves.
func (s Shelf) Title() (string, error) {
	if s.ID%5 == 3 {
		return "", errors.New("no title for shelf " + strconv.Itoa(s.ID))
	}
	return "shelf " + strconv.Itoa(s.ID), nil
}

// Peer is a shelf, a book, or nothing.
func (s Shelf) Peer() Titled {
	switch s.ID % 3 {
	case 0:
		return nil
	case 1:
		return &Book{ID: s.ID + 1, Number: s.ID + 1}
	}
	return Shelf{ID: s.ID + 1}
}

func shown(n *int) string {
	if n == nil {
		return " nil"
	}
	return " " + strconv.Itoa(*n)
}

// FindNamed is what a fetch of a Named finds: a node as Find does, a book, or a shelf.
func FindNamed(number int) (Named, error) {
	switch number % 3 {
	case 0:
		node, err := Find(number)
		if node == nil {
			return nil, err
		}
		return node, err
	case 1:
		return &Book{ID: number, Number: number}, nil
	}
	if number%4 == 3 {
		return &Shelf{ID: number}, nil
	}
	return Shelf{ID: number}, nil
}

// FindAllNamed finds for a list: nothing where FindNamed has an error or a panic.
func FindAllNamed(numbers []int) []Named {
	named := make([]Named, len(numbers))
	for i, n := range numbers {
		if n%17 != 16 && n%11 != 10 {
			named[i], _ = FindNamed(n) // no error: see the line above
		}
	}
	return named
}

// FindAllNumbered finds those that are numbered.
func FindAllNumbered(numbers []int) []Numbered {
	numbered := make([]Numbered, len(numbers))
	for i, n := range FindAllNamed(numbers) {
		numbered[i], _ = n.(Numbered) // shelves are null
	}
	return numbered
}

// Items are points and what FindAllNamed finds.
func Items(numbers []int) []Item {
	items := make([]Item, len(numbers))
	for i, n := range FindAllNamed(numbers) {
		switch n := n.(type) {
		case *Node, *Book:
			items[i] = n
		case Shelf:
			items[i] = Point{X: n.ID, Y: &n.ID}
		}
	}
	return items
}

// NamedGrid is a list of lists.
func NamedGrid(rows int) [][]Named {
	grid := make([][]Named, max(rows, 0))
	for r := range grid {
		grid[r] = FindAllNamed([]int{r * 3, r*3 + 1, r*3 + 2, r*3 + 4})
	}
	return grid
}

// NilNamed has every way to be null.
func NilNamed() []Named { return []Named{nil, (*Node)(nil), (*Book)(nil), (*Shelf)(nil), &Book{}} }

// Related is a list of lists with nulls in both, and fails for some books.
func Related(b *Book) ([][]Titled, error) {
	if b.Number%6 == 4 {
		return nil, errors.New("nothing is related to book " + strconv.Itoa(b.Number))
	}
	return [][]Titled{{b, nil, Shelf{ID: b.Number}}, nil, {}, {&Book{ID: b.Number + 3, Number: b.Number + 3}, &Shelf{ID: 1}}}, nil
}
