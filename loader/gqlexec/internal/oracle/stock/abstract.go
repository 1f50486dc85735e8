package stock

import (
	"context"

	"github.com/clumpql/clumpql/loader/gqlexec/internal/oracle"
)

func (query) Named(_ context.Context, id int) (oracle.Named, error) { return oracle.FindNamed(id) }

func (query) StrictNamed(_ context.Context, id int) (oracle.Named, error) {
	return oracle.FindNamed(id)
}

func (query) AllNamed(_ context.Context, ids []int) ([]oracle.Named, error) {
	return oracle.FindAllNamed(ids), nil
}

func (query) StrictAllNamed(_ context.Context, ids []int) ([]oracle.Named, error) {
	return oracle.FindAllNamed(ids), nil
}

func (query) Numbered(_ context.Context, ids []int) ([]oracle.Numbered, error) {
	return oracle.FindAllNumbered(ids), nil
}

func (query) Items(_ context.Context, ids []int) ([]oracle.Item, error) {
	return oracle.Items(ids), nil
}

func (query) NamedGrid(_ context.Context, rows *int) ([][]oracle.Named, error) {
	return oracle.NamedGrid(value(rows)), nil
}

func (query) StrictNamedGrid(_ context.Context, rows *int) ([][]oracle.Named, error) {
	return oracle.NamedGrid(value(rows)), nil
}

func (query) NilNamed(context.Context) ([]oracle.Named, error) { return oracle.NilNamed(), nil }

func (query) StrictNilNamed(context.Context) (oracle.Named, error) { return (*oracle.Node)(nil), nil }

func (query) Stranger(context.Context) (oracle.Named, error) { return oracle.Stranger{}, nil }

func (node) Peer(_ context.Context, n *oracle.Node) (*oracle.Node, error) {
	return oracle.Find(n.Number + 1)
}

func (node) Friend(_ context.Context, n *oracle.Node) (oracle.Named, error) {
	return oracle.FindNamed(n.Number + 4)
}

func (node) StrictFriend(_ context.Context, n *oracle.Node) (oracle.Named, error) {
	return oracle.FindNamed(n.Number + 3)
}

type book struct{}

func (book) Peer(_ context.Context, b *oracle.Book) (oracle.Named, error) {
	return oracle.FindNamed(b.Number + 2)
}

func (book) Author(_ context.Context, b *oracle.Book) (*oracle.Node, error) {
	return oracle.Find(b.Number + 2)
}

func (book) Related(_ context.Context, b *oracle.Book) ([][]oracle.Titled, error) {
	return oracle.Related(b)
}
