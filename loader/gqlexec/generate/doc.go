// Package generate writes the executor that package gqlexec runs.
//
//	gqlgen.yml, schema, Go models ──> gqlgen's codegen.Data ──> model (what is needed of it, or why not) ──> exec.gotpl
//
// It stands where gqlgen's own executor template does and takes its data from gqlgen: which Go field or method
// a GraphQL field is bound to, which marshaler a scalar has. So a project keeps its gqlgen.yml. What the executor does not
// support is refused, all of it at once, before anything is written.
//
// The code it writes is thin: a table of columns for each object, and for each type the one function of gqlexec that completes it.
package generate
