package ledger_test

import (
	"context"
	"errors"
	"fmt"

	"github.com/jackc/pgx/v5/pgxpool"

	"github.com/clumpql/clumpql/ledger"
)

// A process makes one depot, runs one worker, and appends from wherever it likes.
func Example() {
	transfer := func(ctx context.Context, pool *pgxpool.Pool) error {
		depot := ledger.NewDepot(pool)
		defer depot.Close()
		working, stop := context.WithCancel(ctx)
		worked := make(chan error, 1)
		go func() { worked <- ledger.NewWorker(depot, ledger.WorkerOptions{}).Run(working) }()

		receipts, err := depot.Append(ctx,
			ledger.Deposit{ID: "salary", UserID: 0, AmountMinor: 200},
			ledger.Transfer{ID: "rent", FromUserID: 0, ToUserID: 1, AmountMinor: 50},
		)
		if err == nil {
			err = depot.Wait(ctx, receipts)
		}
		stop()
		return errors.Join(err, <-worked)
	}
	_ = transfer
}

// A refusal before the depot names the field, so that a form can show it.
func ExampleInvalidError() {
	depot := ledger.NewDepot(nil) // refused before the pool is needed
	defer depot.Close()
	_, err := depot.Append(context.Background(), ledger.Transfer{ID: "rent", FromUserID: 7, ToUserID: 7, AmountMinor: 50})
	var invalid *ledger.InvalidError
	if errors.As(err, &invalid) {
		fmt.Println(invalid.Field, "->", invalid.Reason)
	}
	// Output: toUserId -> must not be the payer
}
