package stock

import (
	"context"

	"github.com/clumpql/clumpql/loader/gqlexec/internal/oracle"
)

func (query) Link(context.Context) (*oracle.Link, error)   { return &oracle.Link{}, nil }
func (query) Given(context.Context) (*oracle.Given, error) { return &oracle.Given{}, nil }

func (r *Resolver) Link() LinkResolver { return link{} }

type link struct{}

func (link) Later(ctx context.Context, l *oracle.Link, is *oracle.Outcome) (*string, error) {
	return l.Now(ctx, is)
}

func (link) StrictLater(ctx context.Context, l *oracle.Link, is *oracle.Outcome) (string, error) {
	text, err := l.Now(ctx, is)
	if text == nil {
		return "", err // gqlgen's resolvers of strings cannot return null
	}
	return *text, nil
}

func (link) LaterLink(ctx context.Context, l *oracle.Link, is *oracle.Outcome) (*oracle.Link, error) {
	return l.Link(ctx, is)
}

func (link) StrictLaterLink(ctx context.Context, l *oracle.Link, is *oracle.Outcome) (*oracle.Link, error) {
	return l.Link(ctx, is)
}

func (link) LaterList(ctx context.Context, l *oracle.Link, is, second *oracle.Outcome) ([]*oracle.Link, error) {
	return l.List(ctx, is, second)
}

func (link) StrictLaterList(ctx context.Context, l *oracle.Link, is, second *oracle.Outcome) ([]*oracle.Link, error) {
	return l.List(ctx, is, second)
}

func (link) LaterListOfStrict(ctx context.Context, l *oracle.Link, is, second *oracle.Outcome) ([]*oracle.Link, error) {
	return l.List(ctx, is, second)
}

func (link) StrictLaterListOfStrict(ctx context.Context, l *oracle.Link, is, second *oracle.Outcome) ([]*oracle.Link, error) {
	return l.List(ctx, is, second)
}
