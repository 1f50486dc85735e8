// Package variables spares gqlparser the lists among the variables of an operation, through which it goes by reflection: that was more than a third of
// the server's CPU time for a mutation of 500 transfers.
//
//	the request's variables -> Lists: is each list valid as it is? -> gqlparser, which sees an empty list -> Lists: the list is back -> the rest
//	                                                 `- no, or not sure ---> gqlparser, which sees all of it ------------------------^
//
// What is valid is what gqlparser takes and leaves as it is; whatever it would refuse or change is left to it, so errors are its own. A query that is
// not in the cache yet goes the long way once. Numbers are to be json.Number, as gqlgen's transports read them.
package variables
