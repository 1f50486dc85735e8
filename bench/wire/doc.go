// Package wire is a lean HTTP client for comparisons: load shares the machine with the servers that it measures, so it has to cost little.
//
//	body --Request--> bytes as they go over the wire --Connection.Ask--> body of the answer, in a buffer that is used again
//
// It knows as much of HTTP/1.1 as servers in Go answer: 200 OK with a length or in chunks. All else is an error.
package wire
