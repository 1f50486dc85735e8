package limit

// ceiling is where numbers stop: the largest whole number that JavaScript reads exactly.
const ceiling = 1<<53 - 1

// plus adds numbers between 0 and the ceiling.
func plus(a, b int) int { return min(a+b, ceiling) }

// times multiplies numbers between 0 and the ceiling.
func times(a, b int) int {
	if a != 0 && b > ceiling/a {
		return ceiling
	}
	return a * b
}
