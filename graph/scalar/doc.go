// Package scalar writes and reads the custom scalars of the API, and ids that are numbers.
//
// gqlgen finds a scalar X by the functions MarshalX and UnmarshalX; gqlgen.yml names them.
package scalar
