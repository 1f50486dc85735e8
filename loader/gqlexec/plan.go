package gqlexec

import (
	"strconv"
	"sync"
	"sync/atomic"

	"github.com/99designs/gqlgen/graphql"
	"github.com/vektah/gqlparser/v2/ast"
)

// operationPlan is what an operation selects when the conditions of its @skip and @include are as they are in one request: fields are
// collected by the first request, and requests that follow only read. It holds nothing of a request.
type operationPlan struct {
	mu   sync.Mutex    // held to add a selection below a field; nothing is called under it
	room *atomic.Int64 // for fields that are not planned yet; all variants of an operation share it
	root atomic.Pointer[selectionPlan[Root]]
}

// maxPlannedFields is how many fields of an operation are kept. The others are collected by each request.
const maxPlannedFields = 1000

func newOperationPlan() *operationPlan {
	p := &operationPlan{room: new(atomic.Int64)}
	p.room.Store(maxPlannedFields)
	return p
}

// fieldPlan is what requests with the same plan share of a field.
type fieldPlan struct {
	graphql.CollectedField

	plan   *operationPlan
	object string
	typ    *ast.Type
	key    string // the quoted response key and its colon
	origin string // the place of the field in the query, without indexes: what Explain shows as path of a fetch

	leaf    bool      // its values, or those of its lists, are scalars or enums
	scratch sync.Pool // of *[]V, the memory of a column of them

	selections atomic.Pointer[[]any] // *selectionPlan[T], one for each object type that was met; replaced, never changed
}

// selectionPlan is a selection set as one object type executes it, whatever the number of objects. Below a field whose type is an
// interface or a union there is one for each object type that was met.
type selectionPlan[T any] struct {
	object  *Object[T]
	fields  []fieldPlan
	columns []func(c *Column, rows []T)
}

// init makes the plan of a field of an object type from one that was collected for it. Its type, and the defaults of its
// arguments, are those of the object type's own field, also where it was selected on an interface, whose field may promise less.
func (p *fieldPlan) init(schema *ast.Schema, plan *operationPlan, parent *Field, object *ast.Definition, f graphql.CollectedField) {
	if f.ObjectDefinition != object {
		if own := object.Fields.ForName(f.Name); own != nil { // __typename has none
			onObject := *f.Field
			onObject.ObjectDefinition, onObject.Definition = object, own
			f.Field = &onObject
		}
	}
	p.CollectedField, p.plan, p.object = f, plan, object.Name
	p.typ = f.Definition.Type
	if f.Name == "__schema" { // gqlgen lets it be null, so that an answer without introspection keeps its other fields
		p.typ = ast.NamedType("__Schema", nil)
	}
	p.leaf = schema.Types[p.typ.Name()].IsLeafType()
	p.key = `"` + f.Alias + `":`
	p.origin = f.Alias
	if parent != nil {
		p.origin = parent.origin + "." + f.Alias
	}
}

// collect plans the selection set for the object type. The parent is nil for the root.
func collect[T any](r *run, parent *Field, object *Object[T], set ast.SelectionSet) (*selectionPlan[T], error) {
	c := collector{operation: r.operation, satisfies: object.Implements}
	if err := c.add(set); err != nil {
		return nil, err
	}
	s := &selectionPlan[T]{
		object:  object,
		fields:  make([]fieldPlan, len(c.fields)),
		columns: make([]func(*Column, []T), len(c.fields)),
	}
	for i, f := range c.fields {
		s.fields[i].init(r.schema, r.plan, parent, r.schema.Types[object.Name], f)
		if f.Name == "__typename" {
			s.columns[i] = typename[T](object.Name)
		} else {
			s.columns[i] = object.Fields[f.Name]
		}
	}
	return s, nil
}

func typename[T any](name string) func(*Column, []T) {
	quoted := strconv.Quote(name)
	return func(c *Column, rows []T) {
		start := len(c.run.arena)
		c.run.arena = append(c.run.arena, quoted...)
		for i := range rows {
			c.run.raw(c.slot(i), start)
		}
	}
}

// planOf returns the selection that field f has on object, collecting it when it is not in the plan.
func planOf[T any](r *run, f *Field, object *Object[T]) (*selectionPlan[T], error) {
	if s := known(f.fieldPlan, object); s != nil {
		return s, nil
	}
	s, err := collect(r, f, object, f.Selections)
	if err == nil {
		f.add(s, len(s.fields))
	}
	return s, err
}

func known[T any](p *fieldPlan, object *Object[T]) *selectionPlan[T] {
	selections := p.selections.Load()
	if selections == nil {
		return nil
	}
	for _, one := range *selections {
		if s, ok := one.(*selectionPlan[T]); ok && s.object == object {
			return s
		}
	}
	return nil
}

// add keeps a selection of n fields for requests to come. Two requests may collect the same at the same time: one too many does no harm.
func (p *fieldPlan) add(selection any, n int) {
	if p.plan.room.Add(int64(-n)) < 0 {
		return
	}
	p.plan.mu.Lock()
	defer p.plan.mu.Unlock()
	var selections []any
	if before := p.selections.Load(); before != nil {
		selections = append(selections, *before...)
	}
	selections = append(selections, selection)
	p.selections.Store(&selections)
}
