package graph

import (
	"context"
	"errors"
	"fmt"
	"time"

	"github.com/clumpql/clumpql/graph/model"
	"github.com/clumpql/clumpql/ledger"
	"github.com/clumpql/clumpql/loader"
)

// maxTransfers is the most transfers that one mutation takes.
const maxTransfers = 1000

// maxTelling is the most of a request's time that is kept for telling why the ledger did not answer. It is enough on a busy machine.
const maxTelling = 500 * time.Millisecond

type mutationResolver struct{ *resolver }

func (r mutationResolver) Deposit(ctx context.Context, in model.DepositInput) loader.Clump[*model.DepositPayload] {
	record := ledger.Deposit{ID: in.ID, UserID: in.UserID, AmountMinor: in.Amount}
	appended := r.append(ctx, []ledger.Record{record}, []model.WaitFor{in.WaitFor})
	return loader.FlatMap(appended, func(receipts []ledger.Receipt) loader.Clump[*model.DepositPayload] {
		payload := func(d *ledger.DepositRecord) *model.DepositPayload {
			return &model.DepositPayload{Deposit: d, Account: account(in.UserID), Replayed: receipts[0].Replayed}
		}
		if in.WaitFor == model.Settled {
			if d, ok := r.depot.RecentDeposit(receipts[0]); ok {
				return loader.Value(payload(&d))
			}
		}
		return loader.Map(r.deposit(ledger.DepositKey{UserID: in.UserID, ID: in.ID}), payload)
	})
}

func (r mutationResolver) Transfer(ctx context.Context, in model.TransferInput) loader.Clump[*model.TransferPayload] {
	appended := r.append(ctx, []ledger.Record{transferRecord(in)}, []model.WaitFor{in.WaitFor})
	return loader.FlatMap(appended, func(receipts []ledger.Receipt) loader.Clump[*model.TransferPayload] {
		return r.transferPayload(&in, receipts[0])
	})
}

func (r mutationResolver) Transfers(ctx context.Context, ins []*model.TransferInput) loader.Clump[[]*model.TransferPayload] {
	if len(ins) > maxTransfers {
		return loader.Fail[[]*model.TransferPayload](&InputError{"inputs", fmt.Sprintf("must not be more than %d", maxTransfers)})
	}
	records := make([]ledger.Record, len(ins))
	waitFor := make([]model.WaitFor, len(ins))
	for i, in := range ins {
		records[i], waitFor[i] = transferRecord(*in), in.WaitFor
	}
	appended := r.append(ctx, records, waitFor).Rescue(func(err error) (loader.Clump[[]ledger.Receipt], bool) {
		return loader.Fail[[]ledger.Receipt](nameInput(err)), true
	})
	return loader.FlatMap(appended, func(receipts []ledger.Receipt) loader.Clump[[]*model.TransferPayload] {
		payloads, known := make([]*model.TransferPayload, len(ins)), true
		for i := 0; i < len(ins) && known; i++ {
			payloads[i], known = r.recentPayload(ins[i], receipts[i])
		}
		if known {
			return loader.Value(payloads)
		}
		clumps := make([]loader.Clump[*model.TransferPayload], len(ins))
		for i, in := range ins {
			clumps[i] = r.transferPayload(in, receipts[i])
		}
		return loader.Collect(clumps...)
	})
}

func transferRecord(in model.TransferInput) ledger.Transfer {
	return ledger.Transfer{ID: in.ID, FromUserID: in.FromUserID, ToUserID: in.ToUserID, AmountMinor: in.Amount}
}

func (r mutationResolver) transferPayload(in *model.TransferInput, receipt ledger.Receipt) loader.Clump[*model.TransferPayload] {
	if payload, known := r.recentPayload(in, receipt); known {
		return loader.Value(payload)
	}
	transfer := r.transfer(ledger.TransferKey{FromUserID: in.FromUserID, ID: in.ID})
	return loader.Map(transfer, func(t *ledger.TransferRecord) *model.TransferPayload {
		return &model.TransferPayload{Transfer: t, From: account(in.FromUserID), Replayed: receipt.Replayed}
	})
}

// recentPayload spares the reading of an outcome that was decided in this process. What was not waited for is read, whether it is decided or not.
func (r mutationResolver) recentPayload(in *model.TransferInput, receipt ledger.Receipt) (payload *model.TransferPayload, known bool) {
	if in.WaitFor != model.Settled {
		return nil, false
	}
	t, ok := r.depot.RecentTransfer(receipt)
	if !ok {
		return nil, false
	}
	return &model.TransferPayload{Transfer: &t, From: account(in.FromUserID), Replayed: receipt.Replayed}, true
}

// append puts the records into the depot and waits until those that are to be settled are. What is to be read of them comes after it, so
// it sees what it waited for; mostly it is known here already.
func (r mutationResolver) append(ctx context.Context, records []ledger.Record, waitFor []model.WaitFor) loader.Clump[[]ledger.Receipt] {
	deadline, bounded := ctx.Deadline()
	return loader.Future(func(ctx context.Context) ([]ledger.Receipt, error) {
		if bounded {
			var cancel context.CancelFunc
			ctx, cancel = context.WithTimeout(ctx, ledgerTime(time.Until(deadline)))
			defer cancel()
		}
		receipts, err := r.depot.Append(ctx, records...)
		if err != nil {
			return nil, err
		}
		var settle []ledger.Receipt
		for i, receipt := range receipts {
			if waitFor[i] == model.Settled {
				settle = append(settle, receipt)
			}
		}
		return receipts, afterAppend(r.depot.Wait(ctx, settle))
	})
}

// afterAppend lets who is told that Postgres is away know that the mutation may have happened all the same: its records are in the depot.
func afterAppend(err error) error {
	if errors.Is(err, ledger.ErrUnavailable) {
		return fmt.Errorf("%w: %w", ledger.ErrOutcomeUnknown, err)
	}
	return err
}

// ledgerTime is how much of what is left of a request's time the ledger has: when that is over it can tell whether Postgres is away, while the
// end of the request is an end of everything.
func ledgerTime(left time.Duration) time.Duration { return left - min(left/5, maxTelling) }

// nameInput lets an error name the input of a bulk that it is about.
func nameInput(err error) error {
	if invalid, ok := errors.AsType[*ledger.InvalidError](err); ok {
		return &InputError{fmt.Sprintf("inputs[%d].%s", invalid.Index, invalid.Field), invalid.Reason}
	}
	if conflict, ok := errors.AsType[*ledger.ConflictError](err); ok {
		named := *conflict
		named.Field = fmt.Sprintf("inputs[%d].%s", conflict.Index, conflict.Field)
		return &named
	}
	return err
}
