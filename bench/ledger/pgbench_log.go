package main

import (
	"bufio"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"time"
)

// readLogs reads the logs that pgbench has written into a folder, one a thread.
func readLogs(folder string) (work, error) {
	files, err := filepath.Glob(filepath.Join(folder, "*"))
	if err != nil {
		return work{}, err
	}
	var l pgbenchLog
	for _, file := range files {
		if err := l.read(file); err != nil {
			return work{}, fmt.Errorf("pgbench's log: %w", err)
		}
	}
	return l.work()
}

// pgbenchLog is what was found so far.
type pgbenchLog struct {
	begin, end time.Time // of the first transaction and of the last
	latencies  []time.Duration
}

func (l *pgbenchLog) read(path string) error {
	file, err := os.Open(path)
	if err != nil {
		return err
	}
	defer file.Close()
	lines := bufio.NewScanner(file)
	for lines.Scan() {
		if err := l.add(lines.Text()); err != nil {
			return err
		}
	}
	return lines.Err()
}

// add reads a line: client, number, microseconds, script, and when it ended in seconds and microseconds. Later columns are of no interest.
// A transaction that has failed has a word in place of the microseconds.
func (l *pgbenchLog) add(line string) error {
	var client, number, micros, script, endSeconds, endMicros int64
	if _, err := fmt.Sscan(line, &client, &number, &micros, &script, &endSeconds, &endMicros); err != nil {
		return fmt.Errorf("%q: %w", line, err)
	}
	latency, end := time.Duration(micros)*time.Microsecond, time.Unix(endSeconds, endMicros*1000)
	if begin := end.Add(-latency); l.begin.IsZero() || begin.Before(l.begin) {
		l.begin = begin
	}
	if end.After(l.end) {
		l.end = end
	}
	l.latencies = append(l.latencies, latency)
	return nil
}

// work leaves out the time that pgbench takes to connect.
func (l *pgbenchLog) work() (work, error) {
	if len(l.latencies) == 0 {
		return work{}, errors.New("pgbench has logged no transaction")
	}
	return work{records: int64(len(l.latencies)), elapsed: l.end.Sub(l.begin), latencies: l.latencies}, nil
}
