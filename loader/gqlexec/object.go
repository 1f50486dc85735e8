package gqlexec

// Object is what the generator knows of a GraphQL object type whose values are Ts. Its fields are columns: each is executed
// once for all objects that a selection is executed for.
type Object[T any] struct {
	Name       string
	Implements []string // the name itself and those of its interfaces and unions
	Fields     map[string]func(c *Column, rows []T)
}

// Root is the value of which the fields of Query and Mutation are.
type Root struct{}

// selection is a selection of a request: its plan, and the state of its fields.
type selection[T any] struct {
	*selectionPlan[T]
	fields []Field
}

func newSelection[T any](parent *Field, plan *selectionPlan[T]) *selection[T] {
	s := &selection[T]{plan, make([]Field, len(plan.fields))}
	for i := range s.fields {
		s.fields[i].fieldPlan, s.fields[i].parent = &plan.fields[i], parent
	}
	return s
}

// selectionOf returns the selection that field f has on object in this request.
func selectionOf[T any](r *run, f *Field, object *Object[T]) (*selection[T], error) {
	for _, known := range f.selections {
		if s, ok := known.(*selection[T]); ok && s.object == object {
			return s, nil
		}
	}
	plan, err := planOf(r, f, object)
	if err != nil {
		return nil, err
	}
	s := newSelection(f, plan)
	f.selections = append(f.selections, s)
	return s, nil
}

// execute runs the selection of f for all rows, one column after the other, and puts the objects into their slots.
func execute[T any](r *run, f *Field, object *Object[T], slots places, rows []T) {
	s, err := selectionOf(r, f, object)
	if err != nil {
		for i := range slots.n {
			r.fail(slots.at(i), err)
		}
		return
	}
	executeBlock(r, s, r.block(s.fields, slots), rows)
}

func executeBlock[T any](r *run, s *selection[T], b block, rows []T) {
	columns := make([]Column, len(s.columns))
	for i := range s.columns {
		columns[i] = Column{run: r, field: &s.fields[i], base: b.base + Slot(i*b.rows), rows: b.rows}
		executeColumn(r, s, i, &columns[i], rows)
	}
}

func executeColumn[T any](r *run, s *selection[T], i int, c *Column, rows []T) {
	if r.hook == nil {
		s.columns[i](c, rows)
		return
	}
	r.around(c.field, c.rows, false, func() { s.columns[i](c, rows) })
}
