package main

import (
	"context"
	"fmt"
	"math/rand/v2"
	"sync"
	"sync/atomic"
	"time"
)

const (
	bankAccounts = 12
	bankEach     = 1_000
)

const (
	// floodBulks are sent at the same time, of so many transfers each as a mutation takes at most. A worker decides the first while the others are
	// appended, and then has enough to write ahead of its commit.
	floodBulks     = 3
	floodTransfers = 1_000
	// floodPause is the time before each flood. A soak of some seconds has none, in which it would be most of the load.
	floodPause = 7 * time.Second
)

// bank is a set of accounts between which money only moves.
type bank struct {
	name  string
	users []int64
	reads atomic.Int64 // of all accounts
	next  atomic.Int64 // number of the next transfer
	bulks atomic.Int64 // of floods, that were acknowledged
}

// openBank pays money into accounts of users from base on.
func openBank(ctx context.Context, l *load, name string, base int64) (*bank, error) {
	b := &bank{name: name}
	for i := range int64(bankAccounts) {
		b.users = append(b.users, base+i)
		if ack, ok := l.put(ctx, newDeposit(name, base+i, bankEach)); !ok || ack.status != succeeded {
			return nil, fmt.Errorf("open the bank: %v", ack)
		}
	}
	return b, nil
}

// transfer makes a transfer between two accounts. Some are of more than the payer has.
func (b *bank) transfer(random *rand.Rand) record {
	from := random.IntN(len(b.users))
	to := (from + 1 + random.IntN(len(b.users)-1)) % len(b.users)
	name := fmt.Sprintf("%s-%d", b.name, b.next.Add(1))
	return newTransfer(name, b.users[from], b.users[to], 1+random.Int64N(2*bankEach))
}

// pay transfers, alone and in bulks, until ctx ends.
func (b *bank) pay(ctx context.Context, l *load, random *rand.Rand) {
	for ctx.Err() == nil {
		if random.IntN(3) > 0 {
			l.put(ctx, b.transfer(random))
			continue
		}
		l.putAll(ctx, b.bulk(random, 1+random.IntN(40)))
	}
}

// floodNowAndThen keeps a worker busy, until ctx ends.
func (b *bank) floodNowAndThen(ctx context.Context, l *load, random *rand.Rand) {
	for pause(ctx, floodPause) == nil {
		b.flood(ctx, l, random)
	}
}

// flood sends bulks at the same time and returns when they are acknowledged, or ctx ends.
func (b *bank) flood(ctx context.Context, l *load, random *rand.Rand) {
	var clients sync.WaitGroup
	for range floodBulks {
		bulk := b.bulk(random, floodTransfers)
		clients.Go(func() {
			if l.putAll(ctx, bulk) {
				b.bulks.Add(1)
			}
		})
	}
	clients.Wait()
}

func (b *bank) bulk(random *rand.Rand, transfers int) []record {
	bulk := make([]record, transfers)
	for i := range bulk {
		bulk[i] = b.transfer(random)
	}
	return bulk
}

// watch reads all accounts, on any server, until ctx ends. They always hold all the money.
func (b *bank) watch(ctx context.Context, l *load) {
	for ctx.Err() == nil {
		balances, err := l.client.balances(ctx, l.anyServer(), b.users)
		if err != nil {
			l.goOn(ctx, err)
			continue
		}
		sum := int64(0)
		for _, balance := range balances {
			sum += balance
			if balance < 0 {
				l.violate(fmt.Errorf("bank %s: a balance is below zero: %v", b.name, balances))
			}
		}
		if sum != bankAccounts*bankEach {
			l.violate(fmt.Errorf("bank %s: the balances sum to %d, want %d: %v", b.name, sum, bankAccounts*bankEach, balances))
		}
		b.reads.Add(1)
	}
}
