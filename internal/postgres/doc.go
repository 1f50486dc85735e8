// Package postgres runs a private Postgres as a child of the server.
package postgres
