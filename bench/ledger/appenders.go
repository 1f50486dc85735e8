package main

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"time"

	"github.com/jackc/pgx/v5/pgxpool"

	"github.com/clumpql/clumpql/bench/cluster"
	"github.com/clumpql/clumpql/bench/process"
	"github.com/clumpql/clumpql/ledger"
)

// ledgerInProcess is a depot with a running worker in this process.
type ledgerInProcess struct {
	pool   *pgxpool.Pool
	depot  *ledger.Depot
	stop   context.CancelFunc
	worker chan error
}

func openLedger(ctx context.Context, database string) (*ledgerInProcess, error) {
	database, err := cluster.WithPoolSize(database)
	if err != nil {
		return nil, err
	}
	pool, err := pgxpool.New(ctx, database)
	if err != nil {
		return nil, err
	}
	l := &ledgerInProcess{pool: pool, depot: ledger.NewDepot(pool), worker: make(chan error, 1)}
	ctx, l.stop = context.WithCancel(ctx)
	worker := ledger.NewWorker(l.depot, ledger.WorkerOptions{Logger: slog.New(slog.DiscardHandler)})
	go func() { l.worker <- worker.Run(ctx) }()
	return l, nil
}

// close ends the worker and returns its error.
func (l *ledgerInProcess) close() error {
	l.stop()
	err := <-l.worker
	l.depot.Close()
	l.pool.Close()
	return err
}

// fund deposits the opening balance into each account, and waits until that is decided.
func (l *ledgerInProcess) fund(ctx context.Context, accounts int64, progress func(records int64)) error {
	for first := int64(1); first <= accounts; first += ledger.MaxAppend {
		var deposits []ledger.Record
		for id := first; id <= min(accounts, first+ledger.MaxAppend-1); id++ {
			deposits = append(deposits, ledger.Deposit{ID: "opening", UserID: id, AmountMinor: openingMinor})
		}
		receipts, err := l.depot.Append(ctx, deposits...)
		if err == nil {
			err = l.depot.Wait(ctx, receipts)
		}
		if err != nil {
			return fmt.Errorf("opening balances: %w", err)
		}
		progress(int64(len(deposits)))
	}
	return nil
}

const readFundsSQL = `SELECT count(*), sum(balance_minor)::bigint, (SELECT sum(next_offset)::bigint FROM progress) FROM funds`

// check demands that no money came or went and that all records are decided.
func (l *ledgerInProcess) check(ctx context.Context, accounts, records int64) error {
	var users, minor, decided int64
	if err := l.pool.QueryRow(ctx, readFundsSQL).Scan(&users, &minor, &decided); err != nil {
		return err
	}
	if users != accounts || minor != accounts*openingMinor || decided != accounts+records {
		return fmt.Errorf("%d accounts hold %d after %d records, want %d, %d, %d",
			users, minor, decided, accounts, accounts*openingMinor, accounts+records)
	}
	return nil
}

// appenders append to a depot of this process, each call after the one before it.
type appenders struct {
	ledger   *ledgerInProcess
	accounts int64
	pattern  pattern
	number   int
	records  int // of a call
}

// run appends, and waits at the end for the decision of all. Its latencies are those of appends.
func (a appenders) run(ctx context.Context, duration time.Duration) (work, error) {
	ctx, cancel := context.WithTimeout(ctx, duration+patience)
	defer cancel()
	last := make([]ledger.Receipt, a.number)
	clients := make([]func() (int, error), a.number)
	for i := range clients {
		made, records := newTransfers(a.pattern, a.accounts), make([]ledger.Record, a.records)
		clients[i] = func() (int, error) {
			for i := range records {
				records[i] = made.next()
			}
			receipts, err := a.ledger.depot.Append(ctx, records...)
			if err != nil {
				return 0, err
			}
			last[i] = receipts[len(receipts)-1]
			return len(records), nil
		}
	}
	begin := time.Now()
	done, err := together(clients, duration)
	if err == nil {
		err = a.ledger.depot.Wait(ctx, last)
	}
	done.elapsed = time.Since(begin)
	select {
	case ended := <-a.ledger.worker:
		a.ledger.worker <- ended // for close
		err = errors.Join(err, ended)
	default:
	}
	return done, err
}

// cpu is that of this process: of ledger and appenders together.
func (a appenders) cpu(context.Context) (time.Duration, error) {
	f, err := process.ReadFigures()
	return f.CPU, err
}
