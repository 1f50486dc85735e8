// Command loader measures package loader beside the two Go libraries that solve the same task, dataloadgen and
// graph-gophers/dataloader, on the patterns that dataloadgen publishes (unique keys, 10 concurrent, cached, all in one request), on
// longer lists, alone and ten at once, and on a composition of three levels.
//
// All contenders answer the same question with the same fetch, which costs next to nothing and makes no strings and no errors,
// so that what is measured is the library. A Scope is made for each request, as are the rivals' loaders, and closed at its end,
// which leaves its memory to the next request's; the rivals have nothing like that. Where they load key by
// key so do clumps; GetAll stands beside LoadAll and LoadMany alone. Rounds of all contenders are interleaved; a figure is the
// median of its rounds. Absolute times say little on a shared machine: read the ratios. Allocations are those beyond what the pattern
// itself takes, whoever answers it: the goroutines that ask at once.
//
// The floor is no contender: a plain map for each request, filled by the same fetch, and nothing else. It shows how far a library,
// ours or another, is from the least that has to be done. It knows the pattern beforehand, so that it makes the map of the right
// size, has no goroutine for a fetch and nobody that waits.
//
// The rivals wait a while for keys to gather. They run with a window of 1 ms, as is usual, and with each of a row of others, of which the
// quickest is shown as their best: it is chosen after the fact and with no regard to how many calls it took.
package main
