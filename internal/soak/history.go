package main

import (
	"context"
	"errors"
	"fmt"
	"math"
	"math/rand/v2"
	"slices"
	"strings"
	"sync"
	"time"

	"github.com/anishathalye/porcupine"
)

const (
	// sharing is how many clients share the accounts of a history.
	sharing = 4
	// clientOperations is how many operations each of them does.
	clientOperations = 12
	// decideHistoryWithin bounds the search for an order that explains a history. Most take milliseconds.
	decideHistoryWithin = 20 * time.Second
	// retryPause is the pause before a client tries again.
	retryPause = 30 * time.Millisecond
)

// history is what a few clients do with accounts that they have for themselves.
type history struct {
	model   sequential
	name    string
	records []record // all that can be put, known from the start
	start   time.Time

	mu         sync.Mutex // guards operations
	operations []porcupine.Operation
}

// newHistory makes up the records: deposits first in the list, so that there is something to move, then more transfers than there is
// money for.
func newHistory(name string, base int64, random *rand.Rand) *history {
	h := &history{name: name, start: time.Now()}
	for i := range sharing * clientOperations / 2 {
		id := fmt.Sprintf("%s-%d", name, i)
		from, amount := random.Int64N(members), 1+random.Int64N(60)
		if i%4 == 0 {
			h.records = append(h.records, newDeposit(id, base+from, amount))
			continue
		}
		to := (from + 1 + random.Int64N(members-1)) % members
		h.records = append(h.records, newTransfer(id, base+from, base+to, amount))
	}
	h.model = sequential{base, len(h.records)}
	return h
}

// run lets the clients work, each in a manner that the seed determines, and returns when all are done.
func (h *history) run(ctx context.Context, l *load, seed uint64) {
	var clients sync.WaitGroup
	for n := range sharing {
		random := rand.New(rand.NewPCG(seed, uint64(n)))
		clients.Go(func() { h.client(ctx, l, n, random) })
	}
	clients.Wait()
}

// client does its operations one after the other. An operation without an answer stays open, and the client goes on as another one.
func (h *history) client(ctx context.Context, l *load, id int, random *rand.Rand) {
	// Clients begin at different places, so that some are put by two at once.
	at := random.IntN(len(h.records))
	for range clientOperations {
		o := operation{kind: putRecord, number: at}
		switch random.IntN(6) {
		case 0:
			o.kind = readBalances
		case 1:
			o.kind, o.number = lookAtRecord, random.IntN(len(h.records))
		default:
			at = (at + 1 + random.IntN(2)) % len(h.records)
		}
		o.record = h.records[o.number]
		if o.kind == lookAtRecord && o.record.deposit {
			o.kind = readBalances // the API has no query for a deposit
		}
		called := time.Since(h.start)
		a, err := h.perform(ctx, l, o, random)
		returned := time.Since(h.start)
		if err != nil && ctx.Err() == nil {
			l.violate(err)
		}
		if a.unknown {
			if o.kind != putRecord {
				continue // a question without an answer says nothing
			}
			returned = math.MaxInt64
			id += sharing
		}
		h.add(porcupine.Operation{ClientId: id, Input: o, Call: int64(called), Output: a, Return: int64(returned)})
	}
}

func (h *history) add(o porcupine.Operation) {
	h.mu.Lock()
	defer h.mu.Unlock()
	h.operations = append(h.operations, o)
}

// perform sends an operation to any server, again after some failures and not after others. An error is one that must not be.
func (h *history) perform(ctx context.Context, l *load, o operation, random *rand.Rand) (answer, error) {
	for attempt := 1; ; attempt++ {
		a, err := h.attempt(ctx, l, o)
		if err == nil {
			if o.kind == putRecord {
				if attempt > 1 {
					a.replayed = nil
				}
				l.acknowledge(o.record, a.outcome)
			}
			return a, nil
		}
		if excused(err) {
			if random.IntN(4) > 0 && pause(ctx, retryPause) == nil {
				continue
			}
			err = nil
		}
		return answer{unknown: true}, err
	}
}

func (h *history) attempt(ctx context.Context, l *load, o operation) (a answer, err error) {
	s := l.anyServer()
	switch o.kind {
	case putRecord:
		ack, err := l.client.put(ctx, s, o.record)
		return answer{outcome: ack.outcome, replayed: &ack.replayed}, err
	case lookAtRecord:
		a.outcome, err = l.client.look(ctx, s, o.record)
		return a, err
	}
	users := make([]int64, members)
	for i := range users {
		users[i] = h.model.base + int64(i)
	}
	balances, err := l.client.balances(ctx, s, users)
	copy(a.balances[:], balances)
	return a, err
}

// excused tells whether an error may happen while something is broken.
func excused(err error) bool {
	var refused *refusal
	if errors.As(err, &refused) {
		return refused.expected()
	}
	return !errors.Is(err, errLate) // the others are of the connection
}

// check tells whether the history can be explained. Undecided: the search took too long.
func (h *history) check() (undecided bool, err error) {
	switch porcupine.CheckOperationsTimeout(h.model.model(), h.operations, decideHistoryWithin) {
	case porcupine.Ok:
		return false, nil
	case porcupine.Unknown:
		return true, nil
	}
	return false, fmt.Errorf("history %s is not linearizable:\n%s", h.name, h.describe())
}

// describe lists the operations in the order of their calls.
func (h *history) describe() string {
	slices.SortFunc(h.operations, func(a, b porcupine.Operation) int { return int(a.Call - b.Call) })
	var text strings.Builder
	for _, o := range h.operations {
		in, out := o.Input.(operation), o.Output.(answer)
		fmt.Fprintf(&text, "  %12v to %12v client %d: ", time.Duration(o.Call), time.Duration(o.Return), o.ClientId)
		switch {
		case out.unknown:
			fmt.Fprintf(&text, "put %s: no answer\n", in.record.id)
		case in.kind == readBalances:
			fmt.Fprintf(&text, "balances: %v\n", out.balances)
		case in.kind == lookAtRecord:
			fmt.Fprintf(&text, "look at %s: %v\n", in.record.id, out.outcome)
		case out.replayed == nil:
			fmt.Fprintf(&text, "put %s, repeatedly: %v\n", in.record.id, out.outcome)
		default:
			fmt.Fprintf(&text, "put %s: %v, replayed %v\n", in.record.id, out.outcome, *out.replayed)
		}
	}
	return text.String()
}
