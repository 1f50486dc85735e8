package loader

// The wider joins are made of pairs: what Join says of two holds of each of them.

// Join3 is Join for three clumps.
func Join3[A, B, C any](
	a Clump[A], b Clump[B], c Clump[C],
) Clump[Tuple3[A, B, C]] {
	joined := Join(Join(a, b), c)
	return Map(joined, func(t Tuple2[Tuple2[A, B], C]) Tuple3[A, B, C] {
		return Tuple3[A, B, C]{t.V1.V1, t.V1.V2, t.V2}
	})
}

// Join4 is Join for four clumps.
func Join4[A, B, C, D any](
	a Clump[A], b Clump[B], c Clump[C], d Clump[D],
) Clump[Tuple4[A, B, C, D]] {
	joined := Join(Join3(a, b, c), d)
	return Map(joined, func(t Tuple2[Tuple3[A, B, C], D]) Tuple4[A, B, C, D] {
		return Tuple4[A, B, C, D]{t.V1.V1, t.V1.V2, t.V1.V3, t.V2}
	})
}

// Join5 is Join for five clumps.
func Join5[A, B, C, D, E any](
	a Clump[A], b Clump[B], c Clump[C], d Clump[D], e Clump[E],
) Clump[Tuple5[A, B, C, D, E]] {
	joined := Join(Join4(a, b, c, d), e)
	return Map(joined, func(t Tuple2[Tuple4[A, B, C, D], E]) Tuple5[A, B, C, D, E] {
		return Tuple5[A, B, C, D, E]{t.V1.V1, t.V1.V2, t.V1.V3, t.V1.V4, t.V2}
	})
}

// Join6 is Join for six clumps.
func Join6[A, B, C, D, E, F any](
	a Clump[A], b Clump[B], c Clump[C], d Clump[D], e Clump[E], f Clump[F],
) Clump[Tuple6[A, B, C, D, E, F]] {
	joined := Join(Join5(a, b, c, d, e), f)
	return Map(joined, func(t Tuple2[Tuple5[A, B, C, D, E], F]) Tuple6[A, B, C, D, E, F] {
		return Tuple6[A, B, C, D, E, F]{t.V1.V1, t.V1.V2, t.V1.V3, t.V1.V4, t.V1.V5, t.V2}
	})
}

// Join7 is Join for seven clumps.
func Join7[A, B, C, D, E, F, G any](
	a Clump[A], b Clump[B], c Clump[C], d Clump[D], e Clump[E], f Clump[F], g Clump[G],
) Clump[Tuple7[A, B, C, D, E, F, G]] {
	joined := Join(Join6(a, b, c, d, e, f), g)
	return Map(joined, func(t Tuple2[Tuple6[A, B, C, D, E, F], G]) Tuple7[A, B, C, D, E, F, G] {
		return Tuple7[A, B, C, D, E, F, G]{t.V1.V1, t.V1.V2, t.V1.V3, t.V1.V4, t.V1.V5, t.V1.V6, t.V2}
	})
}

// Join8 is Join for eight clumps.
func Join8[A, B, C, D, E, F, G, H any](
	a Clump[A], b Clump[B], c Clump[C], d Clump[D], e Clump[E], f Clump[F], g Clump[G], h Clump[H],
) Clump[Tuple8[A, B, C, D, E, F, G, H]] {
	joined := Join(Join7(a, b, c, d, e, f, g), h)
	return Map(joined, func(t Tuple2[Tuple7[A, B, C, D, E, F, G], H]) Tuple8[A, B, C, D, E, F, G, H] {
		return Tuple8[A, B, C, D, E, F, G, H]{t.V1.V1, t.V1.V2, t.V1.V3, t.V1.V4, t.V1.V5, t.V1.V6, t.V1.V7, t.V2}
	})
}

// Join9 is Join for nine clumps.
func Join9[A, B, C, D, E, F, G, H, I any](
	a Clump[A], b Clump[B], c Clump[C], d Clump[D], e Clump[E], f Clump[F], g Clump[G], h Clump[H], i Clump[I],
) Clump[Tuple9[A, B, C, D, E, F, G, H, I]] {
	joined := Join(Join8(a, b, c, d, e, f, g, h), i)
	return Map(joined, func(t Tuple2[Tuple8[A, B, C, D, E, F, G, H], I]) Tuple9[A, B, C, D, E, F, G, H, I] {
		return Tuple9[A, B, C, D, E, F, G, H, I]{t.V1.V1, t.V1.V2, t.V1.V3, t.V1.V4, t.V1.V5, t.V1.V6, t.V1.V7, t.V1.V8, t.V2}
	})
}

// Join10 is Join for ten clumps.
func Join10[A, B, C, D, E, F, G, H, I, J any](
	a Clump[A], b Clump[B], c Clump[C], d Clump[D], e Clump[E], f Clump[F], g Clump[G], h Clump[H], i Clump[I], j Clump[J],
) Clump[Tuple10[A, B, C, D, E, F, G, H, I, J]] {
	joined := Join(Join9(a, b, c, d, e, f, g, h, i), j)
	return Map(joined, func(t Tuple2[Tuple9[A, B, C, D, E, F, G, H, I], J]) Tuple10[A, B, C, D, E, F, G, H, I, J] {
		return Tuple10[A, B, C, D, E, F, G, H, I, J]{t.V1.V1, t.V1.V2, t.V1.V3, t.V1.V4, t.V1.V5, t.V1.V6, t.V1.V7, t.V1.V8, t.V1.V9, t.V2}
	})
}
