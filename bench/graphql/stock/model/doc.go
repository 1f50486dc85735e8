// Package model has what the rivals' schema needs beside clumpql's own types: connections, which hold here what was fetched and in
// clumpql what is to be, and the reading of arguments, with clumpql's limits.
package model
