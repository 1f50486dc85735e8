// Package pgtest gives every test a Postgres database of its own.
package pgtest
