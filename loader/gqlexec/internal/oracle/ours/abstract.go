package ours

import (
	"context"

	"github.com/clumpql/clumpql/loader"
	"github.com/clumpql/clumpql/loader/gqlexec/internal/oracle"
)

// findAllNamed is a batch of FindNamed.
func findAllNamed(_ context.Context, numbers []int) (map[int]loader.Result[oracle.Named], error) {
	found := make(map[int]loader.Result[oracle.Named], len(numbers))
	for _, n := range numbers {
		named, err := try(func() (oracle.Named, error) { return oracle.FindNamed(n) })
		if named != nil || err != nil { // missing: undefined
			found[n] = loader.Result[oracle.Named]{Value: named, Err: err}
		}
	}
	return found, nil
}

func (q query) Named(_ context.Context, id int) loader.Clump[oracle.Named] { return q.named.Get(id) }

func (q query) StrictNamed(_ context.Context, id int) loader.Clump[oracle.Named] {
	return q.named.Get(id)
}

func (query) AllNamed(_ context.Context, ids []int) loader.Clump[[]oracle.Named] {
	return loader.Value(oracle.FindAllNamed(ids))
}

func (query) StrictAllNamed(_ context.Context, ids []int) loader.Clump[[]oracle.Named] {
	return loader.Value(oracle.FindAllNamed(ids))
}

func (query) Numbered(_ context.Context, ids []int) loader.Clump[[]oracle.Numbered] {
	return loader.Value(oracle.FindAllNumbered(ids))
}

func (query) Items(_ context.Context, ids []int) loader.Clump[[]oracle.Item] {
	return loader.Value(oracle.Items(ids))
}

func (query) NamedGrid(_ context.Context, rows *int) loader.Clump[[][]oracle.Named] {
	return loader.Value(oracle.NamedGrid(value(rows)))
}

func (query) StrictNamedGrid(_ context.Context, rows *int) loader.Clump[[][]oracle.Named] {
	return loader.Value(oracle.NamedGrid(value(rows)))
}

func (query) NilNamed(context.Context) loader.Clump[[]oracle.Named] {
	return loader.Value(oracle.NilNamed())
}

func (query) StrictNilNamed(context.Context) loader.Clump[oracle.Named] {
	return loader.Value[oracle.Named]((*oracle.Node)(nil))
}

func (query) Stranger(context.Context) loader.Clump[oracle.Named] {
	return loader.Value[oracle.Named](oracle.Stranger{})
}

func (r node) Peer(_ context.Context, n *oracle.Node) loader.Clump[*oracle.Node] {
	return r.nodes.Get(n.Number + 1)
}

func (r node) Friend(_ context.Context, n *oracle.Node) loader.Clump[oracle.Named] {
	return r.named.Get(n.Number + 4)
}

func (r node) StrictFriend(_ context.Context, n *oracle.Node) loader.Clump[oracle.Named] {
	return r.named.Get(n.Number + 3).OrDefault(nil) // defined and nil, where the others are undefined
}

type book struct{ *Resolver }

func (r book) Peer(_ context.Context, b *oracle.Book) loader.Clump[oracle.Named] {
	return r.named.Get(b.Number + 2)
}

func (r book) Author(_ context.Context, b *oracle.Book) loader.Clump[*oracle.Node] {
	return r.nodes.Get(b.Number + 2)
}

func (book) Related(_ context.Context, b *oracle.Book) loader.Clump[[][]oracle.Titled] {
	return loader.Try(func() ([][]oracle.Titled, error) { return oracle.Related(b) })
}
