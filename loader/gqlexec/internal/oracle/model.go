package oracle

import (
	"context"
	"errors"
	"fmt"
	"io"
	"strconv"
	"strings"
)

// Node is an object of which everything follows from its number.
type Node struct {
	ID     int
	Number int
}

// Point is a small object that nodes hold by value.
type Point struct {
	X int
	Y *int
}

// Counter is what a mutation returns.
type Counter struct{ Value int }

// EchoInput is an input object with defaults.
type EchoInput struct {
	Text  string
	Times *int
	Mood  *Mood
	Tags  []string
	Inner *InnerInput
}

// InnerInput is an input object within another.
type InnerInput struct {
	Flag *bool
	Odd  *Odd
}

// OneInput is an input object of which one field is given.
type OneInput struct {
	One
	C *OneInput
}

// ReadInput is the same without a third, with an unmarshaler of its own.
type ReadInput struct{ One }

// UnmarshalGQL implements graphql.Unmarshaler.
func (in *ReadInput) UnmarshalGQL(v any) error {
	fields, _ := v.(map[string]any)
	if a, ok := fields["a"].(string); ok {
		in.A = &a
	}
	return nil
}

// MarshalGQL implements graphql.Marshaler. It is never written, but gqlgen asks for both.
func (ReadInput) MarshalGQL(io.Writer) {}

// One is what was given.
type One struct {
	A *string
	B *int
}

// Mood is an enum.
type Mood string

// MarshalGQL implements graphql.Marshaler.
func (m Mood) MarshalGQL(w io.Writer) { _, _ = io.WriteString(w, strconv.Quote(string(m))) }

// UnmarshalGQL implements graphql.Unmarshaler.
func (m *Mood) UnmarshalGQL(v any) error {
	s, ok := v.(string)
	if !ok || s != "CALM" && s != "ANGRY" && s != "NONE" {
		return fmt.Errorf("%v is not a Mood", v)
	}
	*m = Mood(s)
	return nil
}

// Odd is a scalar with errors: it takes odd numbers only.
type Odd int

// MarshalGQL implements graphql.Marshaler.
func (o Odd) MarshalGQL(w io.Writer) { _, _ = fmt.Fprint(w, int(o)) }

// UnmarshalGQL implements graphql.Unmarshaler.
func (o *Odd) UnmarshalGQL(v any) error {
	n, err := strconv.Atoi(fmt.Sprint(v))
	if err != nil || n%2 == 0 {
		return fmt.Errorf("%v is not odd", v)
	}
	*o = Odd(n)
	return nil
}

// Secret is a scalar whose marshaler takes a context; "" cannot be written.
type Secret string

// MarshalGQLContext implements graphql.ContextMarshaler.
func (s *Secret) MarshalGQLContext(_ context.Context, w io.Writer) error {
	if *s == "" {
		return errors.New("no secret")
	}
	_, err := io.WriteString(w, strconv.Quote("secret "+string(*s)))
	return err
}

// UnmarshalGQLContext implements graphql.ContextUnmarshaler.
func (s *Secret) UnmarshalGQLContext(_ context.Context, v any) error {
	*s = Secret(fmt.Sprint(v))
	return nil
}

// Size is an enum that gqlgen itself reads and writes.
type Size int

// The sizes.
const (
	Small Size = iota
	Large
)

func (n *Node) Name() *string {
	if n.Number%3 == 0 {
		return nil
	}
	s := fmt.Sprintf("node \"%d\"\n\t\\ é \x01", n.Number)
	return &s
}

func (n *Node) Label() string { return "label " + strconv.Itoa(n.Number) }

func (n *Node) Weight() *float64 {
	if n.Number%4 == 0 {
		return nil
	}
	w := float64(n.Number) / 8
	return &w
}

func (n *Node) Flag() bool { return n.Number%2 == 0 }

func (n *Node) Mood() Mood { return []Mood{"CALM", "ANGRY"}[n.Number%2] }

func (n *Node) MaybeMood() *Mood {
	if n.Number%3 == 1 {
		return nil
	}
	m := n.Mood()
	return &m
}

func (n *Node) Odd() *Odd {
	if n.Number%2 == 0 {
		return nil
	}
	o := Odd(n.Number)
	return &o
}

func (n *Node) Secret() *Secret {
	if n.Number%4 == 0 {
		return nil
	}
	return n.StrictSecret()
}

// StrictSecret cannot be written for some nodes.
func (n *Node) StrictSecret() *Secret {
	s := Secret(strings.Repeat("s", n.Number%4))
	return &s
}

func (n *Node) PlusOdd(odd Odd) *int {
	sum := n.Number + int(odd)
	return &sum
}

func (n *Node) Tags() []string { return strings.Fields(strings.Repeat("tag ", n.Number%4)) }

func (n *Node) MaybeTags() []*string {
	if n.Number%5 == 0 {
		return nil
	}
	s := "tag"
	return []*string{&s, nil}
}

func (n *Node) Table() [][]int {
	if n.Number%6 == 0 {
		return nil
	}
	return [][]int{{n.Number}, {}, {1, 2}}
}

func (n *Node) Self() *Node { return n }

func (n *Node) Value() Point { return Point{X: n.Number} }

func (n *Node) Points() []Point { return []Point{{X: 1, Y: &n.Number}, {X: n.Number}} }

func (n *Node) MaybePoint() *Point {
	if n.Number%2 == 0 {
		return nil
	}
	return &Point{X: n.Number}
}

func (n *Node) Prefixed(prefix *string, times *int) string {
	count := 1
	if times != nil {
		count = *times
	}
	if prefix == nil {
		return n.Label()
	}
	return strings.Repeat(*prefix, count) + n.Label()
}

func (n *Node) Risky() (*string, error) {
	if n.Number%4 == 1 {
		return nil, errors.New("risky " + strconv.Itoa(n.Number))
	}
	return n.Name(), nil
}

func (n *Node) StrictRisky() (string, error) {
	if n.Number%7 == 1 {
		return "", errors.New("strictly risky " + strconv.Itoa(n.Number))
	}
	return n.Label(), nil
}

func (n *Node) Explosive() *string {
	if n.Number%5 == 2 {
		panic("explosive " + strconv.Itoa(n.Number))
	}
	return n.Name()
}

// Holder is bound by the generator's tests only.
type Holder struct{ Named *Named }
