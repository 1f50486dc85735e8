package importer

// progressStep is how many bytes are read between two calls of the callback, at least.
const progressStep = 64 << 10

// progress counts the bytes of all files.
type progress struct {
	tell  func(done, total int64)
	total int64
	past  int64 // bytes of the files before the current one
	told  int64 // what was told last; only ever grows
}

func newProgress(total int64, tell func(done, total int64)) *progress {
	if tell == nil {
		tell = func(int64, int64) {}
	}
	return &progress{tell: tell, total: total}
}

// at says how far the current file is.
func (p *progress) at(offset int64) {
	// A file that grows while it is read has no more than its share of the bar.
	done := min(p.past+offset, p.total)
	if done-p.told >= progressStep {
		p.told = done
		p.tell(done, p.total)
	}
}

// endFile says that the current file is read to its end.
func (p *progress) endFile(size int64) {
	p.at(size)
	p.past += size
}

func (p *progress) finish() { p.tell(p.total, p.total) }
