// Package process runs the contenders of a comparison in processes of their own, so that what each uses can be told apart.
//
//	comparison --Start--> this program again, as `PROGRAM server NAME` --Serve--> a Server on a database
//	     |                          `--> tells its addresses on standard output, as one line of JSON, once it serves
//	     `--Figures, Download--> private listener: CPU time, allocations and memory so far; profiles
//
//	comparison --Command--> this program again, as `PROGRAM command ARGUMENT...` --RunCommand--> a command of clumpql; its time and memory
//
// A server ends with its standard input: at Stop, and when the comparison dies.
package process
