// Command loader measures package loader beside the two Go libraries that solve the same task, dataloadgen and
// graph-gophers/dataloader, on the patterns that they publish and on a composition of three levels.
//
// All contenders answer the same question with the same fetch, which costs next to nothing, so that what is measured is
// the library. Rounds of all contenders are interleaved; a figure is the median of its rounds. Absolute times say little on a
// shared machine: read the ratios.
//
// The rivals wait a while for keys to gather. They run with a window of 1 ms, as is usual, and with each of a row of others, of which the
// quickest is shown as their best: it is chosen after the fact and with no regard to how many calls it took.
package main
