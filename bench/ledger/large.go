package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"net/url"
	"text/tabwriter"
	"time"

	"github.com/clumpql/clumpql/bench/cluster"
	"github.com/clumpql/clumpql/bench/process"
	"github.com/clumpql/clumpql/ledger"
)

// size is how much there is in a ledger.
type size struct{ accounts, records int64 }

// dormantShare is one part of the accounts: those that nobody pays and that pay nobody after the opening deposit.
const dormantShare = 100

// active is how many accounts make transfers, those with the first ids. The others are dormant.
func (s size) active() int64 { return max(s.accounts-s.accounts/dormantShare, 2) }

// What a large ledger is to show.
const (
	leastOfEmpty = 0.7 // of the records a second on an empty ledger
	mostRead     = 5 * time.Millisecond
	mostPeak     = 512 << 20 // bytes, of a command that goes through the whole ledger; to remember ten million records would take twice that
)

// Names of contenders.
const (
	depotEmpty = "depot-empty"
	depotLarge = "depot-large"
)

// compareLarge fills a ledger through itself and measures it beside one that was empty when the rounds began, then what reads it.
func compareLarge(ctx context.Context, p plan, superuser *url.URL, m *meter) (err error) {
	c := &contest{accounts: p.accounts}
	defer func() { err = errors.Join(err, c.close()) }()
	if err := c.openLedger(ctx, superuser); err != nil {
		return err
	}
	database, drop, err := cluster.CreateMigrated(ctx, superuser)
	if err != nil {
		return err
	}
	c.later(drop)
	if err := measureLarge(ctx, p, c, database, m); err != nil {
		return err
	}
	if err := measureReads(ctx, p, database); err != nil {
		return err
	}
	return measureCommands(ctx, p.out, database)
}

// measureLarge fills the database and appends to it and to the empty ledger in turn.
func measureLarge(ctx context.Context, p plan, empty *contest, database string, m *meter) (err error) {
	large, err := openLedger(ctx, database)
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, large.close()) }()
	if err := large.fill(ctx, p); err != nil {
		return err
	}
	outcomes, records, err := measure(ctx, []entrant{
		{depotEmpty, appenders{empty.ledger, p.accounts, uniform, 32, 100}},
		{depotLarge, appenders{large, p.size.active(), uniform, 32, 100}},
	}, p.rounds, p.duration, m, p.progress)
	if err != nil {
		return err
	}
	err = errors.Join(empty.ledger.check(ctx, p.accounts, records[depotEmpty]),
		large.check(ctx, p.size.accounts, p.size.records-p.size.accounts+records[depotLarge]))
	if err != nil {
		return fmt.Errorf("after all rounds: %w", err)
	}
	writeTable(p.out, outcomes)
	fmt.Fprintln(p.out)
	ratio := outcomes[1].perSecond / outcomes[0].perSecond
	verdict(p.out, ratio >= leastOfEmpty, "%d accounts, %d records: %.2f of the records/s of an empty ledger, at least %g wanted",
		p.size.accounts, p.size.records, ratio, leastOfEmpty)
	return nil
}

// fillStep is how often fill tells how far it is.
const fillStep = 5 * time.Second

// filling tells how far a fill is.
type filling struct {
	out         io.Writer
	done, total int64
	begin, told time.Time
	toldDone    int64
	tenths      []float64 // records a second in each tenth that is full
	tenth       time.Time // when the last one was
	tenthDone   int64
}

func (f *filling) add(records int64) {
	f.done += records
	now := time.Now()
	if now.Sub(f.told) >= fillStep || f.done == f.total {
		fmt.Fprintf(f.out, "filled %d of %d records, now %.0f records/s\n", f.done, f.total, float64(f.done-f.toldDone)/now.Sub(f.told).Seconds())
		f.told, f.toldDone = now, f.done
	}
	if f.done >= f.total*int64(len(f.tenths)+1)/10 {
		f.tenths = append(f.tenths, float64(f.done-f.tenthDone)/now.Sub(f.tenth).Seconds())
		f.tenth, f.tenthDone = now, f.done
	}
}

const (
	tidySQL         = `VACUUM (ANALYZE)`
	databaseSizeSQL = `SELECT pg_database_size(current_database())`
)

// fill opens the accounts and makes transfers between them up to the number of records, in the largest appends there are. One append is
// decided while the next is taken.
func (l *ledgerInProcess) fill(ctx context.Context, p plan) error {
	s, now := p.size, time.Now()
	f := &filling{out: p.progress, total: s.records, begin: now, told: now, tenth: now}
	if err := l.fund(ctx, s.accounts, f.add); err != nil {
		return err
	}
	made := newTransfers(uniform, s.active())
	var before []ledger.Receipt
	for left := s.records - s.accounts; left > 0; {
		records := make([]ledger.Record, min(left, ledger.MaxAppend))
		for i := range records {
			records[i] = made.next()
		}
		receipts, err := l.depot.Append(ctx, records...)
		if err == nil {
			err = l.depot.Wait(ctx, before)
		}
		if err != nil {
			return fmt.Errorf("fill: %w", err)
		}
		left -= int64(len(records))
		before = receipts
		f.add(int64(len(records)))
	}
	if err := l.depot.Wait(ctx, before); err != nil {
		return fmt.Errorf("fill: %w", err)
	}
	elapsed := time.Since(f.begin)
	// As a ledger is that has been running for a while: autovacuum would do it in the middle of a round.
	if _, err := l.pool.Exec(ctx, tidySQL); err != nil {
		return fmt.Errorf("vacuum: %w", err)
	}
	var bytes int64
	if err := l.pool.QueryRow(ctx, databaseSizeSQL).Scan(&bytes); err != nil {
		return fmt.Errorf("size of the database: %w", err)
	}
	fmt.Fprintf(p.out, "filled with %d accounts and %d records in %s, %.0f records/s; %d MB, %d bytes a record\n",
		s.accounts, s.records, elapsed.Round(time.Second), float64(s.records)/elapsed.Seconds(), bytes>>20, bytes/s.records)
	fmt.Fprintf(p.out, "records/s in each tenth: %.0f\n\n", f.tenths)
	return nil
}

// measureCommands runs the commands that go through the whole ledger.
func measureCommands(ctx context.Context, out io.Writer, database string) error {
	table := tabwriter.NewWriter(out, 0, 8, 2, ' ', tabwriter.AlignRight)
	fmt.Fprintln(table, "\ncommand\tseconds\tCPU seconds\tpeak MB\t")
	var verdicts []func()
	for _, name := range []string{"verify", "rebuild"} {
		r, err := process.Command(ctx, database, name)
		if err != nil {
			return err
		}
		fmt.Fprintf(table, "%s\t%.1f\t%.1f\t%d\t\n", name, r.Elapsed.Seconds(), r.CPU.Seconds(), r.PeakBytes>>20)
		verdicts = append(verdicts, func() {
			verdict(out, r.PeakBytes < mostPeak, "%s: %d MB of memory at most, less than %d wanted", name, r.PeakBytes>>20, mostPeak>>20)
		})
	}
	_ = table.Flush() // of what has no errors to tell
	fmt.Fprintln(out)
	for _, tell := range verdicts {
		tell()
	}
	return nil
}
