package loader

// maxFew is how many sources of a Scope are looked up one after the other.
const maxFew = 4

// sources is what a Scope has of each source: of a Source its fetcher, of a ParamSource a map of
// fetchers by parameter. The first few need no map.
type sources struct {
	few [maxFew]struct {
		source *settings
		has    any
	}
	many map[*settings]any
}

// of returns what there is of a source, or nil.
func (t *sources) of(s *settings) any {
	for i := range t.few {
		if t.few[i].source == s {
			return t.few[i].has
		}
	}
	return t.many[s]
}

// put adds what there is of a source, which was not there before.
func (t *sources) put(s *settings, has any) {
	for i := range t.few {
		if t.few[i].source == nil {
			t.few[i].source, t.few[i].has = s, has
			return
		}
	}
	if t.many == nil {
		t.many = make(map[*settings]any)
	}
	t.many[s] = has
}
