package loader

import (
	"container/list"
	"slices"
	"sync"
)

const (
	defaultPlans   = 1000
	maxGuesses     = 64      // of one plan
	maxGuessBehind = 8       // sources of one guess
	maxGuessNeed   = 1 << 16 // runs in a row
)

// Plans remembers, process-wide, what Scopes of the same shape have in common: which source is
// asked for more keys right behind which fetch. The zero value remembers up to 1,000 shapes; those
// not used for longest are forgotten first. It must not be copied. Safe for concurrent use.
type Plans struct {
	mu     sync.Mutex
	size   int                      // 0: defaultPlans
	byKey  map[string]*list.Element // of recent
	recent list.List                // of *plan, the one used last comes first
}

// NewPlans makes a Plans for up to size shapes; below 1 means 1,000.
func NewPlans(size int) *Plans {
	return &Plans{size: max(size, 0)}
}

// WithPlan has the Scope learn from those before it with the same key, and for those after it. The
// key stands for the shape of what is executed: the operation's hash, the name of the page. Where
// plans is nil or the key empty there is no plan, as when the option is not given; under Eager it
// has no effect.
//
// A source that is due may be held for one wave, and sent once with the keys it is asked for in the
// next, where that was so before: a fetch going out now had asked it for more keys, and nothing
// fetched, nor any Future, had been waiting for the keys it is due with. So there are fewer
// batches, in as many waves. A guess that proves wrong, because the data differ, costs one wave at
// most, and is made again only when it would have been right in two Scopes in a row, where what it is
// about came up; twice as many after each further time that it was made and proved wrong, up to
// 65,536. A failure or a miss counts like any answer.
//
// Sources are known by their pointers, the parameters of a ParamSource all as the one source: what
// is learned with one parameter holds for others. A source that is made anew for each Scope is
// never recognised.
//
// A plan is about one execution after the other. From when two are under way at once (be it that a
// fetch uses clumps itself), when one ends before its clumps have, or when it comes to more than 64
// sends (of a source in a wave), the Scope goes on without its plan.
func WithPlan(plans *Plans, key string) ScopeOption {
	return func(s *Scope) {
		s.foresight = nil
		if plans != nil && key != "" {
			s.foresight = &foresight{scope: s, plan: plans.of(key)}
		}
	}
}

func (p *Plans) of(key string) *plan {
	p.mu.Lock()
	defer p.mu.Unlock()
	if e, ok := p.byKey[key]; ok {
		p.recent.MoveToFront(e)
		return e.Value.(*plan)
	}
	if p.byKey == nil {
		p.byKey = make(map[string]*list.Element)
	}
	size := p.size
	if size == 0 {
		size = defaultPlans
	}
	if len(p.byKey) >= size {
		oldest := p.recent.Remove(p.recent.Back()).(*plan)
		delete(p.byKey, oldest.key)
	}
	made := &plan{key: key, guesses: make(map[place]*guess)}
	p.byKey[key] = p.recent.PushFront(made)
	return made
}

// plan is what is remembered of one shape.
type plan struct {
	key string

	// mu guards the guesses. A Scope's lock may be held when it is taken, not the other way round.
	mu      sync.Mutex
	guesses map[place]*guess
}

// place is a source in a wave.
type place struct {
	source *settings
	wave   int
}

// guess is that a source which is due in a wave can be held for the next.
type guess struct {
	behind []*settings // any of these, going out in the wave, had the source asked for more
	right  int         // Scopes in a row that have borne it out, up to need
	need   int         // how many must have before it is made
}

// made returns the guess on a place, if it is to be made. The lock is held.
func (p *plan) made(at place) (*guess, bool) {
	g, ok := p.guesses[at]
	return g, ok && g.right >= g.need
}

// bearOut notes a Scope in which the guess was right, or would have been. The lock is held.
func (p *plan) bearOut(at place, behind []*settings) {
	g, ok := p.guesses[at]
	if !ok {
		if len(p.guesses) >= maxGuesses {
			return
		}
		g = &guess{need: 1}
		p.guesses[at] = g
	}
	for _, s := range behind {
		if len(g.behind) < maxGuessBehind && !slices.Contains(g.behind, s) {
			g.behind = append(g.behind, s)
		}
	}
	g.right = min(g.right+1, g.need)
}

// unlearn notes a Scope in which the guess was wrong, or would have been. The lock is held.
func (p *plan) unlearn(at place) {
	if g, made := p.made(at); made {
		g.need = min(2*g.need, maxGuessNeed)
	}
	if g, ok := p.guesses[at]; ok {
		g.right = 0
	}
}
