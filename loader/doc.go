// Package loader composes data from many sources with the fewest possible fetches. It is Clump,
// SoundCloud's Scala library, for Go.
package loader
