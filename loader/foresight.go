package loader

import "slices"

// foresight is a Scope's part in a plan: it notes what is asked for behind what, holds what the
// plan says can wait, and in the end tells the plan which of its guesses were right.
//
// It reasons about the waves there would be if nothing was held, and calls these the waves of a
// send: what is asked for behind nothing goes out in the first, what is asked for behind sends in
// the one after the last of theirs. These waves follow from the data alone. As long as nothing is
// asked for in a later wave than its own, holding has cost nothing. Whatever is held is held for
// one wave, and nothing is once something was late; so no key ever goes out more than one wave
// after its own.
//
// Everything in it is guarded by the Scope's lock.
type foresight struct {
	scope  *Scope
	plan   *plan
	living int // executions under way

	sends  []send
	waves  []sends      // the sends of each wave; the first element is empty, waves count from 1
	needed sends        // behind which something was asked for in the wave right after theirs
	judged int          // of the sends, those that the plan has been told of
	held   []dispatcher // by the last dispatch
	late   bool         // something was: hold no more
	lost   bool         // what is noted is not all: neither hold nor learn
	memo   struct {     // of the last waveAfter
		behind sends
		wave   int
	}
}

// send is what a fetcher is asked for in one wave.
type send struct {
	from   dispatcher
	source *settings
	wave   int
	behind sends // of the wave before, those that had it asked for
}

// begin adds an execution.
func (p *foresight) begin(x *Execution) {
	x.trace = &trace{base: p.scope.wave + 1}
	p.living++
	if p.living > 1 {
		p.lost = true
	}
}

// leave ends an execution, and tells the plan of what there was up to then.
func (p *foresight) leave(x *Execution) {
	p.living--
	if p.lost {
		return
	}
	done := x.outstanding == 0 && x.empty()
	p.judge(done)
	p.lost = !done
}

// ask notes that a key is asked for, and returns the number of its send, counted from 1. Of a key
// that is known already the send is given, or 0 where it has none.
func (p *foresight) ask(r *root, from dispatcher, known bool, number uint8) uint8 {
	if p.lost {
		return number
	}
	wave := p.note(r)
	if !known {
		number = p.number(from, wave)
	}
	if number > 0 {
		if s := &p.sends[number-1]; s.wave == wave {
			s.behind |= r.behind & p.at(wave-1)
		}
	}
	return number
}

// note notes that something is asked for behind r, and returns the wave it is asked for in.
func (p *foresight) note(r *root) (wave int) {
	wave = max(p.waveAfter(r.behind), r.x.trace.base)
	p.needed |= r.behind & p.at(wave-1)
	if wave <= p.scope.wave {
		p.late = true
	}
	return wave
}

// number returns the number of a fetcher's send in a wave, counted from 1, or 0 where there are too
// many.
func (p *foresight) number(from dispatcher, wave int) uint8 {
	if i := p.find(from, wave); i >= 0 {
		return uint8(i + 1)
	}
	if len(p.sends) == maxSends {
		p.lost = true
		return 0
	}
	for len(p.waves) <= wave {
		p.waves = append(p.waves, 0)
	}
	p.waves[wave] |= 1 << len(p.sends)
	p.sends = append(p.sends, send{from: from, source: from.settingsOf(), wave: wave})
	return uint8(len(p.sends))
}

// find returns the index of a fetcher's send in a wave, or -1.
func (p *foresight) find(from dispatcher, wave int) int {
	for i := len(p.sends) - 1; i >= 0; i-- {
		if s := &p.sends[i]; s.wave == wave && s.from == from {
			return i
		}
	}
	return -1
}

// at returns the sends of a wave.
func (p *foresight) at(wave int) sends {
	if wave < 0 || wave >= len(p.waves) {
		return 0
	}
	return p.waves[wave]
}

// waveAfter returns the wave after the last of the sends'.
func (p *foresight) waveAfter(behind sends) int {
	if p.memo.wave == 0 || p.memo.behind != behind {
		last := len(p.waves) - 1
		for last > 0 && behind&p.waves[last] == 0 {
			last--
		}
		p.memo.behind, p.memo.wave = behind, max(last, 0)+1
	}
	return p.memo.wave
}

// hold parts what is due in a wave: what goes out, and what is held. Something always goes out.
func (p *foresight) hold(due []dispatcher, wave int) (out, held []dispatcher) {
	before := p.held
	p.held = nil
	if p.lost || p.late || len(due) < 2 {
		return due, nil
	}
	p.plan.mu.Lock()
	defer p.plan.mu.Unlock()
	guesses := make([]*guess, len(due))
	var going []*settings
	for i, d := range due {
		g, made := p.plan.made(place{d.settingsOf(), wave})
		if made && !slices.Contains(before, d) {
			guesses[i] = g
		} else {
			going = append(going, d.settingsOf())
		}
	}
	for i, d := range due {
		if guesses[i] != nil && anyOf(guesses[i].behind, going) {
			held = append(held, d)
		} else {
			out = append(out, d)
		}
	}
	p.held = held
	return out, held
}

func anyOf(sources, among []*settings) bool {
	return slices.ContainsFunc(sources, func(s *settings) bool { return slices.Contains(among, s) })
}

// judge tells the plan which of its guesses about the sends were right. When the execution has not
// come to its end, what could still have been asked for is not held against any.
func (p *foresight) judge(done bool) {
	p.plan.mu.Lock()
	defer p.plan.mu.Unlock()
	for i := p.judged; i < len(p.sends); i++ {
		at := place{p.sends[i].source, p.sends[i].wave}
		if slices.ContainsFunc(p.sends[p.judged:i], func(s send) bool { return s.source == at.source && s.wave == at.wave }) {
			continue // as the parameters of one source, which are judged together
		}
		behind, right := p.verdict(at)
		switch {
		case right && done:
			p.plan.bearOut(at, behind)
		case right || !done && p.open(at):
		case p.wouldHold(at):
			p.plan.unlearn(at)
		}
	}
	p.judged = len(p.sends)
}

// verdict says whether a source that was asked for in a wave could be held for the next: each of
// its fetchers was asked for more there, behind other sources, and nothing was asked for behind
// them. It returns those sources.
func (p *foresight) verdict(at place) (behind []*settings, right bool) {
	for i, s := range p.sends {
		if s.source != at.source || s.wave != at.wave {
			continue
		}
		again := p.find(s.from, s.wave+1)
		if again < 0 || p.needed.has(i) {
			return nil, false
		}
		others := 0
		for j, other := range p.sends {
			if p.sends[again].behind.has(j) && other.source != at.source {
				behind = append(behind, other.source)
				others++
			}
		}
		if others == 0 {
			return nil, false
		}
	}
	return behind, true
}

// open says whether the verdict on a place may still change in favour of its guess: nothing was
// asked for behind it, and the wave after it has not been sent.
func (p *foresight) open(at place) bool {
	for i, s := range p.sends {
		if s.source == at.source && s.wave == at.wave && p.needed.has(i) {
			return false
		}
	}
	return p.scope.wave <= at.wave
}

// wouldHold says whether a guess on a place, if it is made, holds there: one of the sources it
// looks for was asked for in the wave.
func (p *foresight) wouldHold(at place) bool {
	g, ok := p.plan.guesses[at]
	return ok && slices.ContainsFunc(p.sends, func(s send) bool {
		return s.wave == at.wave && slices.Contains(g.behind, s.source)
	})
}
