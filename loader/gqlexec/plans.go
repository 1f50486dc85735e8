package gqlexec

import (
	"container/list"
	"slices"
	"sync"
	"sync/atomic"

	"github.com/99designs/gqlgen/graphql"
	"github.com/vektah/gqlparser/v2/ast"
)

const (
	maxOperations = 1000 // that plans are kept for
	maxVariants   = 16   // of an operation: by the variables in its @skip and @include
)

// selectionPlans are the plans of the operations that were executed last. They are found by the parsed operation, which gqlgen's query
// cache keeps: without that cache no operation is ever met again, and plans are of no use. The zero value is ready; any number of
// requests may use it.
type selectionPlans struct {
	mu         sync.Mutex // guards what is below, also in the elements; nothing is called under it
	operations map[*ast.OperationDefinition]*list.Element
	used       list.List // of *plannedOperation, the latest first
}

type plannedOperation struct {
	operation *ast.OperationDefinition
	variables []string // that conditions of @skip and @include are taken from
	variants  map[string]*operationPlan
	room      *atomic.Int64
}

// plan returns the plan for the operation with its variables. It is a new one, for this request alone, where a condition is no boolean,
// which is an error, and where there are too many variants.
func (p *selectionPlans) plan(operation *graphql.OperationContext) *operationPlan {
	known := p.find(operation.Operation)
	if known == nil {
		known = p.add(operation)
	}
	var room [8]byte
	values := room[:0]
	for _, name := range known.variables {
		condition, ok := operation.Variables[name].(bool)
		switch {
		case !ok:
			return newOperationPlan()
		case condition:
			values = append(values, '1')
		default:
			values = append(values, '0')
		}
	}
	p.mu.Lock()
	defer p.mu.Unlock()
	if variant := known.variants[string(values)]; variant != nil {
		return variant
	}
	if len(known.variants) == maxVariants {
		return newOperationPlan()
	}
	variant := &operationPlan{room: known.room}
	known.variants[string(values)] = variant
	return variant
}

func (p *selectionPlans) find(operation *ast.OperationDefinition) *plannedOperation {
	p.mu.Lock()
	defer p.mu.Unlock()
	element := p.operations[operation]
	if element == nil {
		return nil
	}
	p.used.MoveToFront(element)
	return element.Value.(*plannedOperation)
}

// add keeps an operation in the place of the one that was not used for the longest time.
func (p *selectionPlans) add(operation *graphql.OperationContext) *plannedOperation {
	var c conditions
	c.add(operation.Doc, operation.Operation.SelectionSet)
	added := &plannedOperation{operation.Operation, c.variables, make(map[string]*operationPlan, 1), newOperationPlan().room}
	p.mu.Lock()
	defer p.mu.Unlock()
	if element := p.operations[operation.Operation]; element != nil { // another request was faster
		return element.Value.(*plannedOperation)
	}
	if p.operations == nil {
		p.operations = make(map[*ast.OperationDefinition]*list.Element)
	}
	p.operations[operation.Operation] = p.used.PushFront(added)
	if p.used.Len() > maxOperations {
		last := p.used.Remove(p.used.Back()).(*plannedOperation)
		delete(p.operations, last.operation)
	}
	return added
}

// rootPlan returns what the operation selects on the root object.
func rootPlan(r *run, root *Object[Root]) (*selectionPlan[Root], error) {
	if known := r.plan.root.Load(); known != nil {
		return known, nil
	}
	s, err := collect(r, nil, root, r.operation.Operation.SelectionSet)
	if err == nil && r.plan.room.Add(int64(-len(s.fields))) >= 0 {
		r.plan.root.Store(s)
	}
	return s, err
}

// conditions are the variables that the @skip and @include of an operation depend on.
type conditions struct {
	variables []string
	spread    []string // names of the fragments that were met
}

func (c *conditions) add(doc *ast.QueryDocument, set ast.SelectionSet) {
	for _, sel := range set {
		for _, d := range directivesOf(sel) {
			if d.Name != "skip" && d.Name != "include" {
				continue
			}
			if v := d.Arguments.ForName("if").Value; v.Kind == ast.Variable && !slices.Contains(c.variables, v.Raw) {
				c.variables = append(c.variables, v.Raw)
			}
		}
		switch sel := sel.(type) {
		case *ast.Field:
			c.add(doc, sel.SelectionSet)
		case *ast.InlineFragment:
			c.add(doc, sel.SelectionSet)
		case *ast.FragmentSpread:
			if !slices.Contains(c.spread, sel.Name) {
				c.spread = append(c.spread, sel.Name)
				c.add(doc, doc.Fragments.ForName(sel.Name).SelectionSet)
			}
		}
	}
}
