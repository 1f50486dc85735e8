package main

import (
	"context"
	"errors"
	"flag"
	"fmt"
	"math/rand/v2"
	"os"
	"os/signal"
	"syscall"
	"time"

	"github.com/clumpql/clumpql/ledger"
)

func main() {
	o := options{out: os.Stderr}
	flag.DurationVar(&o.duration, "duration", 10*time.Minute, "how long to break things")
	flag.Uint64Var(&o.seed, "seed", 0, "what makes the choices; 0: a random one")
	flag.IntVar(&o.servers, "servers", 3, "how many clumpql processes")
	flag.IntVar(&o.partitions, "partitions", 1, "of the depot")
	flag.Parse()
	if flag.NArg() > 0 || o.duration <= 0 || o.servers < 1 || o.partitions < 1 || o.partitions > ledger.MaxPartitions {
		flag.Usage()
		os.Exit(2)
	}
	if o.seed == 0 {
		o.seed = rand.Uint64()
	}
	if err := soakOnce(o); err != nil {
		fmt.Fprintln(os.Stderr, "soak:", err)
		os.Exit(1)
	}
}

// soakOnce builds the program, runs the soak and prints what came of it. A violation is an error.
func soakOnce(o options) (err error) {
	// A signal ends the use; what was done until then is examined.
	ctx, cancel := signal.NotifyContext(context.Background(), os.Interrupt, syscall.SIGTERM)
	defer cancel()
	folder, err := os.MkdirTemp("", "clumpql-soak-program-")
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, os.RemoveAll(folder)) }()
	fmt.Fprintf(o.out, "seed %d\n", o.seed)
	if o.program, err = buildProgram(ctx, folder); err != nil {
		return err
	}
	found, err := run(ctx, o)
	if err != nil {
		return err
	}
	fmt.Print(found)
	if found.violation != nil {
		return fmt.Errorf("seed %d: %w", o.seed, found.violation)
	}
	fmt.Println("no violation")
	return nil
}
