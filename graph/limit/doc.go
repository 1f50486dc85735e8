// Package limit refuses operations that would cost too much before anything is fetched for them.
//
//	text ──> parse ──> extent: how long with its fragments written out, how deep ──> validate ──> cost, with variables ──> execute
//	                     │ QUERY_TOO_COMPLEX    │ QUERY_TOO_DEEP                                    │ QUERY_TOO_COMPLEX
//
// The extent is taken before validation, which is what fragments that spread each other would hold up, and only of a text that is
// not in the query cache: what is in there has passed. The cost is taken of every request, since it depends on variables.
//
// # Cost
//
// The cost of an operation is an upper bound of what it makes the server do, in objects:
//
//   - an object of the answer costs 1; its lists count as many objects as they may have: in the page that is asked for (first or last,
//     or its default), or as there are elements in an argument that is a list;
//   - ten values cost 1, and a key of more than 64 bytes counts as several;
//   - each page costs 50 once, wherever it stands in the query: it is a statement of its own for all of its parents together;
//     so does each value that takes arguments;
//   - each root field of a mutation costs 100: they run one after the other, and each waits for its commit.
//
// A field that is selected twice counts twice, also where the answer has it once. A fragment counts whatever the type of the object is, and what
// @skip and @include leave out does not count. Lists of introspection count by their average in the schema.
//
// # Guarantees
//
//   - Both measures visit each selection of the document once, however often its fragments are spread.
//   - Numbers stop at 2^53 - 1, the largest that JavaScript reads.
//   - A document that is refused has an error with the code, what was found, the limit, and where.
//
// Validation's own rule about fields that share a response key takes time with the square of their number; [Rules] has one that merges them
// as the execution does, and takes as long as the document with its fragments written out. The idea is that of XING's "fast overlapping fields
// validation", without its sorting.
package limit
