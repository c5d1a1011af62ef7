// Package sensitivity asks whether diffcheck would notice. Its test plants one
// fault at a time in impl, a line changed in a copy that `go build -overlay`
// puts in the place of the file, and lets a run with a free seed look for it.
// Nothing of a fault is in the source that ships.
package sensitivity
