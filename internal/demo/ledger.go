package demo

import (
	"iter"
	"strconv"
	"time"

	"github.com/brianvoe/gofakeit/v7"
)

// The scenario's records. Their order is the order in the depot.
var scenarioRecords = []struct {
	kind, id string
	from, to int // places in scenario; a deposit has no from
	amount   string
}{
	{"deposit", "deposit1", -1, alice, "200"},
	{"deposit", "deposit1", -1, bob, "100"},
	{"deposit", "deposit1", -1, charlie, "100"},
	{"transfer", "bob1", alice, bob, "50"},
	{"transfer", "charlie1", alice, charlie, "160"}, // more than alice has left
	{"transfer", "charlie2", alice, charlie, "25"},
	{"transfer", "bob1", charlie, bob, "10"},
}

// transfersOfDeposit is how many transfers follow each deposit, from the account it was paid into.
const transfersOfDeposit = 3

// recordCount is how many records the ledger has.
func recordCount(opts Options) int {
	deposits := (opts.Transfers + transfersOfDeposit - 1) / transfersOfDeposit
	return len(scenarioRecords) + deposits + opts.Transfers
}

func ledgerRecords(opts Options, faker *gofakeit.Faker) iter.Seq[[]string] {
	return func(yield func([]string) bool) {
		if !yield([]string{"kind", "id", "from_user_id", "to_user_id", "amount_minor", "occurred_at"}) {
			return
		}
		seconds := 0
		add := func(kind, id, from, to, amount string) bool {
			seconds++
			return yield([]string{kind, id, from, to, amount, begin.Add(time.Duration(seconds) * time.Second).Format(time.RFC3339)})
		}
		for _, r := range scenarioRecords {
			from := ""
			if r.from >= 0 {
				from = strconv.Itoa(opts.userID(r.from))
			}
			if !add(r.kind, r.id, from, strconv.Itoa(opts.userID(r.to)), r.amount) {
				return
			}
		}
		// The scenario's accounts stay out of what follows, so that their balances stay what the scenario makes them.
		others := opts.Users - len(scenario)
		payer := 0
		for i := range opts.Transfers {
			if i%transfersOfDeposit == 0 {
				payer = faker.IntN(others)
				id, amount := "deposit"+strconv.Itoa(i/transfersOfDeposit+1), strconv.Itoa(faker.IntRange(1_000, 10_000))
				if !add("deposit", id, "", other(payer), amount) {
					return
				}
			}
			payee := (payer + 1 + faker.IntN(others-1)) % others // anyone but the payer
			amount := strconv.Itoa(faker.IntRange(100, 5_000))   // sometimes more than there is
			if !add("transfer", "transfer"+strconv.Itoa(i+1), other(payer), other(payee), amount) {
				return
			}
		}
	}
}

// other is the id of the i-th user outside the scenario.
func other(i int) string { return strconv.Itoa(FirstID + len(scenario) + i) }
