package example

import (
	"context"
	"fmt"
)

// Book is a book for sale.
type Book struct {
	ID         int
	Title      string
	AuthorID   int
	PriceCents int
}

// Price writes the price in a currency. A method with a value and an error is called for each book: it computes, and fetches nothing.
func (b *Book) Price(currency string) (string, error) {
	if currency != "EUR" {
		return "", fmt.Errorf("no price in %s", currency)
	}
	return fmt.Sprintf("%d.%02d %s", b.PriceCents/100, b.PriceCents%100, currency), nil
}

// Author is one who wrote books.
type Author struct {
	ID   int
	Name string
}

// Store holds the shop in memory, and counts how often it is asked.
type Store struct {
	Books   []*Book
	Authors map[int]*Author
	Asked   int
}

// BooksByID finds books; what there is not is left out.
func (s *Store) BooksByID(_ context.Context, ids []int) (map[int]*Book, error) {
	s.Asked++
	found := make(map[int]*Book, len(ids))
	for _, id := range ids {
		for _, b := range s.Books {
			if b.ID == id {
				found[id] = b
			}
		}
	}
	return found, nil
}

// AuthorsByID finds authors; what there is not is left out.
func (s *Store) AuthorsByID(_ context.Context, ids []int) (map[int]*Author, error) {
	s.Asked++
	found := make(map[int]*Author, len(ids))
	for _, id := range ids {
		if a := s.Authors[id]; a != nil {
			found[id] = a
		}
	}
	return found, nil
}

// BooksByAuthor finds the books of each author.
func (s *Store) BooksByAuthor(_ context.Context, ids []int) (map[int][]*Book, error) {
	s.Asked++
	found := make(map[int][]*Book, len(ids))
	for _, id := range ids {
		for _, b := range s.Books {
			if b.AuthorID == id {
				found[id] = append(found[id], b)
			}
		}
	}
	return found, nil
}
