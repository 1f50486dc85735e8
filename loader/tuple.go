package loader

// Tuple2 is the value of Join.
type Tuple2[A, B any] struct {
	V1 A
	V2 B
}

// Tuple3 is the value of Join3.
type Tuple3[A, B, C any] struct {
	V1 A
	V2 B
	V3 C
}

// Tuple4 is the value of Join4.
type Tuple4[A, B, C, D any] struct {
	V1 A
	V2 B
	V3 C
	V4 D
}

// Tuple5 is the value of Join5.
type Tuple5[A, B, C, D, E any] struct {
	V1 A
	V2 B
	V3 C
	V4 D
	V5 E
}

// Tuple6 is the value of Join6.
type Tuple6[A, B, C, D, E, F any] struct {
	V1 A
	V2 B
	V3 C
	V4 D
	V5 E
	V6 F
}

// Tuple7 is the value of Join7.
type Tuple7[A, B, C, D, E, F, G any] struct {
	V1 A
	V2 B
	V3 C
	V4 D
	V5 E
	V6 F
	V7 G
}

// Tuple8 is the value of Join8.
type Tuple8[A, B, C, D, E, F, G, H any] struct {
	V1 A
	V2 B
	V3 C
	V4 D
	V5 E
	V6 F
	V7 G
	V8 H
}

// Tuple9 is the value of Join9.
type Tuple9[A, B, C, D, E, F, G, H, I any] struct {
	V1 A
	V2 B
	V3 C
	V4 D
	V5 E
	V6 F
	V7 G
	V8 H
	V9 I
}

// Tuple10 is the value of Join10.
type Tuple10[A, B, C, D, E, F, G, H, I, J any] struct {
	V1  A
	V2  B
	V3  C
	V4  D
	V5  E
	V6  F
	V7  G
	V8  H
	V9  I
	V10 J
}
