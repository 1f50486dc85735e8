package loader

// frames are those of one type that an execution has done with, and uses again.
type frames[F any] struct {
	spare []*F
}

// take returns one that is zero.
func (s *frames[F]) take() *F {
	last := len(s.spare) - 1
	if last < 0 {
		return new(F)
	}
	f := s.spare[last]
	s.spare = s.spare[:last]
	return f
}

// maxFrames is how many of a type are kept.
const maxFrames = 1024

// leave takes back one that nobody refers to any more.
func (s *frames[F]) leave(f *F) {
	if len(s.spare) == maxFrames {
		return
	}
	var zero F
	*f = zero
	push(&s.spare, f)
}

// maxKinds is how many types of frames an execution keeps at hand.
const maxKinds = 8

// kinds are the frames of an execution, by type. When there are too many types, they take turns.
type kinds struct {
	list   [maxKinds]any // *frames[F]
	n      int
	recent int
}

// framesOf returns what x keeps of a type.
func framesOf[F any](x *Execution) *frames[F] {
	k := &x.kinds
	if s, ok := k.list[k.recent].(*frames[F]); ok {
		return s
	}
	for i, of := range k.list {
		if s, ok := of.(*frames[F]); ok {
			k.recent = i
			return s
		}
	}
	s := new(frames[F])
	k.recent = k.n % maxKinds
	k.n++
	k.list[k.recent] = s
	return s
}
