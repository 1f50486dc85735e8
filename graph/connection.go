package graph

import (
	"github.com/clumpql/clumpql/graph/model"
	"github.com/clumpql/clumpql/internal/catalogue"
	"github.com/clumpql/clumpql/loader"
)

// edges pairs the items of a page with their cursors, as any of the edge types of the API.
func edges[T any, E ~struct {
	Cursor string
	Node   *T
}](page loader.Clump[model.Page[T]]) loader.Clump[[]*E] {
	return loader.Map(page, func(p model.Page[T]) []*E {
		es := make([]E, len(p.Items))
		ptrs := make([]*E, len(p.Items))
		for i, item := range p.Items {
			es[i] = E{Cursor: p.Cursor(i), Node: item}
			ptrs[i] = &es[i]
		}
		return ptrs
	})
}

func nodes[T any](page loader.Clump[model.Page[T]]) loader.Clump[[]*T] {
	return loader.Map(page, func(p model.Page[T]) []*T { return p.Items })
}

func pageInfo[T any](page loader.Clump[model.Page[T]]) loader.Clump[*model.PageInfo] {
	return loader.Map(page, func(p model.Page[T]) *model.PageInfo {
		info := &model.PageInfo{HasNextPage: p.HasNext, HasPreviousPage: p.HasPrevious}
		if n := len(p.Items); n > 0 {
			start, end := p.Cursor(0), p.Cursor(n-1)
			info.StartCursor, info.EndCursor = &start, &end
		}
		return info
	})
}

func totalCount(count loader.Clump[int64]) loader.Clump[int] {
	return loader.Map(count, func(n int64) int { return int(n) })
}

// cataloguePage makes a page of the API from one of the catalogue.
func cataloguePage[T any](kind string, slice loader.Clump[catalogue.Slice[T]]) loader.Clump[model.Page[T]] {
	return loader.Map(slice, func(s catalogue.Slice[T]) model.Page[T] {
		cursor := func(i int) string { return intCursor(kind, s.Positions[i]) }
		return model.Page[T]{Items: s.Items, Cursor: cursor, HasNext: s.HasNext, HasPrevious: s.HasPrevious}
	})
}
