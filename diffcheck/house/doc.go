// Package house keeps the rules of the house (docs/decisions/0005-house.md) by
// test: which package may import which, what the pure packages must not
// contain, and how large and how named things may be. It has no code of its own
// outside of its tests; `go test ./diffcheck/house` reads the whole tree.
package house
