// Package trial is what the parts of a benchmark say to each other: the Spec
// of what the program at the near end is to do, as its arguments, and the
// Outcome, which it prints. The peers, a module of their own and in part not
// written in Go, keep to the same form: "-name value" for every argument and
// one line "name value" for every result.
package trial
