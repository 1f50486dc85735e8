package loader

import "sync/atomic"

// maxFew is how many sources of a Scope are looked up one after the other.
const maxFew = 4

// sources is what a Scope has of each source: of a Source its fetcher, of a ParamSource a map of
// fetchers by parameter. The first few need no map, and no lock to be found.
type sources struct {
	few [maxFew]struct {
		source atomic.Pointer[settings] // is set last
		has    any
	}
	many map[*settings]any
}

// of returns what there is of a source, or nil.
func (t *sources) of(s *settings) any {
	if has := t.soon(s); has != nil {
		return has
	}
	return t.many[s]
}

// soon returns what there is of a source, or nil if that is found under the lock only. It needs no
// lock itself.
func (t *sources) soon(s *settings) any {
	for i := range t.few {
		if t.few[i].source.Load() == s {
			return t.few[i].has
		}
	}
	return nil
}

// put adds what there is of a source, which was not there before.
func (t *sources) put(s *settings, has any) {
	for i := range t.few {
		if t.few[i].source.Load() == nil {
			t.few[i].has = has
			t.few[i].source.Store(s)
			return
		}
	}
	if t.many == nil {
		t.many = make(map[*settings]any)
	}
	t.many[s] = has
}
