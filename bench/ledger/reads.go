package main

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"math/rand/v2"
	"slices"
	"text/tabwriter"
	"time"

	"github.com/jackc/pgx/v5/pgxpool"

	"github.com/clumpql/clumpql/bench/process"
	"github.com/clumpql/clumpql/bench/sample"
	"github.com/clumpql/clumpql/bench/wire"
	"github.com/clumpql/clumpql/ledger"
)

const pageSize = 20

// read is a way to read something of one user.
type read struct {
	name string
	of   func(ctx context.Context, user int64) error
}

var errNoRecord = errors.New("a user who was paid has no record of that")

// measureReads reads of random users, one after the other, in this process and over HTTP.
func measureReads(ctx context.Context, p plan, database string) error {
	pool, err := pgxpool.New(ctx, database)
	if err != nil {
		return err
	}
	defer pool.Close()
	server, err := process.Start(ctx, serverName, database)
	if err != nil {
		return err
	}
	defer server.Stop()

	table := tabwriter.NewWriter(p.out, 0, 8, 2, ' ', tabwriter.AlignRight)
	fmt.Fprintln(table, "\nread\tuser\tp50 ms\tp99 ms\t")
	var verdicts []func()
	measureAll := func(all []read) error {
		for _, r := range all {
			for _, u := range p.size.readers() {
				latencies, err := timeReads(ctx, r, u, p.reads)
				if err != nil {
					return fmt.Errorf("%s, %s: %w", r.name, u.name, err)
				}
				p50, p99 := sample.Percentile(latencies, 50), sample.Percentile(latencies, 99)
				fmt.Fprintf(table, "%s\t%s\t%s\t%s\t\n", r.name, u.name, milliseconds(p50), milliseconds(p99))
				verdicts = append(verdicts, func() {
					verdict(p.out, p99 < mostRead, "%s, %s: p99 %s ms, less than %s wanted", r.name, u.name, milliseconds(p99), milliseconds(mostRead))
				})
			}
		}
		return nil
	}
	if err := measureAll(readsInProcess(ledger.NewPStates(pool), p.size.records)); err != nil {
		return err
	}
	connection, err := wire.Dial(ctx, server.GraphQL, 10*patience) // not before: the server ends connections on which nothing is asked
	if err != nil {
		return err
	}
	defer connection.Close()
	if err := measureAll(readsOverHTTP(server.GraphQL, connection)); err != nil {
		return err
	}
	_ = table.Flush() // of what has no errors to tell
	fmt.Fprintln(p.out)
	for _, tell := range verdicts {
		tell()
	}
	return nil
}

// readers are users of a kind: those with ids from first to last.
type readers struct {
	name        string
	first, last int64
}

func (s size) readers() []readers {
	all := []readers{{"active", 1, s.active()}}
	if s.active() < s.accounts {
		all = append(all, readers{"dormant", s.active() + 1, s.accounts})
	}
	return all
}

// timeReads returns sorted latencies of reads of random users. The first reads warm up.
func timeReads(ctx context.Context, r read, of readers, count int) (latencies []time.Duration, err error) {
	for n := range count + count/10 {
		user := of.first + rand.Int64N(of.last-of.first+1)
		begin := time.Now()
		if err := r.of(ctx, user); err != nil {
			return nil, err
		}
		if n >= count/10 {
			latencies = append(latencies, time.Since(begin))
		}
	}
	slices.Sort(latencies)
	return latencies, nil
}

func readsInProcess(states *ledger.PStates, records int64) []read {
	all := []read{
		{"balance, PStates", func(ctx context.Context, user int64) error {
			balances, err := states.Balances(ctx, []int64{user})
			if err == nil && balances[user] == 0 {
				err = errNoRecord
			}
			return err
		}},
		{"past balance, PStates", func(ctx context.Context, user int64) error {
			_, err := states.BalancesAt(ctx, rand.Int64N(records), []int64{user})
			return err
		}},
	}
	for _, o := range []struct {
		name  string
		order ledger.HistoryOrder
	}{{"newest first", ledger.Newest}, {"oldest first", ledger.Oldest}, {"by id", ledger.ByID}} {
		page := ledger.HistoryPage{First: pageSize, Order: o.order}
		all = append(all,
			read{"outgoing page " + o.name + ", PStates", func(ctx context.Context, user int64) error {
				_, err := states.OutgoingPages(ctx, page, []int64{user})
				return err
			}},
			read{"incoming page " + o.name + ", PStates", func(ctx context.Context, user int64) error {
				_, err := states.IncomingPages(ctx, page, []int64{user})
				return err
			}})
	}
	return all
}

func readsOverHTTP(address string, connection *wire.Connection) []read {
	var all []read
	for _, q := range []struct{ name, selection, want string }{
		{"balance", "balance", `"balance":"`},
		{"outgoing page", "outgoingTransfers(first: %d) { nodes { id toUserId amount status payerBalance } pageInfo { hasNextPage } }", `"hasNextPage":`},
		{"incoming page", "incomingTransfers(first: %d) { nodes { id fromUserId amount status } pageInfo { hasNextPage } }", `"hasNextPage":`},
	} {
		selection := q.selection
		if q.name != "balance" {
			selection = fmt.Sprintf(selection, pageSize)
		}
		all = append(all, read{q.name + ", GraphQL", func(_ context.Context, user int64) error {
			body := fmt.Appendf(nil, `{"query":"query ($user: ID!) { account(userId: $user) { %s } }","variables":{"user":"%d"}}`, selection, user)
			answer, err := connection.Ask(wire.Request(address, body))
			if err == nil && !bytes.Contains(answer, []byte(q.want)) {
				err = fmt.Errorf("the answer is %.500s", answer)
			}
			return err
		}})
	}
	return all
}
