package check

import "github.com/connspec/connspec/spec"

// unreached are the rules that no scope leads to, with the reason.
var unreached = map[spec.Dialect]map[string]string{}

// Unreached gives the rules of a dialect that no scope leads to, each with the reason.
func Unreached(d spec.Dialect) map[string]string { return unreached[d] }
