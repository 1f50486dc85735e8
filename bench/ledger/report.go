package main

import (
	"bufio"
	"context"
	"fmt"
	"io"
	"os"
	"os/exec"
	"runtime"
	"strings"
	"text/tabwriter"
	"time"
)

// writeHead tells where, when and of what the figures are.
func writeHead(ctx context.Context, out io.Writer, database string) error {
	version, settings, err := readSettings(ctx, database)
	if err != nil {
		return err
	}
	fmt.Fprintf(out, "%s, %s/%s, %d CPUs (%s), %s of memory, %s\n", time.Now().UTC().Format("2006-01-02 15:04 MST"), runtime.GOOS, runtime.GOARCH,
		runtime.NumCPU(), fromSystem("/proc/cpuinfo", "model name"), fromSystem("/proc/meminfo", "MemTotal"), runtime.Version())
	fmt.Fprintf(out, "Postgres %s: %s\ngo run ./ledger %s\n\n", version, settings, strings.Join(os.Args[1:], " "))
	return nil
}

// writeRival tells what pgbench does.
func writeRival(ctx context.Context, out io.Writer, program string) error {
	version, err := exec.CommandContext(ctx, program, "--version").Output()
	if err != nil {
		return fmt.Errorf("%s: %w", program, err)
	}
	fmt.Fprintf(out, "%s with --protocol=prepared runs\n\n    %s\n\n", strings.TrimSpace(string(version)),
		strings.TrimSpace(strings.ReplaceAll(transferSQL, "\n", "\n    ")))
	return nil
}

// fromSystem returns the first value of a name in one of Linux' files.
func fromSystem(path, name string) string {
	file, err := os.Open(path)
	if err != nil {
		return "not known"
	}
	defer file.Close()
	lines := bufio.NewScanner(file)
	for lines.Scan() {
		if found, value, _ := strings.Cut(lines.Text(), ":"); strings.TrimSpace(found) == name {
			return strings.TrimSpace(value)
		}
	}
	return "not known"
}

// writeTable writes a line for each contender.
func writeTable(out io.Writer, all []outcome) {
	table := tabwriter.NewWriter(out, 0, 8, 2, ' ', tabwriter.AlignRight)
	fmt.Fprintln(table, "\tcalls\t\tCPU µs a record\t\t\ta record\t\ttimes\t")
	fmt.Fprintln(table, "contender\trecords/s\tp50 ms\tp99 ms\tcontender\tload\tPostgres\tWAL bytes\tcommits\tpgbench-8\t")
	rival := 0.0
	for _, o := range all {
		if o.name == pgbenchBusy {
			rival = o.perSecond
		}
	}
	for _, o := range all {
		times := "-"
		if rival > 0 {
			times = fmt.Sprintf("%.2f", o.perSecond/rival)
		}
		fmt.Fprintf(table, "%s\t%.0f\t%s\t%s\t%.1f\t%.1f\t%.1f\t%.0f\t%.4f\t%s\t\n", o.name, o.perSecond, milliseconds(o.p50), milliseconds(o.p99),
			o.contender, o.client, o.postgres, o.walBytes, o.transactions, times)
	}
	_ = table.Flush() // of what has no errors to tell
}

func milliseconds(d time.Duration) string {
	return fmt.Sprintf("%.2f", float64(d)/float64(time.Millisecond))
}
