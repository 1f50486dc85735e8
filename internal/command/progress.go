package command

import (
	"io"
	"os"
	"time"

	"github.com/schollz/progressbar/v3"
	"golang.org/x/term"
)

// progress draws a bar while a command works. On anything but a terminal it draws nothing.
// One goroutine at a time may use it.
type progress struct {
	w     io.Writer
	drawn bool
	what  string
	bar   *progressbar.ProgressBar
}

// newProgress prepares a bar on w.
func newProgress(w io.Writer) *progress {
	file, ok := w.(*os.File)
	return &progress{w: w, drawn: ok && term.IsTerminal(int(file.Fd()))}
}

// step returns the function to call while what is under way. A new step's first call clears the bar of the last.
func (p *progress) step(what string) func(done, total int64) {
	return func(done, total int64) {
		if !p.drawn {
			return
		}
		if p.bar == nil || p.what != what {
			p.clear()
			p.what = what
			p.bar = progressbar.NewOptions64(total,
				progressbar.OptionSetWriter(p.w),
				progressbar.OptionSetDescription(what),
				progressbar.OptionThrottle(100*time.Millisecond),
				progressbar.OptionFullWidth(),
				progressbar.OptionClearOnFinish(),
			)
		}
		p.bar.ChangeMax64(total)
		_ = p.bar.Set64(done) // a bar that cannot be drawn is no reason to stop
	}
}

// clear takes the bar off the terminal.
func (p *progress) clear() {
	if p.bar != nil {
		_ = p.bar.Clear()
		p.bar = nil
	}
}
