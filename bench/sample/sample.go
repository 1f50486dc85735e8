// Package sample sums up what rounds have measured.
package sample

import (
	"slices"
	"time"
)

// Percentile takes sorted values, one at least.
func Percentile(values []time.Duration, percent int) time.Duration {
	return values[min(len(values)*percent/100, len(values)-1)]
}

// Median takes values in any order, one at least.
func Median(values []float64) float64 {
	values = slices.Sorted(slices.Values(values))
	return (values[(len(values)-1)/2] + values[len(values)/2]) / 2
}
