package oracle

import (
	"errors"
	"strconv"
	"strings"
	"sync/atomic"
)

// Find is what a fetch of a node finds: nothing, an error or a panic for some numbers.
func Find(number int) (*Node, error) {
	switch {
	case number%17 == 16:
		panic("node " + strconv.Itoa(number))
	case number%11 == 10:
		return nil, errors.New("no access to node " + strconv.Itoa(number))
	case number%7 == 6:
		return nil, nil
	}
	return &Node{ID: number, Number: number}, nil
}

// FindAll finds nodes for a list: of those that Find has an error or a panic for, nothing.
func FindAll(numbers []int) []*Node {
	nodes := make([]*Node, len(numbers))
	for i, n := range numbers {
		if n%17 != 16 && n%11 != 10 && n%7 != 6 {
			nodes[i] = &Node{ID: n, Number: n}
		}
	}
	return nodes
}

// Children are the nodes below one: none may be missing, yet for some nodes one is.
func Children(n *Node, first int) ([]*Node, error) {
	if n.Number%13 == 12 {
		return nil, errors.New("no children for " + strconv.Itoa(n.Number))
	}
	numbers := make([]int, max(first, 0))
	for i := range numbers {
		numbers[i] = (n.Number*3 + i) % 40
	}
	return FindAll(numbers), nil
}

// MaybeChildren is nil for some nodes.
func MaybeChildren(n *Node) []*Node {
	if n.Number%3 == 2 {
		return nil
	}
	return FindAll([]int{n.Number + 1, n.Number + 5, n.Number + 6})
}

// Neighbours is a list of lists with nulls in both.
func Neighbours(n *Node) [][]*Node {
	return [][]*Node{FindAll([]int{n.Number, n.Number + 1}), nil, {}, FindAll([]int{n.Number + 6})}
}

// Grid is a list of lists.
func Grid(rows, columns int) [][]*Node {
	grid := make([][]*Node, max(rows, 0))
	for r := range grid {
		numbers := make([]int, max(columns, 0))
		for c := range numbers {
			numbers[c] = r*columns + c
		}
		grid[r] = FindAll(numbers)
	}
	return grid
}

// FetchedName is a name that is a fetch away; StrictName may not be missing, yet for some nodes it is.
func FetchedName(n *Node, upper bool) (*string, error) {
	if n.Number%9 == 8 {
		return nil, errors.New("no name for " + strconv.Itoa(n.Number))
	}
	name := n.Name()
	if name != nil && upper {
		s := strings.ToUpper(*name)
		return &s, nil
	}
	return name, nil
}

// StrictName fails for some nodes.
func StrictName(n *Node) (string, error) {
	if n.Number%10 == 9 {
		return "", errors.New("strictly no name for " + strconv.Itoa(n.Number))
	}
	return n.Label(), nil
}

// Echo shows what an input was coerced to.
func Echo(in EchoInput) (string, error) {
	if in.Text == "fail" {
		return "", errors.New("asked to fail")
	}
	var b strings.Builder
	b.WriteString(in.Text)
	if in.Times != nil {
		b.WriteString(" times " + strconv.Itoa(*in.Times))
	}
	if in.Mood != nil {
		b.WriteString(" mood " + string(*in.Mood))
	}
	b.WriteString(" tags " + strings.Join(in.Tags, ","))
	if in.Inner != nil {
		if in.Inner.Flag != nil {
			b.WriteString(" flag " + strconv.FormatBool(*in.Inner.Flag))
		}
		if in.Inner.Odd != nil {
			b.WriteString(" odd " + strconv.Itoa(int(*in.Inner.Odd)))
		}
	}
	return b.String(), nil
}

// EchoAll is Echo for many; one without text is null.
func EchoAll(ins []*EchoInput, mood *Mood) ([]*string, error) {
	if ins == nil {
		return nil, nil
	}
	echoes := make([]*string, len(ins))
	for i, in := range ins {
		if in.Text == "" {
			continue
		}
		s, err := Echo(*in)
		if err != nil {
			return nil, err
		}
		if mood != nil {
			s += " in mood " + string(*mood)
		}
		echoes[i] = &s
	}
	return echoes, nil
}

// OneOf is what was given innermost.
func OneOf(in *OneInput) *One {
	for in.C != nil {
		in = in.C
	}
	return &in.One
}

// OneOfAll are those given of all inputs that are not null, and what was read.
func OneOfAll(ins []*OneInput, read *ReadInput) []*One {
	var ones []*One
	for _, in := range ins {
		if in != nil {
			ones = append(ones, OneOf(in))
		}
	}
	if read != nil {
		ones = append(ones, &read.One)
	}
	return ones
}

// Sizes are all it was given.
func Sizes(sizes []Size, size *Size) []Size {
	if size == nil {
		return sizes
	}
	return append(sizes, *size)
}

// AddOrFail adds n to a counter, unless n is negative; 13 adds nothing and returns nothing.
func AddOrFail(counter *atomic.Int64, n int) (*Counter, error) {
	if n < 0 {
		return nil, errors.New("negative")
	}
	if n == 13 {
		return nil, nil
	}
	return &Counter{Value: int(counter.Add(int64(n)))}, nil
}
