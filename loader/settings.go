package loader

import "time"

// defaultMaxBatchSize is the most keys of a batch, unless MaxBatchSize tells: Clump's number.
const defaultMaxBatchSize = 100

// SourceOption configures a Source or a ParamSource. Of the same option given twice the last
// counts.
type SourceOption func(*settings)

// settings are what a Source was made with; they never change.
type settings struct {
	name         string
	maxBatchSize int // 0: no limit
	maxRetries   func(error) int
	backoffBase  time.Duration
	backoffMax   time.Duration
	slots        chan struct{} // holds one element for each fetch under way; nil: no limit
}

func newSettings(name string, opts []SourceOption) settings {
	s := settings{name: name, maxBatchSize: defaultMaxBatchSize, maxRetries: func(error) int { return 0 }}
	for _, opt := range opts {
		opt(&s)
	}
	return s
}

// MaxBatchSize bounds the keys of a batch: more go out as several batches, in parallel. It is 100
// unless told; below 1 means no limit.
func MaxBatchSize(n int) SourceOption {
	return func(s *settings) { s.maxBatchSize = max(n, 0) }
}

// MaxRetries has a failed fetch repeated, for each kind of error as often as f says: a batch that
// failed as a whole is repeated whole, keys that failed alone are repeated without the others. It
// is 0 for every error unless told. f is called from several goroutines at once.
func MaxRetries(f func(error) int) SourceOption {
	return func(s *settings) { s.maxRetries = f }
}

// Backoff has a repetition wait for a random time: between 0 and base before the first, twice that
// before each further one, up to max. When the wait would outlast the deadlines of all that wait
// for the batch, it fails at once with the error at hand. There is no wait unless told.
func Backoff(base, max time.Duration) SourceOption {
	return func(s *settings) { s.backoffBase, s.backoffMax = base, max }
}

// MaxConcurrency bounds the fetches of this source that are under way in the whole process; others
// wait for their turn. Unlimited unless told; below 1 means unlimited.
//
// It counts batches, not the calls that FromSingle makes within one. A fetch that itself gets clumps
// of its own Source keeps its place meanwhile: with MaxConcurrency(1) it would wait for itself, and n
// such fetches can wait for each other.
func MaxConcurrency(n int) SourceOption {
	return func(s *settings) {
		s.slots = nil
		if n > 0 {
			s.slots = make(chan struct{}, n)
		}
	}
}
