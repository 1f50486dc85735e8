// Package resolve has the resolvers of the bookshop.
package resolve

import (
	"context"

	"github.com/clumpql/clumpql/loader"
	"github.com/clumpql/clumpql/loader/gqlexec/example"
	"github.com/clumpql/clumpql/loader/gqlexec/example/exec"
)

// Resolver resolves the schema from a store.
type Resolver struct {
	store         *example.Store
	books         *loader.Source[int, *example.Book]
	authors       *loader.Source[int, *example.Author]
	booksByAuthor *loader.Source[int, []*example.Book]
}

// New returns the resolvers of a store.
func New(store *example.Store) *Resolver {
	return &Resolver{
		store:         store,
		books:         loader.NewSource("books", loader.FromMap(store.BooksByID)),
		authors:       loader.NewSource("authors", loader.FromMap(store.AuthorsByID)),
		booksByAuthor: loader.NewSource("booksByAuthor", loader.FromMap(store.BooksByAuthor)),
	}
}

// Query resolves the fields of Query.
func (r *Resolver) Query() exec.QueryResolver { return query{r} }

// Book resolves the fields of Book that its Go type has not.
func (r *Resolver) Book() exec.BookResolver { return book{r} }

// Author resolves the fields of Author that its Go type has not.
func (r *Resolver) Author() exec.AuthorResolver { return author{r} }

type query struct{ *Resolver }

func (q query) Book(_ context.Context, id int) loader.Clump[*example.Book] { return q.books.Get(id) }

func (q query) Books(context.Context) loader.Clump[[]*example.Book] {
	return loader.Value(q.store.Books)
}

type book struct{ *Resolver }

func (r book) Author(_ context.Context, b *example.Book) loader.Clump[*example.Author] {
	return r.authors.Get(b.AuthorID)
}

type author struct{ *Resolver }

func (r author) Books(_ context.Context, a *example.Author) loader.Clump[[]*example.Book] {
	return r.booksByAuthor.Get(a.ID).OrDefault([]*example.Book{})
}
