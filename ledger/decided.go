package ledger

import "sync"

// decidedKept is how many records a decided keeps, the last microbatch apart: those that waiters of this process ask for.
const decidedKept = 20_000

// decided holds the last microbatches that a worker of this process has committed. They are facts: whatever becomes of the worker,
// their outcomes do not change. The zero decided is ready for use.
type decided struct {
	mu     sync.RWMutex // guards all below; nothing that waits is called under it
	recent []*microbatch
	rows   int // of recent
}

func (d *decided) add(mb *microbatch) {
	d.mu.Lock()
	defer d.mu.Unlock()
	d.recent = append(d.recent, mb)
	d.rows += len(mb.rows)
	for len(d.recent) > 1 && d.rows-len(mb.rows) > decidedKept {
		d.rows -= len(d.recent[0].rows)
		d.recent[0] = nil // or the array would keep it
		d.recent = d.recent[1:]
	}
}

// find returns the record and its outcome, if it was decided lately.
func (d *decided) find(r Receipt) (depotRow, outcome, bool) {
	d.mu.RLock()
	defer d.mu.RUnlock()
	for i := len(d.recent) - 1; i >= 0; i-- {
		if at, ok := d.recent[i].index(r); ok {
			return d.recent[i].rows[at], d.recent[i].outcomes[at], true
		}
	}
	return depotRow{}, outcome{}, false
}

// index returns which of the microbatch's records a receipt is of. Its rows are those of one partition after the other.
func (mb *microbatch) index(r Receipt) (at int, ok bool) {
	if int(r.Partition) >= len(mb.next) || r.Partition < 0 {
		return 0, false
	}
	if r.Offset < mb.from[r.Partition] || r.Offset >= mb.next[r.Partition] {
		return 0, false
	}
	for p := range r.Partition {
		at += int(mb.next[p] - mb.from[p])
	}
	return at + int(r.Offset-mb.from[r.Partition]), true
}

// RecentTransfer returns what became of the transfer that a receipt is of. It is false when that was not decided in this process, or
// long ago, or is not, or is a deposit: [PStates.Transfers] knows.
func (d *Depot) RecentTransfer(r Receipt) (TransferRecord, bool) {
	row, o, ok := d.decided.find(r)
	if !ok || row.kind != kindTransfer {
		return TransferRecord{}, false
	}
	return TransferRecord{
		Transfer:  Transfer{ID: row.id, FromUserID: row.userID, ToUserID: row.toUserID, AmountMinor: row.amountMinor},
		Partition: row.partition, Offset: row.offset, Position: row.position,
		Status: o.status, PayerBalanceMinor: &o.balanceMinor, AppendedAt: row.appendedAt,
	}, true
}

// RecentDeposit is RecentTransfer for deposits: [PStates.Deposits] knows the others.
func (d *Depot) RecentDeposit(r Receipt) (DepositRecord, bool) {
	row, o, ok := d.decided.find(r)
	if !ok || row.kind != kindDeposit {
		return DepositRecord{}, false
	}
	return DepositRecord{
		Deposit:   Deposit{ID: row.id, UserID: row.userID, AmountMinor: row.amountMinor},
		Partition: row.partition, Offset: row.offset, Position: row.position,
		Status: o.status, BalanceMinor: &o.balanceMinor, AppendedAt: row.appendedAt,
	}, true
}
