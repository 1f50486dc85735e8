package ours

import (
	"context"

	"github.com/clumpql/clumpql/loader"
	"github.com/clumpql/clumpql/loader/gqlexec"
	"github.com/clumpql/clumpql/loader/gqlexec/internal/oracle"
)

func (query) Link(context.Context) loader.Clump[*oracle.Link] {
	return loader.Value(&oracle.Link{})
}

func (query) Given(context.Context) loader.Clump[*oracle.Given] {
	return loader.Value(&oracle.Given{})
}

func (r *Resolver) Link() LinkResolver { return link{} }

type link struct{}

func (link) Later(ctx context.Context, l *oracle.Link, is *oracle.Outcome) loader.Clump[*string] {
	return gqlexec.Future(ctx, func(ctx context.Context) (*string, error) { return l.Now(ctx, is) })
}

// StrictLater is undefined where stock's has no way to be null.
func (r link) StrictLater(ctx context.Context, l *oracle.Link, is *oracle.Outcome) loader.Clump[string] {
	return loader.FlatMap(r.Later(ctx, l, is), func(text *string) loader.Clump[string] {
		if text == nil {
			return loader.Empty[string]()
		}
		return loader.Value(*text)
	})
}

func (link) LaterLink(ctx context.Context, l *oracle.Link, is *oracle.Outcome) loader.Clump[*oracle.Link] {
	return gqlexec.Future(ctx, func(ctx context.Context) (*oracle.Link, error) { return l.Link(ctx, is) })
}

func (r link) StrictLaterLink(ctx context.Context, l *oracle.Link, is *oracle.Outcome) loader.Clump[*oracle.Link] {
	return r.LaterLink(ctx, l, is)
}

// LaterList is undefined where stock's is nil: for gqlgen a nil slice is an empty list where null is not allowed.
func (link) LaterList(ctx context.Context, l *oracle.Link, is, second *oracle.Outcome) loader.Clump[[]*oracle.Link] {
	list := gqlexec.Future(ctx, func(ctx context.Context) ([]*oracle.Link, error) { return l.List(ctx, is, second) })
	return loader.FlatMap(list, func(list []*oracle.Link) loader.Clump[[]*oracle.Link] {
		if list == nil {
			return loader.Empty[[]*oracle.Link]()
		}
		return loader.Value(list)
	})
}

func (r link) StrictLaterList(ctx context.Context, l *oracle.Link, is, second *oracle.Outcome) loader.Clump[[]*oracle.Link] {
	return r.LaterList(ctx, l, is, second)
}

func (r link) LaterListOfStrict(ctx context.Context, l *oracle.Link, is, second *oracle.Outcome) loader.Clump[[]*oracle.Link] {
	return r.LaterList(ctx, l, is, second)
}

func (r link) StrictLaterListOfStrict(ctx context.Context, l *oracle.Link, is, second *oracle.Outcome) loader.Clump[[]*oracle.Link] {
	return r.LaterList(ctx, l, is, second)
}
